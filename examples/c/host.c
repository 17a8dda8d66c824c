/* host: functions of the host that read the guest's memory within its bounds, have data of their own, and trap. */
#include "example.h"

struct log {
    int lines;
};

static wasm_trap_t *trap_with(const char *text) {
    return wasmtime_trap_new(text, strlen(text));
}

static wasm_trap_t *log_text(void *data, wasmtime_caller_t *caller, const wasmtime_val_t *arguments, size_t argument_count,
                             wasmtime_val_t *results, size_t result_count) {
    struct log *log = data;
    wasmtime_extern_t memory;
    if (!wasmtime_caller_export_get(caller, "memory", 6, &memory) || memory.kind != WASMTIME_EXTERN_MEMORY)
        return trap_with("the guest exports no memory");
    wasmtime_context_t *context = wasmtime_caller_context(caller);
    uint64_t from = (uint32_t)arguments[0].of.i32, count = (uint32_t)arguments[1].of.i32;
    /* What a guest passes is anything. */
    if (from + count > wasmtime_memory_data_size(context, &memory.of.memory)) return trap_with("the text is out of bounds");
    const char *text = (const char *)wasmtime_memory_data(context, &memory.of.memory) + from;
    log->lines++;
    printf("line %d: %.*s\n", log->lines, (int)count, text);
    results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of = {.i32 = log->lines}};
    return NULL;
}

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "host.cwasm");
    struct log log = {0};
    wasm_functype_t *type = wasm_functype_new_2_1(wasm_valtype_new_i32(), wasm_valtype_new_i32(), wasm_valtype_new_i32());
    guest_define(&guest, "log", type, log_text, &log);
    guest_start(&guest);

    wasmtime_func_t run = guest_export(&guest, "run", WASMTIME_EXTERN_FUNC).of.func;
    wasm_trap_t *trap = NULL;
    check_call(wasmtime_func_call(guest.context, &run, NULL, 0, NULL, 0, &trap), trap);

    /* A trap of the host ends the guest, and is an error here. */
    wasmtime_func_t wrong = guest_export(&guest, "wrong", WASMTIME_EXTERN_FUNC).of.func;
    wasmtime_error_t *error = wasmtime_func_call(guest.context, &wrong, NULL, 0, NULL, 0, &trap);
    wasm_byte_vec_t text;
    if (trap != NULL) {
        wasm_trap_message(trap, &text);
        wasm_trap_delete(trap);
    } else if (error != NULL) {
        wasmtime_error_message(error, &text);
        wasmtime_error_delete(error);
    } else {
        return 1;
    }
    printf("ended: %.*s\n", (int)text.size, text.data);
    wasm_byte_vec_delete(&text);
    guest_close(&guest);
    return log.lines == 2 ? 0 : 1;
}
