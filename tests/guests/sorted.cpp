// A trap in a lambda that the C++ library calls, in instances of its templates. scripts/check/stock-lines.sh compiles it,
// with the library.
#include <algorithm>
#include <string>
#include <vector>

namespace sorted {

struct Word {
    std::string text;

    bool before(const Word &other) const {
        if (text == other.text)
            __builtin_trap();
        return text < other.text;
    }
};

template <typename Items>
__attribute__((noinline)) void sort(Items &items) {
    std::sort(items.begin(), items.end(), [](const auto &one, const auto &other) { return one.before(other); });
}

} // namespace sorted

int main() {
    std::vector<sorted::Word> words{{"three"}, {"one"}, {"four"}, {"one"}, {"five"}};
    sorted::sort(words);
    return static_cast<int>(words.size());
}
