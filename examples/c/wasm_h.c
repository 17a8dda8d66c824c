/* wasm_h: the functions of wasm.h alone, which other engines have, too, but for the opening. */
#include "example.h"

int main(int argc, char **argv) {
    precompile_runtime_t *runtime;
    precompile_program_t *program;
    check(precompile_runtime_new(NULL, &runtime));
    check(precompile_open_file(runtime, argc > 1 ? argv[1] : "wasm_h.cwasm", &program));
    wasm_engine_t *engine = precompile_program_engine(program);
    wasm_store_t *store = wasm_store_new(engine);
    wasm_shared_module_t *shared = precompile_program_shared_module(program);
    /* NULL in a store of another engine. */
    wasm_module_t *module = wasm_module_obtain(store, shared);
    if (module == NULL) return 1;

    wasm_extern_vec_t imports = WASM_EMPTY_VEC, exports;
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports, NULL);
    if (instance == NULL) return 1;
    wasm_instance_exports(instance, &exports);
    wasm_val_t argument[] = {WASM_I32_VAL(6)}, result[] = {WASM_INIT_VAL};
    wasm_val_vec_t arguments = WASM_ARRAY_VEC(argument), results = WASM_ARRAY_VEC(result);
    wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(exports.data[0]), &arguments, &results);
    if (trap != NULL) return 1;
    printf("six times seven is %d\n", result[0].of.i32);

    /* A function that needs a compiler is there, and has nothing to give. */
    wasm_byte_vec_t binary = WASM_EMPTY_VEC;
    printf("compiling gives %s\n", wasm_module_new(store, &binary) == NULL ? "nothing" : "a module");

    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_shared_module_delete(shared);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    precompile_program_delete(program);
    precompile_runtime_delete(runtime);
    return 0;
}
