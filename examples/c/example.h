/* What the examples share: a guest with all that it needs to run, and the end of a program where something fails. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <precompile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A guest: its artifact, opened, with a store and a linker of its engine. */
struct guest {
    precompile_runtime_t *runtime;
    precompile_program_t *program;
    wasm_engine_t *engine;
    wasmtime_module_t *module;
    wasmtime_linker_t *linker;
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_instance_t instance;
};

/* Ends the program where an error of precompile.h is one. */
static inline void check(precompile_error_t *error) {
    if (error == NULL) return;
    fprintf(stderr, "error: %s\n", precompile_error_message(error));
    precompile_error_delete(error);
    exit(1);
}

/* Ends the program where a call of wasmtime.h failed. */
static inline void check_call(wasmtime_error_t *error, wasm_trap_t *trap) {
    wasm_byte_vec_t text;
    if (error != NULL) {
        wasmtime_error_message(error, &text);
        wasmtime_error_delete(error);
    } else if (trap != NULL) {
        wasm_trap_message(trap, &text);
        wasm_trap_delete(trap);
    } else {
        return;
    }
    fprintf(stderr, "error: %.*s\n", (int)text.size, text.data);
    wasm_byte_vec_delete(&text);
    exit(1);
}

/* Opens the artifact in a file, which is a module. */
static inline struct guest guest_open(const char *path) {
    struct guest guest = {0};
    check(precompile_runtime_new(NULL, &guest.runtime));
    check(precompile_open_file(guest.runtime, path, &guest.program));
    guest.engine = precompile_program_engine(guest.program);
    guest.module = precompile_program_module(guest.program);
    guest.linker = wasmtime_linker_new(guest.engine);
    guest.store = wasmtime_store_new(guest.engine, NULL, NULL);
    guest.context = wasmtime_store_context(guest.store);
    return guest;
}

/* Instantiates a guest with what its linker has. */
static inline void guest_start(struct guest *guest) {
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error =
        wasmtime_linker_instantiate(guest->linker, guest->context, guest->module, &guest->instance, &trap);
    check_call(error, trap);
}

/* An export of a guest of this kind. */
static inline wasmtime_extern_t guest_export(struct guest *guest, const char *name, wasmtime_extern_kind_t kind) {
    wasmtime_extern_t item;
    bool found = wasmtime_instance_export_get(guest->context, &guest->instance, name, strlen(name), &item);
    if (!found || item.kind != kind) {
        fprintf(stderr, "error: the guest has no such export: %s\n", name);
        exit(1);
    }
    return item;
}

/* Defines a function of the module `host` for a guest. Takes the type. */
static inline void guest_define(struct guest *guest, const char *name, wasm_functype_t *type,
                                wasmtime_func_callback_t function, void *data) {
    check_call(wasmtime_linker_define_func(guest->linker, "host", 4, name, strlen(name), type, function, data, NULL), NULL);
    wasm_functype_delete(type);
}

#ifdef WASMTIME_FEATURE_WASI
/* Runs a guest that is a command with this WASI, and returns its exit code. Takes the configuration. */
static inline int guest_run(struct guest *guest, wasi_config_t *wasi) {
    check_call(wasmtime_context_set_wasi(guest->context, wasi), NULL);
    check_call(wasmtime_linker_define_wasi(guest->linker), NULL);
    guest_start(guest);
    wasmtime_func_t start = guest_export(guest, "_start", WASMTIME_EXTERN_FUNC).of.func;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = wasmtime_func_call(guest->context, &start, NULL, 0, NULL, 0, &trap);
    /* A guest that calls `proc_exit` comes to its end by an error that has the code. */
    int code = 0;
    if (error != NULL && wasmtime_error_exit_status(error, &code)) {
        wasmtime_error_delete(error);
    } else {
        check_call(error, trap);
    }
    return code;
}
#endif

/* Deletes a guest. */
static inline void guest_close(struct guest *guest) {
    wasmtime_store_delete(guest->store);
    wasmtime_linker_delete(guest->linker);
    wasmtime_module_delete(guest->module);
    wasm_engine_delete(guest->engine);
    precompile_program_delete(guest->program);
    precompile_runtime_delete(guest->runtime);
}

#endif
