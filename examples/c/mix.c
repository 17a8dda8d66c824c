/* mix: artifacts of two backends in one store are refused, with what each was compiled by. */
#include "example.h"

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "winch.cwasm");
    guest_start(&guest);
    precompile_program_t *other = NULL;
    check(precompile_open_file(guest.runtime, argc > 2 ? argv[2] : "cranelift.cwasm", &other));

    /* Asked first, the reasons are told: of the store, and of the linker. */
    precompile_error_t *refused = precompile_program_check(other, NULL, guest.context);
    if (refused == NULL) return 1;
    printf("%s\n%s\n", precompile_error_message(refused), precompile_error_json(refused));
    precompile_error_delete(refused);
    refused = precompile_program_check(other, guest.linker, NULL);
    if (refused == NULL) return 1;
    printf("%s\n", precompile_error_message(refused));
    precompile_error_delete(refused);

    /* A store that was made with an engine of its own. */
    wasm_engine_t *foreign = wasm_engine_new();
    wasmtime_store_t *store = wasmtime_store_new(foreign, NULL, NULL);
    refused = precompile_program_check(other, NULL, wasmtime_store_context(store));
    if (refused == NULL) return 1;
    printf("%s\n", precompile_error_message(refused));
    precompile_error_delete(refused);
    wasmtime_store_delete(store);
    wasm_engine_delete(foreign);

    /* Not asked, wasmtime.h refuses it without a reason. */
    wasmtime_module_t *module = precompile_program_module(other);
    wasmtime_instance_t instance;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = wasmtime_instance_new(guest.context, module, NULL, 0, &instance, &trap);
    if (error == NULL) return 1;
    wasm_byte_vec_t text;
    wasmtime_error_message(error, &text);
    printf("%.*s\n", (int)text.size, text.data);
    wasm_byte_vec_delete(&text);
    wasmtime_error_delete(error);

    wasmtime_module_delete(module);
    precompile_program_delete(other);
    guest_close(&guest);
    return 0;
}
