// A trap in a function that the C library calls. scripts/check/stock-lines.sh compiles it, with the library.
#include <stdlib.h>

static inline int sign(int number) {
    return (number > 0) - (number < 0);
}

static int compare(const void *one, const void *other) {
    int difference = *(const int *)one - *(const int *)other;
    if (difference == 0)
        __builtin_trap();
    return sign(difference);
}

int main(void) {
    int numbers[] = {3, 1, 4, 1, 5, 9, 2, 6};
    qsort(numbers, sizeof numbers / sizeof *numbers, sizeof *numbers, compare);
    return numbers[0];
}
