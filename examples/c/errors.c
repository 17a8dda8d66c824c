/* errors: an artifact that doesn't meet the host's demands is refused for all of them at once; and what happens where
 * a function is called in a wrong way. */
#include "example.h"

/* Prints an error that must be one. */
static void expect(precompile_error_t *error) {
    if (error == NULL) {
        fprintf(stderr, "error: this should have failed\n");
        exit(1);
    }
    printf("%s\n", precompile_error_message(error));
    precompile_error_delete(error);
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "errors.cwasm";
    precompile_runtime_t *runtime = NULL;
    precompile_program_t *program = NULL;
    precompile_options_t options = {.size = sizeof options, .policy = "fuel epoch-interruption memory-max=64K"};
    check(precompile_runtime_new(&options, &runtime));

    /* For people, and for programs. */
    precompile_error_t *refused = precompile_open_file(runtime, path, &program);
    if (refused == NULL) return 1;
    printf("%s\n%s\n", precompile_error_message(refused), precompile_error_json(refused));
    precompile_error_delete(refused);
    printf("%s\n", precompile_runtime_describe(runtime));

    expect(precompile_open_file(runtime, "no-such.cwasm", &program));
    expect(precompile_open_bytes(runtime, (const uint8_t *)"no artifact", 11, &program));
    expect(precompile_open_file(runtime, NULL, &program));
    expect(precompile_open_file(NULL, path, &program));
    expect(precompile_open_file(runtime, path, NULL));
    if (precompile_program_module(NULL) != NULL || precompile_program_engine(NULL) != NULL) return 1;
    precompile_runtime_delete(runtime);
    precompile_program_delete(NULL);
    precompile_error_delete(NULL);

    precompile_runtime_t *none = NULL;
    options.policy = "moon=full";
    expect(precompile_runtime_new(&options, &none));
    options.policy = "\xff";
    expect(precompile_runtime_new(&options, &none));
    options.policy = NULL;
    options.allow_unsigned = true;
    expect(precompile_runtime_new(&options, &none));
    options.size = 8;
    expect(precompile_runtime_new(&options, &none));
    return none == NULL && program == NULL ? 0 : 1;
}
