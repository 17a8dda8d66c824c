// The library's qsort, which calls back for each comparison, and a heap besides.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void sift(uint32_t *heap, size_t at, size_t count) {
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) return;
        if (child + 1 < count && heap[child + 1] > heap[child]) child++;
        if (heap[at] >= heap[child]) return;
        uint32_t swapped = heap[at];
        heap[at] = heap[child];
        heap[child] = swapped;
        at = child;
    }
}

int main(int argc, char **argv) {
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000000;
    uint32_t *one = malloc(count * sizeof *one), *other = malloc(count * sizeof *other);
    uint32_t random = 2463534242u;
    for (size_t i = 0; i < count; i++) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        one[i] = other[i] = random;
    }
    qsort(one, count, sizeof *one, compare);
    for (size_t i = count / 2; i-- > 0;) sift(other, i, count);
    for (size_t i = count; i-- > 1;) {
        uint32_t swapped = other[0];
        other[0] = other[i];
        other[i] = swapped;
        sift(other, 0, i);
    }
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (one[i] != other[i]) return 1;
        sum = sum * 31 + one[i];
    }
    printf("%u\n", sum);
    return 0;
}
