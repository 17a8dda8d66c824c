// raii: the same in C++, where objects delete what they own and errors are exceptions.
#include <cstdint>
#include <iostream>
#include <precompile.hpp>
#include <variant>

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "raii.cwasm";
    try {
        precompile::Runtime runtime;
        precompile::Program program = runtime.open_file(path);
        wasmtime::Engine engine = program.engine();
        wasmtime::Store store(engine);
        wasmtime::Linker linker(engine);
        int calls = 0;
        linker.func_wrap("host", "next", [&calls](std::int32_t value) { return value + ++calls; }).unwrap();
        program.check(linker, store);
        wasmtime::Instance instance = linker.instantiate(store, program.module().value()).unwrap();
        auto run = std::get<wasmtime::Func>(*instance.get(store, "run"));
        auto answer = run.call(store, {wasmtime::Val(std::int32_t(39))}).unwrap();
        std::cout << "C++ hears " << answer[0].i32() << " after " << calls << " calls\n";

        // The same artifact, with demands that it doesn't meet.
        precompile::Options options;
        options.policy = "fuel no-debug";
        try {
            precompile::Runtime(options).open_file(path);
            return 1;
        } catch (const precompile::Error &refused) {
            std::cout << refused.what() << "\n" << refused.json() << "\n";
        }
    } catch (const precompile::Error &error) {
        std::cerr << "error: " << error.what() << "\n";
        return 1;
    }
}
