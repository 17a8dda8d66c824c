/* memory: reads, writes and grows the memory of a guest, which finds what was written. */
#include "example.h"

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "memory.cwasm");
    guest_start(&guest);
    wasmtime_memory_t memory = guest_export(&guest, "memory", WASMTIME_EXTERN_MEMORY).of.memory;
    wasmtime_func_t sum = guest_export(&guest, "sum", WASMTIME_EXTERN_FUNC).of.func;

    uint8_t *bytes = wasmtime_memory_data(guest.context, &memory);
    printf("the guest has written: %s\n", (char *)bytes + 16);

    /* A new page, into which the host writes. The memory may have moved. */
    uint64_t pages = 0;
    check_call(wasmtime_memory_grow(guest.context, &memory, 1, &pages), NULL);
    bytes = wasmtime_memory_data(guest.context, &memory);
    size_t size = wasmtime_memory_data_size(guest.context, &memory);
    printf("%zu bytes, after %llu pages\n", size, (unsigned long long)pages);
    for (int at = 0; at < 10; at++) bytes[size - 10 + at] = at + 1;

    wasmtime_val_t arguments[] = {
        {.kind = WASMTIME_I32, .of = {.i32 = (int32_t)size - 10}},
        {.kind = WASMTIME_I32, .of = {.i32 = 10}},
    };
    wasmtime_val_t result;
    wasm_trap_t *trap = NULL;
    check_call(wasmtime_func_call(guest.context, &sum, arguments, 2, &result, 1, &trap), trap);
    printf("the sum of them is %d\n", result.of.i32);

    /* Out of bounds. */
    arguments[1].of.i32 = 11;
    wasmtime_error_t *error = wasmtime_func_call(guest.context, &sum, arguments, 2, &result, 1, &trap);
    wasmtime_trap_code_t code = 0;
    if (error == NULL && trap != NULL && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS) {
        puts("one byte more is out of bounds");
        wasm_trap_delete(trap);
    } else {
        return 1;
    }
    guest_close(&guest);
    return 0;
}
