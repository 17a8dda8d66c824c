/* linking: a program imports what another one exports. Both are of one engine, if they were compiled alike. */
#include "example.h"

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "linking.cwasm");
    precompile_program_t *library = NULL;
    check(precompile_open_file(guest.runtime, argc > 2 ? argv[2] : "library.cwasm", &library));

    /* Where programs may have been compiled by different backends, ask first: wasmtime.h ends the process. */
    check(precompile_program_check(library, guest.linker, guest.context));
    wasmtime_module_t *module = precompile_program_module(library);
    check_call(wasmtime_linker_module(guest.linker, guest.context, "library", 7, module), NULL);
    guest_start(&guest);

    wasmtime_func_t run = guest_export(&guest, "run", WASMTIME_EXTERN_FUNC).of.func;
    wasmtime_val_t result;
    wasm_trap_t *trap = NULL;
    check_call(wasmtime_func_call(guest.context, &run, NULL, 0, &result, 1, &trap), trap);
    printf("the library has doubled it: %d\n", result.of.i32);
    wasmtime_module_delete(module);
    precompile_program_delete(library);
    guest_close(&guest);
    return 0;
}
