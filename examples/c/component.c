/* component: calls functions of a component, with numbers and texts. */
#include "example.h"

#include <wasmtime/component.h>

static wasmtime_component_func_t function(wasmtime_component_instance_t *instance, wasmtime_context_t *context, const char *name) {
    wasmtime_component_func_t found;
    wasmtime_component_export_index_t *index =
        wasmtime_component_instance_get_export_index(instance, context, NULL, name, strlen(name));
    if (index == NULL || !wasmtime_component_instance_get_func(instance, context, index, &found)) {
        fprintf(stderr, "error: the component has no function %s\n", name);
        exit(1);
    }
    wasmtime_component_export_index_delete(index);
    return found;
}

int main(int argc, char **argv) {
    precompile_runtime_t *runtime;
    precompile_program_t *program;
    check(precompile_runtime_new(NULL, &runtime));
    check(precompile_open_file(runtime, argc > 1 ? argv[1] : "component.cwasm", &program));
    wasmtime_component_t *component = precompile_program_component(program);
    if (component == NULL) return 1;
    wasm_engine_t *engine = precompile_program_engine(program);
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_context_t *context = wasmtime_store_context(store);
    wasmtime_component_linker_t *linker = wasmtime_component_linker_new(engine);
    wasmtime_component_instance_t instance;
    check_call(wasmtime_component_linker_instantiate(linker, context, component, &instance), NULL);

    wasmtime_component_func_t add = function(&instance, context, "add");
    wasmtime_component_val_t numbers[] = {
        {.kind = WASMTIME_COMPONENT_S32, .of = {.s32 = 20}},
        {.kind = WASMTIME_COMPONENT_S32, .of = {.s32 = 22}},
    };
    /* A value that is replaced is deleted first, so it must be one. */
    wasmtime_component_val_t result = {.kind = WASMTIME_COMPONENT_BOOL};
    check_call(wasmtime_component_func_call(&add, context, numbers, 2, &result, 1), NULL);
    printf("20 and 22 are %d\n", result.of.s32);

    wasmtime_component_func_t name = function(&instance, context, "name");
    check_call(wasmtime_component_func_call(&name, context, NULL, 0, &result, 1), NULL);
    printf("the component calls itself %.*s\n", (int)result.of.string.size, result.of.string.data);
    wasmtime_component_val_delete(&result);

    wasmtime_component_linker_delete(linker);
    wasmtime_store_delete(store);
    wasm_engine_delete(engine);
    wasmtime_component_delete(component);
    precompile_program_delete(program);
    precompile_runtime_delete(runtime);
    return 0;
}
