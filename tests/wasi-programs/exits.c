// exits.c: the ways to end, of which the first argument names one.
#include "report.h"

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_raise"))) extern int proc_raise(int signal);

static volatile int zero;
static int (*volatile null_function)(int);
static int (*volatile wrong_function)(int) = (int (*)(int))(void *)print_file;

static void at_exit(void) { puts("the function for the end"); }

// Takes stack without end.
static int deepen(int depth) {
    volatile char room[1000];
    if (depth == zero - 1) return 0;
    room[depth % 1000] = depth;
    return deepen(depth + 1) + room[(depth + 1) % 1000];
}

int main(int argc, char **argv) {
    const char *way = argc > 1 ? argv[1] : "";
    int number = argc > 2 ? atoi(argv[2]) : 0;
    printf("%s %d\n", way, number);
    if (!strcmp(way, "raise"))
        for (int signal = 0; signal < 31; signal++) WASI(proc_raise(signal));
    atexit(at_exit);
    // What is in the buffer isn't lost if the guest ends by a trap.
    fflush(stdout);
    fprintf(stderr, "to standard error\n");
    if (!strcmp(way, "return")) return number;
    if (!strcmp(way, "exit")) exit(number);
    if (!strcmp(way, "_exit")) _exit(number);
    if (!strcmp(way, "proc_exit")) __wasi_proc_exit(number);
    if (!strcmp(way, "abort")) abort();
    if (!strcmp(way, "unreachable")) __builtin_trap();
    if (!strcmp(way, "divide")) return 7 / zero;
    if (!strcmp(way, "overflow")) return (int)0x80000000 / (zero - 1);
    if (!strcmp(way, "bounds")) return *(volatile int *)0xfffffff0;
    if (!strcmp(way, "null")) return null_function(1);
    if (!strcmp(way, "type")) return wrong_function(1);
    if (!strcmp(way, "convert")) return (int)*(volatile float *)&(float){1e30f};
    if (!strcmp(way, "stack")) return deepen(0);
    return 0;
}
