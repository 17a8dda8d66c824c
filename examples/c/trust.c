/* trust: an artifact that a trusted key has signed is opened, and no other. Nobody needs to vouch for the folder then. */
#include "example.h"

/* The content of a text file. */
static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    if (file == NULL || text == NULL || fread(text, 1, (1 << 20) - 1, file) == 0) {
        fprintf(stderr, "error: can't read %s\n", path);
        exit(1);
    }
    fclose(file);
    return text;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    char *trust = read_text(argv[3]);
    precompile_options_t options = {.size = sizeof options, .trust = trust};
    precompile_runtime_t *runtime = NULL;
    check(precompile_runtime_new(&options, &runtime));
    free(trust);

    precompile_program_t *signed_one = NULL, *unsigned_one = NULL;
    check(precompile_open_file(runtime, argv[1], &signed_one));
    printf("opened, and signed: %s\n", precompile_program_describe(signed_one));
    precompile_error_t *refused = precompile_open_file(runtime, argv[2], &unsigned_one);
    if (refused == NULL) return 1;
    printf("%s\n", precompile_error_message(refused));
    precompile_error_delete(refused);
    precompile_program_delete(signed_one);
    precompile_runtime_delete(runtime);
    return 0;
}
