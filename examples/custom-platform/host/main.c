/* host ARTIFACT NUMBER [BYTES]: calls `work` of a guest with a number, with at most so many bytes of memory,
   and prints what it returns and what memory it took. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "platform.h"

extern size_t host_bytes, host_bytes_opened, host_bytes_peak, host_bytes_limit;

/* The artifact stays where it is as long as the program lives, as it would in flash. */
static uint8_t *read_artifact(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    *bytes = (size_t)ftell(file);
    rewind(file);
    uint8_t *artifact = aligned_alloc(4096, (*bytes + 4095) / 4096 * 4096);
    if (artifact == NULL || fread(artifact, 1, *bytes, file) != *bytes) {
        perror(path);
        exit(2);
    }
    fclose(file);
    return artifact;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: host ARTIFACT NUMBER [BYTES]\n");
        return 2;
    }
    size_t bytes;
    const uint8_t *artifact = read_artifact(argv[1], &bytes);
    if (argc > 3) host_bytes_limit = strtoull(argv[3], NULL, 10);
    int64_t result;
    if (guest_work(artifact, bytes, strtoll(argv[2], NULL, 10), &result) != 0) return 1;
    printf("%" PRId64 "\n", result);
    fprintf(stderr, "memory: %zu bytes when opened, %zu at most, %zu after it\n",
            host_bytes_opened, host_bytes_peak, host_bytes);
    return 0;
}
