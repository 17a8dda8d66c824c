// randomness.c: random bytes.
#include "report.h"

static unsigned char first[1 << 17], second[1 << 17];

// Prints the number of different values among so many bytes, roughly.
static void print_spread(const unsigned char *bytes, size_t length) {
    int seen[256] = {0}, different = 0;
    for (size_t i = 0; i < length; i++) different += !seen[bytes[i]]++;
    printf("  more than 200 different: %d\n", different > 200);
}

int main(void) {
    WASI(__wasi_random_get(first, 0));
    printf("  nothing is written: %d\n", first[0] == 0);
    size_t lengths[] = {16, 256, 4096, sizeof first};
    for (size_t i = 0; i < 4; i++) {
        printf("%zu bytes\n", lengths[i]);
        WASI(__wasi_random_get(first, lengths[i]));
        WASI(__wasi_random_get(second, lengths[i]));
        printf("  the same twice: %d\n", !memcmp(first, second, lengths[i]));
        if (lengths[i] >= 4096) print_spread(first, lengths[i]);
    }
    // Beyond what is asked for, nothing changes.
    memset(first, 0, sizeof first);
    WASI(__wasi_random_get(first + 1, 100));
    printf("  the neighbours: %d %d\n", first[0], first[101]);
    TRY(getentropy(first, 256));
    TRY(getentropy(first, 257));
    srandom(7);
    printf("the library's own numbers: %ld\n", random());
    return 0;
}
