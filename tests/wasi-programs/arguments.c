// arguments.c: the arguments and the environment.
#include "report.h"

int main(int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        printf("argument %d: ", i);
        print_bytes(argv[i], strlen(argv[i]));
    }
    __wasi_size_t count, bytes;
    WASI(__wasi_args_sizes_get(&count, &bytes));
    printf("%lu arguments, %lu bytes\n", (unsigned long)count, (unsigned long)bytes);
    uint8_t *pointers[64] = {0};
    static uint8_t strings[4096];
    memset(strings, 0xee, sizeof strings);
    WASI(__wasi_args_get(pointers, strings));
    print_bytes(strings, bytes + 2);
    for (__wasi_size_t i = 0; i <= count; i++)
        printf("pointer %lu: %ld\n", (unsigned long)i, pointers[i] ? (long)(pointers[i] - strings) : -1L);

    WASI(__wasi_environ_sizes_get(&count, &bytes));
    printf("%lu variables, %lu bytes\n", (unsigned long)count, (unsigned long)bytes);
    memset(strings, 0xee, sizeof strings);
    memset(pointers, 0, sizeof pointers);
    WASI(__wasi_environ_get(pointers, strings));
    print_bytes(strings, bytes + 2);
    for (__wasi_size_t i = 0; i <= count; i++)
        printf("pointer %lu: %ld\n", (unsigned long)i, pointers[i] ? (long)(pointers[i] - strings) : -1L);

    const char *names[] = {"PLAIN", "EMPTY", "WORDS", "EQUALS", "TWICE", "NONE", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        printf("%s is %s\n", names[i], value ? value : "not set");
    }
    TRY(setenv("PLAIN", "changed", 1));
    printf("PLAIN is %s\n", getenv("PLAIN"));
    return argc;
}
