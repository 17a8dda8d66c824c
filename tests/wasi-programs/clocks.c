// clocks.c: clocks, sleeping, and giving way to others.
#include "report.h"
#include <time.h>

int main(void) {
    // The last clocks are those of the process and of the thread.
    for (__wasi_clockid_t clock = 0; clock < 4; clock = (__wasi_clockid_t)((int)clock + 1)) {
        __wasi_timestamp_t resolution = 0, first = 0, second = 0;
        printf("clock %d\n", (int)clock);
        if (!WASI(__wasi_clock_res_get(clock, &resolution)))
            printf("  it has a resolution: %d\n", resolution > 0 && resolution < 1000000000);
        int error = WASI(__wasi_clock_time_get(clock, 1, &first));
        WASI(__wasi_clock_time_get(clock, 1000000000, &second));
        if (!error) printf("  it goes on: %d\n", second >= first);
    }
    struct timespec now;
    TRY(clock_gettime(CLOCK_REALTIME, &now));
    printf("later than 2020: %d\n", now.tv_sec > 1577836800);
    TRY(clock_gettime(CLOCK_MONOTONIC, &now));
    printf("less than an hour since the beginning: %d\n", now.tv_sec < 3600);
    printf("later than 2020: %d\n", time(NULL) > 1577836800);

    __wasi_timestamp_t before, after;
    (void)__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &before);
    TRY(nanosleep(&(struct timespec){0, 20000000}, NULL));
    TRY(usleep(10000));
    TRY(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 5000000}, NULL));
    // A point in the past.
    TRY(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &(struct timespec){1, 0}, NULL));
    (void)__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &after);
    printf("35 ms are over: %d\n", after - before >= 35000000);
    TRY(nanosleep(&(struct timespec){0, -1}, NULL));
    TRY(nanosleep(&(struct timespec){0, 1000000000}, NULL));
    WASI(__wasi_sched_yield());
    return 0;
}
