// A division by zero some calls deep, in a function that the compiler puts into another, which calls itself.
//
// clang-14 --target=wasm32-wasi -O2 -g -fdebug-compilation-dir=. -nostdlib -Wl,--no-entry -o chain.wasm chain.c

// Put into its caller.
static inline int share(int sum, int parts) {
    return sum / parts;
}

__attribute__((noinline)) static int walk(const int *parts, int sum, int left) {
    if (left == 0)
        return sum;
    int rest = walk(parts + 1, share(sum, *parts), left - 1);
    return rest * 3 - sum;
}

__attribute__((noinline)) static int begin(int sum, int last) {
    const int parts[] = {3, 2, last, 1};
    return walk(parts, sum, sizeof parts / sizeof *parts) + 1;
}

__attribute__((export_name("run"))) int run(int sum, int last) {
    return begin(sum, last) * 2;
}
