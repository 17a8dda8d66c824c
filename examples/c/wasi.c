/* wasi: a command for WASI preview 1, with arguments, its own standard output, and an exit code. */
#include "example.h"

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "wasi.cwasm");
    wasi_config_t *wasi = wasi_config_new();
    const char *arguments[] = {"wasi", "one", "two"};
    if (!wasi_config_set_argv(wasi, 3, arguments)) return 1;
    wasi_config_inherit_stdout(wasi);
    /* It gets no folder, no environment and no network. */
    check_call(wasmtime_context_set_wasi(guest.context, wasi), NULL);
    check_call(wasmtime_linker_define_wasi(guest.linker), NULL);
    guest_start(&guest);

    wasmtime_func_t start = guest_export(&guest, "_start", WASMTIME_EXTERN_FUNC).of.func;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = wasmtime_func_call(guest.context, &start, NULL, 0, NULL, 0, &trap);
    /* A guest that calls `proc_exit` comes to its end by an error that has the code. */
    int code = 0;
    if (error != NULL && wasmtime_error_exit_status(error, &code)) {
        wasmtime_error_delete(error);
    } else {
        check_call(error, trap);
    }
    printf("it had %d arguments\n", code);
    guest_close(&guest);
    return 0;
}
