/* hello: opens an artifact and calls it. All that is needed stands here; the other examples share example.h. */
#include <precompile.h>
#include <stdio.h>

static wasm_trap_t *greet(void *data, wasmtime_caller_t *caller, const wasmtime_val_t *arguments, size_t argument_count,
                          wasmtime_val_t *results, size_t result_count) {
    puts("hello from the guest");
    return NULL;
}

int main(int argc, char **argv) {
    precompile_runtime_t *runtime = NULL;
    precompile_program_t *program = NULL;
    precompile_error_t *refused = precompile_runtime_new(NULL, &runtime);
    if (refused == NULL) refused = precompile_open_file(runtime, argc > 1 ? argv[1] : "hello.cwasm", &program);
    if (refused != NULL) {
        fprintf(stderr, "error: %s\n", precompile_error_message(refused));
        precompile_error_delete(refused);
        precompile_runtime_delete(runtime);
        return 1;
    }

    /* From here on it is wasmtime.h. */
    wasm_engine_t *engine = precompile_program_engine(program);
    wasmtime_module_t *module = precompile_program_module(program);
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_context_t *context = wasmtime_store_context(store);
    wasmtime_linker_t *linker = wasmtime_linker_new(engine);
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasmtime_error_t *error = wasmtime_linker_define_func(linker, "host", 4, "greet", 5, type, greet, NULL, NULL);
    wasm_functype_delete(type);

    wasmtime_instance_t instance;
    wasmtime_extern_t run;
    wasm_trap_t *trap = NULL;
    if (error == NULL) error = wasmtime_linker_instantiate(linker, context, module, &instance, &trap);
    bool works = error == NULL && trap == NULL && wasmtime_instance_export_get(context, &instance, "run", 3, &run);
    if (works) error = wasmtime_func_call(context, &run.of.func, NULL, 0, NULL, 0, &trap);
    works = works && error == NULL && trap == NULL;

    if (error != NULL) wasmtime_error_delete(error);
    if (trap != NULL) wasm_trap_delete(trap);
    wasmtime_linker_delete(linker);
    wasmtime_store_delete(store);
    wasmtime_module_delete(module);
    wasm_engine_delete(engine);
    precompile_program_delete(program);
    precompile_runtime_delete(runtime);
    return works ? 0 : 1;
}
