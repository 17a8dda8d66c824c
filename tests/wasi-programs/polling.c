// polling.c: waiting for clocks, files and streams.
#include "report.h"
#include <poll.h>
#include <sys/select.h>

static __wasi_subscription_t clock_of(uint64_t user, __wasi_clockid_t id, uint64_t timeout, int flags) {
    __wasi_subscription_t subscription = {.userdata = user, .u.tag = __WASI_EVENTTYPE_CLOCK};
    subscription.u.u.clock =
        (__wasi_subscription_clock_t){.id = id, .timeout = timeout, .precision = 1, .flags = flags};
    return subscription;
}

static __wasi_subscription_t file_of(uint64_t user, int kind, __wasi_fd_t fd) {
    __wasi_subscription_t subscription = {.userdata = user, .u.tag = kind};
    subscription.u.u.fd_read.file_descriptor = fd;
    return subscription;
}

// Waits, and prints the events. A clock's bytes say nothing.
static void wait_for(const char *what, const __wasi_subscription_t *subscriptions, size_t count) {
    __wasi_event_t events[8];
    __wasi_size_t found = 0;
    int error = __wasi_poll_oneoff(subscriptions, events, count, &found);
    printf("%s: %d\n", what, error);
    if (error) return;
    for (__wasi_size_t i = 0; i < found; i++) {
        printf("  %llu: error %d, type %d", events[i].userdata, events[i].error, events[i].type);
        if (events[i].type != __WASI_EVENTTYPE_CLOCK)
            printf(", some bytes: %d, flags %d", events[i].fd_readwrite.nbytes > 0, events[i].fd_readwrite.flags);
        putchar('\n');
    }
}

#define WAIT(what, ...)                                \
    do {                                               \
        __wasi_subscription_t all[] = {__VA_ARGS__};   \
        wait_for(what, all, sizeof all / sizeof *all); \
    } while (0)

enum { INPUT = __WASI_EVENTTYPE_FD_READ, OUTPUT = __WASI_EVENTTYPE_FD_WRITE };

int main(void) {
    // wasmtime-wasi reads from a file to find out that it can be read, by which the time of the last access changes.
    print_file("text.txt");
    print_file("empty");
    const uint64_t HOUR = 3600000000000, MILLISECOND = 1000000;
    __wasi_fd_t text = open_at(OWN, "text.txt", 0, READ);
    __wasi_fd_t empty = open_at(OWN, "empty", 0, READ);
    __wasi_fd_t made = open_at(OTHER, "made", __WASI_OFLAGS_CREAT, READ | WRITE);
    __wasi_fd_t folder = open_at(OWN, "sub", __WASI_OFLAGS_DIRECTORY, READ);

    WAIT("a clock", clock_of(1, __WASI_CLOCKID_MONOTONIC, MILLISECOND, 0));
    WAIT("a clock of 0", clock_of(2, __WASI_CLOCKID_REALTIME, 0, 0));
    WAIT("a point in the past",
        clock_of(3, __WASI_CLOCKID_REALTIME, 5, __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME));
    WAIT("a clock that goes on", clock_of(4, __WASI_CLOCKID_MONOTONIC, HOUR, 0),
        clock_of(5, __WASI_CLOCKID_MONOTONIC, MILLISECOND, 0));
    // Alone, wasmtime-wasi takes a clock of these for any other.
    WAIT("the clock of the process", clock_of(6, __WASI_CLOCKID_PROCESS_CPUTIME_ID, 0, 0), file_of(7, OUTPUT, 1));
    WAIT("the clock of the thread", clock_of(8, __WASI_CLOCKID_THREAD_CPUTIME_ID, 0, 0), file_of(9, OUTPUT, 1));
    WAIT("no clock", clock_of(6, (__wasi_clockid_t)9, 0, 0), file_of(7, OUTPUT, 1));
    WAIT("no flag", clock_of(6, __WASI_CLOCKID_MONOTONIC, 0, 4), file_of(7, OUTPUT, 1));
    WAIT("no kind", file_of(7, 3, 1));
    wait_for("nothing", NULL, 0);

    WAIT("a file", file_of(10, INPUT, text));
    WAIT("a file to write", file_of(11, OUTPUT, made));
    WAIT("a file and a long clock", file_of(12, INPUT, text), clock_of(13, __WASI_CLOCKID_MONOTONIC, HOUR, 0));
    WAIT("an empty file", file_of(14, INPUT, empty));
    lseek(text, 0, SEEK_END);
    WAIT("a file at its end", file_of(15, INPUT, text));
    WAIT("a file to write that is open to read", file_of(16, OUTPUT, text));
    __wasi_fd_t own = open_at(OWN, "text.txt", 0, WRITE);
    WAIT("a file to read that is open to write", file_of(16, INPUT, own));
    WAIT("a file of the own folder to write", file_of(16, OUTPUT, own));
    WAIT("a folder", file_of(17, INPUT, folder));
    WAIT("a folder to write", file_of(18, OUTPUT, folder));
    WAIT("nobody's", file_of(19, INPUT, 77));
    WAIT("nobody's and a clock", file_of(20, OUTPUT, 77), clock_of(21, __WASI_CLOCKID_MONOTONIC, 0, 0));

    WAIT("output", file_of(30, OUTPUT, 1));
    WAIT("errors", file_of(31, OUTPUT, 2));
    WAIT("output to read", file_of(32, INPUT, 1));
    WAIT("input to write", file_of(33, OUTPUT, 0));
    WAIT("input", file_of(34, INPUT, 0), clock_of(35, __WASI_CLOCKID_MONOTONIC, HOUR, 0));
    char buffer[256];
    printf("read %zd\n", read(0, buffer, 4));
    WAIT("more input", file_of(36, INPUT, 0), clock_of(37, __WASI_CLOCKID_MONOTONIC, HOUR, 0));
    while (read(0, buffer, sizeof buffer) > 0) {
    }
    WAIT("input at its end", file_of(38, INPUT, 0), clock_of(39, __WASI_CLOCKID_MONOTONIC, HOUR, 0));

    struct pollfd polled[] = {{1, POLLOUT, 0}, {made, POLLOUT | POLLIN, 0}, {-1, POLLIN, 0}};
    TRY(poll(polled, 1, 1000));
    printf("  events %x\n", polled[0].revents);
    TRY(poll(polled + 2, 1, 1));
    printf("  events %x\n", polled[2].revents);
    TRY(poll(NULL, 0, 1));
    TRY(poll(NULL, 0, -2));
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(folder, &readable);
    TRY(select(folder + 1, &readable, NULL, NULL, &(struct timeval){0, 1000}));
    FD_ZERO(&readable);
    TRY(select(0, NULL, NULL, NULL, &(struct timeval){0, 1000}));
    FD_SET(text, &readable);
    TRY(select(text + 1, &readable, NULL, NULL, NULL));
    return 0;
}
