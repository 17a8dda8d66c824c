// Counts primes, hashes them, and writes them to a file. Deterministic on every machine.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t fnv(uint64_t hash, uint64_t value) {
    for (int i = 0; i < 8; i++) {
        hash = (hash ^ (value & 0xff)) * 0x100000001b3ull;
        value >>= 8;
    }
    return hash;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s LIMIT FILE\n", argv[0]);
        return 2;
    }
    int64_t limit = strtoll(argv[1], NULL, 10);
    FILE *out = fopen(argv[2], "w");
    if (!out) {
        perror(argv[2]);
        return 3;
    }
    char *composite = calloc(limit + 1, 1);
    uint64_t hash = 0xcbf29ce484222325ull;
    double inverse = 0;
    int64_t count = 0;
    for (int64_t n = 2; n < limit; n++) {
        if (composite[n]) continue;
        count++;
        hash = fnv(hash, n);
        inverse += 1.0 / n;
        fprintf(out, "%lld\n", (long long)n);
        for (int64_t m = n * n; m < limit; m += n) composite[m] = 1;
    }
    printf("%lld primes, hash %016llx, sum of inverses %.12f\n", (long long)count, (unsigned long long)hash, inverse);
    free(composite);
    return fclose(out) ? 4 : 0;
}
