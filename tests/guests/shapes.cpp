// A division by zero in a method of a template that the compiler puts into a virtual method, which a lambda calls, which
// it puts into the instance of another template. The names of functions stay mangled.
//
// clang-14 --target=wasm32-wasi -O2 -g -fdebug-compilation-dir=. -fno-rtti -nostdlib -Wl,--no-entry,--no-demangle
//     -o shapes.wasm shapes.cpp

namespace shapes {

template <typename Number>
struct Ring {
    Number outer, inner;

    // Put into its caller.
    Number share(Number parts) const {
        return (outer - inner) / parts;
    }
};

struct Shape {
    __attribute__((noinline)) virtual int area(int parts) const {
        return parts;
    }
};

struct Disc final : Shape {
    Ring<int> ring;

    explicit Disc(int outer) : ring{outer, 1} {}

    __attribute__((noinline)) int area(int parts) const override {
        return ring.share(parts) + 1;
    }
};

template <typename Visit>
__attribute__((noinline)) int visit(const Shape &shape, Visit visit) {
    return visit(shape) * 3;
}

} // namespace shapes

extern "C" __attribute__((export_name("run"))) int run(int outer, int parts) {
    const shapes::Disc disc(outer);
    return shapes::visit(disc, [parts](const shapes::Shape &shape) { return shape.area(parts) - 1; });
}
