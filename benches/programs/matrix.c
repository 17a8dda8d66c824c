// The product of two matrices, row by column.
#include <stdio.h>
#include <stdlib.h>

enum { SIZE = 640 };

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 8;
    double *a = malloc(sizeof(double) * SIZE * SIZE);
    double *b = malloc(sizeof(double) * SIZE * SIZE);
    double *c = malloc(sizeof(double) * SIZE * SIZE);
    for (int i = 0; i < SIZE * SIZE; i++) {
        a[i] = (i % 7) - 3;
        b[i] = (i % 11) - 5;
    }
    double trace = 0;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                double sum = 0;
                for (int k = 0; k < SIZE; k++) sum += a[i * SIZE + k] * b[k * SIZE + j];
                c[i * SIZE + j] = sum;
            }
        }
        trace = 0;
        for (int i = 0; i < SIZE; i++) trace += c[i * SIZE + i];
        a[round] += 1;
    }
    printf("%.1f\n", trace);
    return 0;
}
