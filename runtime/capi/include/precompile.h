/**
 * precompile.h: WebAssembly that `precompile` compiled ahead of time, opened without a compiler.
 *
 * An opened artifact gives the engine, the module or the component that the functions of wasm.h and wasmtime.h take.
 *
 *     precompile_runtime_t *runtime;
 *     precompile_program_t *program;
 *     precompile_error_t *error = precompile_runtime_new(NULL, &runtime);
 *     if (error == NULL) error = precompile_open_file(runtime, "app.cwasm", &program);
 *     if (error != NULL) fprintf(stderr, "error: %s\n", precompile_error_message(error));
 *
 * Functions that can fail return an error, or NULL if they worked. A null pointer that a function can't do without is
 * such an error, or makes it return NULL. Deleting NULL does nothing. A pointer to what was deleted already is undefined
 * behaviour, as with `free`. No function unwinds, and none may be left by an exception or `longjmp`.
 *
 * This file is generated from the library's sources.
 */

#ifndef PRECOMPILE_H
#define PRECOMPILE_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasmtime.h>

/* Declared again for builds without components, whose headers lack it. */
typedef struct wasmtime_component_t wasmtime_component_t;

/**
 * An error: what went wrong, and every reason of it. Functions that can fail return one, or NULL if they worked.
 *
 * Threads: any number of threads may read an error at once.
 */
typedef struct precompile_error_t precompile_error_t;

/**
 * A program: an opened artifact, which is a module or a component.
 *
 * Threads: any number of threads may use a program at once, but for `precompile_program_delete`.
 */
typedef struct precompile_program_t precompile_program_t;

/**
 * A runtime, which opens artifacts. It makes an engine for each backend and each set of settings that artifacts were
 * compiled with, and keeps it, so that programs that can share a store do.
 *
 * Threads: any number of threads may use a runtime at once, but for `precompile_runtime_delete`.
 */
typedef struct precompile_runtime_t precompile_runtime_t;

/**
 * The options of a runtime. Set all bytes to zero, then `size`, then what is wanted:
 *
 *     precompile_options_t options = {.size = sizeof options, .policy = "fuel"};
 */
typedef struct {
    /**
     * The size of this structure, `sizeof(precompile_options_t)`, by which later versions of the library know what a
     * program was compiled with.
     */
    size_t size;
    /**
     * The most stack that a guest may take, in bytes; 0 for 512 KiB. The stack of a thread that calls guests must have
     * room for it, and for host functions.
     */
    size_t guest_stack_bytes;
    /**
     * Demands on artifacts, separated by blanks or lines, or NULL: `epoch-interruption`, `fuel`, `memory-max=SIZE`,
     * `min-wasmtime=VERSION`, `backend=NAME[,NAME]`, `no-debug`, `audited`. All of them hold.
     */
    const char *policy;
    /**
     * The content of a trust file, or NULL: the public keys of which as many as it says must have signed an artifact.
     * With it, opening an artifact is safe also where others can write it.
     */
    const char *trust;
    /**
     * True if artifacts without any signature are opened, too. Only with `trust`.
     */
    bool allow_unsigned;
} precompile_options_t;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of this library, such as `0.1.0`.
 *
 * Ownership: the text is the library's own, and stays.
 */
const char *precompile_version(void);

/**
 * Makes a runtime.
 *
 * Ownership: the runtime is the caller's, to be deleted with `precompile_runtime_delete`. The options are only read.
 *
 * Errors: options that aren't understood, or that this build has no feature for. `*runtime` is unchanged then.
 *
 * @param options   the options, or NULL for the default ones
 * @param runtime   receives the runtime
 *
 * # Safety
 *
 * The options are null or valid, and so are their texts.
 */
precompile_error_t *precompile_runtime_new(const precompile_options_t *options,
                                           precompile_runtime_t **runtime);

/**
 * Increments the epoch of every engine of the runtime. This interrupts guests whose store's deadline has come, if they
 * were compiled with `-W epoch-interruption`.
 *
 * Threads: any, also while guests run, such as a thread that is a clock.
 *
 * @param runtime   the runtime; nothing is done for NULL
 */
void precompile_runtime_increment_epoch(const precompile_runtime_t *runtime);

/**
 * Returns the description of this host as JSON: what the machine and this build of the library offer to artifacts, and
 * what they demand. `precompile explain --for` reads it.
 *
 * Ownership: the text is the runtime's, and is there until that is deleted.
 *
 * @param runtime   the runtime
 * @return          NULL if `runtime` is NULL, or if the library was built without the feature `describe`
 */
const char *precompile_runtime_describe(const precompile_runtime_t *runtime);

/**
 * Deletes a runtime. Its programs stay, and so do modules, engines and stores that were made from them.
 *
 * Threads: no other thread uses the runtime meanwhile.
 *
 * @param runtime   the runtime, which must not be used afterwards, nor deleted again; nothing is done for NULL
 */
void precompile_runtime_delete(precompile_runtime_t *runtime);

/**
 * Opens the artifact in a file: reads it, checks that it is undamaged and fits this machine and this build, and checks
 * its signatures if the runtime has a `trust`. What runs is a copy that nobody can change: later changes of the file
 * don't matter.
 *
 * An artifact is machine code with all rights of this process. Without a `trust`, the caller vouches that `precompile`
 * made the file and that nobody else could write to it.
 *
 * Ownership: the program is the caller's, to be deleted with `precompile_program_delete`.
 *
 * Threads: any. Several threads may open artifacts of one runtime at once.
 *
 * Errors: the file can't be read, or is no artifact, or a damaged one; or it doesn't fit, for every reason that the
 * error names. None of its code has run, and `*program` is unchanged.
 *
 * @param runtime   the runtime
 * @param path      the path of the file; on Windows in UTF-8
 * @param program   receives the program
 *
 * # Safety
 *
 * The path is null or a text that ends with a zero. The file is as the text above demands.
 */
precompile_error_t *precompile_open_file(const precompile_runtime_t *runtime,
                                         const char *path,
                                         precompile_program_t **program);

/**
 * Opens an artifact in memory, as `precompile_open_file` does from a file. The bytes are copied: they may change or go
 * away after the call.
 *
 * Ownership, threads and errors are those of `precompile_open_file`.
 *
 * @param runtime   the runtime
 * @param bytes     the artifact
 * @param length    the number of its bytes
 * @param program   receives the program
 *
 * # Safety
 *
 * So many bytes are there, and nobody changes them meanwhile. They are as the text above demands.
 */
precompile_error_t *precompile_open_bytes(const precompile_runtime_t *runtime,
                                          const uint8_t *bytes,
                                          size_t length,
                                          precompile_program_t **program);

/**
 * Returns the engine of a program. Stores and linkers for the program are made with it: `wasmtime_store_new`,
 * `wasmtime_linker_new`, `wasm_store_new`. Programs that can share a store have the same engine.
 *
 * Ownership: the engine is the caller's, to be deleted with `wasm_engine_delete`, before or after the program.
 *
 * @param program   the program
 * @return          NULL if `program` is NULL
 */
wasm_engine_t *precompile_program_engine(const precompile_program_t *program);

/**
 * Returns the module of a program, for the functions of wasmtime.h.
 *
 * Ownership: the module is the caller's, to be deleted with `wasmtime_module_delete`, before or after the program.
 *
 * @param program   the program
 * @return          NULL if `program` is NULL or a component
 */
wasmtime_module_t *precompile_program_module(const precompile_program_t *program);

/**
 * Returns the module of a program, for the functions of wasm.h: `wasm_module_obtain` makes a `wasm_module_t` of it in a
 * store of the program's engine, and returns NULL for another store.
 *
 * Ownership: the module is the caller's, to be deleted with `wasm_shared_module_delete`, before or after the program.
 *
 * @param program   the program
 * @return          NULL if `program` is NULL or a component
 */
wasm_shared_module_t *precompile_program_shared_module(const precompile_program_t *program);

/**
 * Returns the component of a program, for the functions of wasmtime/component.h.
 *
 * Ownership: the component is the caller's, to be deleted with `wasmtime_component_delete`, before or after the program.
 *
 * @param program   the program
 * @return          NULL if `program` is NULL or a module, or if the library was built without `component-model`
 */
wasmtime_component_t *precompile_program_component(const precompile_program_t *program);

/**
 * Checks that a program can be linked into a linker and a store. Code of different backends, or that was compiled under
 * different settings, must not share a store. Functions of wasmtime.h refuse such a mix without a reason, and some of
 * them, such as `wasmtime_linker_module`, end the process: so ask first where a mix may happen.
 *
 * Errors: the error names what both were compiled with, for each setting in which they differ.
 *
 * @param program   the program
 * @param linker    the linker, or NULL where there is none
 * @param store     the context of the store, or NULL where there is none
 * @return          NULL if the program can be linked into both
 *
 * # Safety
 *
 * The context is null or that of a store, which no other thread uses meanwhile.
 */
precompile_error_t *precompile_program_check(const precompile_program_t *program,
                                             const wasmtime_linker_t *linker,
                                             const wasmtime_context_t *store);

/**
 * Returns the description of a program as JSON: its kind, its backend, what compiled it and for which machine, its
 * settings, what it imports and exports, and who has signed it.
 *
 * Ownership: the text is the program's, and is there until that is deleted.
 *
 * @param program   the program
 * @return          NULL if `program` is NULL, or if the library was built without the feature `describe`
 */
const char *precompile_program_describe(const precompile_program_t *program);

/**
 * Deletes a program. Modules, components, engines and stores that were made from it stay.
 *
 * Threads: no other thread uses the program meanwhile.
 *
 * @param program   the program, which must not be used afterwards, nor deleted again; nothing is done for NULL
 */
void precompile_program_delete(precompile_program_t *program);

/**
 * Returns the text of an error, for people. Where there are several reasons, each is a line of its own with its remedy.
 * In a build without the feature `messages`, reasons are their numbers. Characters that control a terminal are escaped.
 *
 * Ownership: the text is the error's, and is there until that is deleted.
 *
 * @param error   the error
 * @return        NULL if `error` is NULL
 */
const char *precompile_error_message(const precompile_error_t *error);

/**
 * Returns an error as JSON, for programs: an object with the text, `message`, and a list `reasons`. Each reason has a
 * number, `code`, that `precompile explain --code` explains. Where an artifact doesn't fit, it also has the `field` of
 * the artifact, its `artifact_value`, the `host_value` and a `remedy`, which are empty without the feature `messages`. A
 * function that was called in a wrong way has no reasons.
 *
 * Ownership: the text is the error's, and is there until that is deleted.
 *
 * @param error   the error
 * @return        NULL if `error` is NULL
 */
const char *precompile_error_json(const precompile_error_t *error);

/**
 * Deletes an error.
 *
 * @param error   the error, which must not be used afterwards, nor deleted again; nothing is done for NULL
 */
void precompile_error_delete(precompile_error_t *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PRECOMPILE_H */
