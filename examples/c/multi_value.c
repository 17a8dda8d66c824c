/* multi_value: a function with two results, of the guest and of the host. */
#include "example.h"

static wasm_trap_t *divide(void *data, wasmtime_caller_t *caller, const wasmtime_val_t *arguments, size_t argument_count,
                           wasmtime_val_t *results, size_t result_count) {
    results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of = {.i32 = arguments[0].of.i32 / arguments[1].of.i32}};
    results[1] = (wasmtime_val_t){.kind = WASMTIME_I32, .of = {.i32 = arguments[0].of.i32 % arguments[1].of.i32}};
    return NULL;
}

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "multi_value.cwasm");
    wasm_functype_t *type =
        wasm_functype_new_2_2(wasm_valtype_new_i32(), wasm_valtype_new_i32(), wasm_valtype_new_i32(), wasm_valtype_new_i32());
    guest_define(&guest, "divide", type, divide, NULL);
    guest_start(&guest);

    /* The guest has the host divide, and returns the two results the other way round. */
    wasmtime_func_t swapped = guest_export(&guest, "swapped", WASMTIME_EXTERN_FUNC).of.func;
    wasmtime_val_t arguments[] = {
        {.kind = WASMTIME_I32, .of = {.i32 = 47}},
        {.kind = WASMTIME_I32, .of = {.i32 = 10}},
    };
    wasmtime_val_t results[2];
    wasm_trap_t *trap = NULL;
    check_call(wasmtime_func_call(guest.context, &swapped, arguments, 2, results, 2, &trap), trap);
    printf("47 is %d and 10 times %d\n", results[0].of.i32, results[1].of.i32);
    guest_close(&guest);
    return 0;
}
