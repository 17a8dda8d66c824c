/* fuel: a guest gets so much fuel, and traps where it is used up. Its artifact is compiled with `-W fuel`. */
#include "example.h"

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "fuel.cwasm");
    /* A store has none at first. */
    check_call(wasmtime_context_set_fuel(guest.context, 10000), NULL);
    guest_start(&guest);
    wasmtime_func_t factorial = guest_export(&guest, "factorial", WASMTIME_EXTERN_FUNC).of.func;

    uint64_t before = 0, after = 0;
    int64_t largest = 0;
    for (int64_t of = 1;; of++) {
        check_call(wasmtime_context_get_fuel(guest.context, &before), NULL);
        wasmtime_val_t argument = {.kind = WASMTIME_I64, .of = {.i64 = of}}, result;
        wasm_trap_t *trap = NULL;
        wasmtime_error_t *error = wasmtime_func_call(guest.context, &factorial, &argument, 1, &result, 1, &trap);
        if (error == NULL && trap == NULL) {
            check_call(wasmtime_context_get_fuel(guest.context, &after), NULL);
            if (of <= 3) printf("%lld! = %lld took %llu\n", (long long)of, (long long)result.of.i64, (unsigned long long)(before - after));
            largest = of;
            continue;
        }
        wasmtime_trap_code_t code = 0;
        bool out = error == NULL && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_OUT_OF_FUEL;
        if (!out) check_call(error, trap);
        printf("out of fuel, after more than ten: %s\n", largest > 10 ? "yes" : "no");
        wasm_trap_delete(trap);
        break;
    }
    guest_close(&guest);
    return 0;
}
