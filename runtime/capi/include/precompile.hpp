/**
 * precompile.hpp: precompile.h for C++17, over upstream's wasmtime.hh. Objects delete what they own, and errors are
 * exceptions.
 *
 *     precompile::Runtime runtime;
 *     precompile::Program program = runtime.open_file("app.cwasm");
 *     wasmtime::Engine engine = program.engine();
 *     wasmtime::Store store(engine);
 */
#ifndef PRECOMPILE_HPP
#define PRECOMPILE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <precompile.h>
#include <stdexcept>
#include <string>
#include <utility>
#include <wasmtime.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL
#include <wasmtime/component.hh>
#endif

namespace precompile {

namespace detail {

/** Deletes what a pointer of precompile.h points to. */
struct Delete {
    void operator()(precompile_runtime_t *runtime) const { precompile_runtime_delete(runtime); }
    void operator()(precompile_program_t *program) const { precompile_program_delete(program); }
    void operator()(precompile_error_t *error) const { precompile_error_delete(error); }
};

template <typename T> using Owned = std::unique_ptr<T, Delete>;

} // namespace detail

/** An error: `what()` is its text, with every reason. */
class Error : public std::runtime_error {
    std::string json_;

public:
    /** Takes the error. */
    explicit Error(detail::Owned<precompile_error_t> error)
        : std::runtime_error(precompile_error_message(error.get())), json_(precompile_error_json(error.get())) {}

    /** The reasons, as JSON. */
    const std::string &json() const noexcept { return json_; }

    /** Throws an error that is one. */
    static void check(precompile_error_t *error) {
        if (error != nullptr) throw Error(detail::Owned<precompile_error_t>(error));
    }
};

/** The options of a runtime. */
struct Options {
    /** The most stack that a guest may take, in bytes; 0 for the default. */
    std::size_t guest_stack_bytes = 0;
    /** Demands on artifacts, separated by blanks. */
    std::optional<std::string> policy;
    /** The content of a trust file. */
    std::optional<std::string> trust;
    /** Artifacts without any signature are opened, too. */
    bool allow_unsigned = false;
};

/** A program: an opened artifact. It may outlive its runtime. */
class Program {
    detail::Owned<precompile_program_t> program_;

public:
    /** Takes the program. */
    explicit Program(precompile_program_t *program) : program_(program) {}

    /** The engine that stores and linkers for the program are made with. */
    wasmtime::Engine engine() const { return wasmtime::Engine(precompile_program_engine(program_.get())); }

    /** The module; none if the program is a component. */
    std::optional<wasmtime::Module> module() const {
        wasmtime_module_t *module = precompile_program_module(program_.get());
        if (module == nullptr) return std::nullopt;
        return wasmtime::Module(module);
    }

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL
    /** The component; none if the program is a module. */
    std::optional<wasmtime::component::Component> component() const {
        wasmtime_component_t *component = precompile_program_component(program_.get());
        if (component == nullptr) return std::nullopt;
        return wasmtime::component::Component(component);
    }
#endif

    /** Throws where the program was compiled otherwise than what the store is for. */
    void check(wasmtime::Store::Context store) const {
        Error::check(precompile_program_check(program_.get(), nullptr, store.capi()));
    }

    /** Throws where the program was compiled otherwise than what the linker and the store are for. */
    void check(const wasmtime::Linker &linker, wasmtime::Store::Context store) const {
        Error::check(precompile_program_check(program_.get(), linker.capi(), store.capi()));
    }

    /** The description as JSON; empty in a library without it. */
    std::string describe() const {
        const char *text = precompile_program_describe(program_.get());
        return text == nullptr ? std::string() : std::string(text);
    }

    /** What the functions of precompile.h take. */
    const precompile_program_t *capi() const noexcept { return program_.get(); }
};

/** A runtime, which opens artifacts. Any number of threads may use it at once. */
class Runtime {
    detail::Owned<precompile_runtime_t> runtime_;

public:
    /** Makes a runtime; throws where the options aren't understood. */
    explicit Runtime(const Options &options = {}) {
        precompile_options_t given{};
        given.size = sizeof given;
        given.guest_stack_bytes = options.guest_stack_bytes;
        given.policy = options.policy ? options.policy->c_str() : nullptr;
        given.trust = options.trust ? options.trust->c_str() : nullptr;
        given.allow_unsigned = options.allow_unsigned;
        precompile_runtime_t *runtime = nullptr;
        Error::check(precompile_runtime_new(&given, &runtime));
        runtime_.reset(runtime);
    }

    /** Opens the artifact in a file; see `precompile_open_file` for what the caller vouches for. */
    Program open_file(const std::string &path) const {
        precompile_program_t *program = nullptr;
        Error::check(precompile_open_file(runtime_.get(), path.c_str(), &program));
        return Program(program);
    }

    /** Opens an artifact in memory; see `precompile_open_bytes`. */
    Program open_bytes(const std::uint8_t *bytes, std::size_t length) const {
        precompile_program_t *program = nullptr;
        Error::check(precompile_open_bytes(runtime_.get(), bytes, length, &program));
        return Program(program);
    }

    /** Increments the epoch of every engine. */
    void increment_epoch() const noexcept { precompile_runtime_increment_epoch(runtime_.get()); }

    /** The description of this host as JSON; empty in a library without it. */
    std::string describe() const {
        const char *text = precompile_runtime_describe(runtime_.get());
        return text == nullptr ? std::string() : std::string(text);
    }

    /** What the functions of precompile.h take. */
    const precompile_runtime_t *capi() const noexcept { return runtime_.get(); }
};

} // namespace precompile

#endif
