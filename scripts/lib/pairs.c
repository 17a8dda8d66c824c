/* pairs COUNT A... -- B...: starts both commands in turn, COUNT times each, and prints the medians of the times
   from start to exit, in microseconds, and the median of the ratios with its quartiles. */

#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double run(char **command) {
    struct timespec start, end;
    pid_t process;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (posix_spawn(&process, command[0], NULL, NULL, command, environ) != 0 || waitpid(process, &status, 0) < 0) {
        perror(command[0]);
        exit(2);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (status != 0) {
        fprintf(stderr, "error: `%s` failed\n", command[0]);
        exit(1);
    }
    return (end.tv_sec - start.tv_sec) * 1e6 + (end.tv_nsec - start.tv_nsec) / 1e3;
}

static int compare(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv) {
    char **a = argv + 2, **b = a;
    int count = argc > 3 ? atoi(argv[1]) : 0;
    while (*b != NULL && strcmp(*b, "--") != 0) b++;
    if (count < 1 || *b == NULL || b[1] == NULL) {
        fprintf(stderr, "usage: pairs COUNT A... -- B...\n");
        return 2;
    }
    *b++ = NULL;
    double *times = calloc(3 * count, sizeof *times), *as = times, *bs = times + count, *ratios = bs + count;
    for (int i = 0; i < 10; i++) run(a), run(b);
    for (int i = 0; i < count; i++) {
        /* Each is the first as often as the second. */
        if (i % 2 == 0) as[i] = run(a), bs[i] = run(b);
        else bs[i] = run(b), as[i] = run(a);
        ratios[i] = as[i] / bs[i];
    }
    qsort(as, count, sizeof *as, compare);
    qsort(bs, count, sizeof *bs, compare);
    qsort(ratios, count, sizeof *ratios, compare);
    printf("%.0f %.0f %.2f %.2f %.2f\n", as[count / 2], bs[count / 2], ratios[count / 2], ratios[count / 4],
           ratios[count * 3 / 4]);
    return 0;
}
