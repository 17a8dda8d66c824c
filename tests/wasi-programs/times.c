// times.c: setting the times of files.
#include "report.h"
#include <limits.h>
#include <time.h>

// The times that are set are of before 2020: a later one is that of now.
static void print_times(const char *path, int flags) {
    struct stat found;
    if (fstatat(AT_FDCWD, path, &found, flags)) {
        printf("  errno %d\n", errno);
        return;
    }
    struct timespec both[] = {found.st_atim, found.st_mtim};
    for (int i = 0; i < 2; i++)
        if (both[i].tv_sec > 1577836800)
            printf("  %s now", i ? "modified" : "accessed");
        else
            printf("  %s %lld.%09ld", i ? "modified" : "accessed", (long long)both[i].tv_sec, both[i].tv_nsec);
    putchar('\n');
}

static void set(const char *path, struct timespec accessed, struct timespec modified, int flags) {
    struct timespec both[] = {accessed, modified};
    printf("%s, flags %x: ", path, flags);
    TRY(utimensat(AT_FDCWD, path, both, flags));
    print_times(path, flags);
}

int main(void) {
    struct timespec first = {1000000001, 123456789}, second = {1100000002, 987654321};
    struct timespec omit = {0, UTIME_OMIT}, now = {0, UTIME_NOW};
    print_times("text.txt", 0);
    set("text.txt", first, second, 0);
    set("text.txt", omit, first, 0);
    set("text.txt", second, omit, 0);
    set("text.txt", omit, omit, 0);
    set("text.txt", now, first, 0);
    set("text.txt", first, now, 0);
    set("text.txt", (struct timespec){0, 0}, (struct timespec){0, 1}, 0);
    set("text.txt", (struct timespec){-1, 0}, first, 0);
    set("text.txt", (struct timespec){0, 1000000000}, first, 0);
    set("sub", first, second, 0);
    set("link", second, first, 0);
    set("link", first, first, AT_SYMLINK_NOFOLLOW);
    print_times("text.txt", 0);
    set("dangling", first, second, 0);
    set("dangling", first, second, AT_SYMLINK_NOFOLLOW);
    set("loop", first, second, 0);
    set("none", first, second, 0);
    set("text.txt/", first, second, 0);
    set("sub/", second, second, 0);
    set("/other/note.txt", first, second, 0);
    set("/other", second, first, 0);
    set("../outside/secret.txt", first, second, 0);

    int flags[] = {O_RDONLY, O_WRONLY, O_RDWR};
    for (int i = 0; i < 3; i++) {
        int fd = TRY(open("text.txt", flags[i]));
        TRY(futimens(fd, (struct timespec[]){second, first}));
        print_times("text.txt", 0);
        TRY(futimens(fd, (struct timespec[]){omit, omit}));
        TRY(futimens(fd, NULL));
        print_times("text.txt", 0);
        WASI(__wasi_fd_filestat_set_times(fd, 5, 6, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_ATIM_NOW));
        WASI(__wasi_fd_filestat_set_times(fd, 5, 6, __WASI_FSTFLAGS_MTIM | __WASI_FSTFLAGS_MTIM_NOW));
        WASI(__wasi_fd_filestat_set_times(fd, 5, 6, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM));
        print_times("text.txt", 0);
        WASI(__wasi_fd_filestat_set_times(fd, 1ull << 62, 6, __WASI_FSTFLAGS_MTIM));
        print_times("text.txt", 0);
        TRY(close(fd));
    }
    int folder = TRY(open("sub", O_RDONLY | O_DIRECTORY));
    TRY(futimens(folder, (struct timespec[]){first, first}));
    print_times("sub", 0);
    WASI(
        __wasi_path_filestat_set_times(OWN, FOLLOW, "text.txt", 7, 8, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_ATIM_NOW));
    WASI(__wasi_path_filestat_set_times(OWN, FOLLOW, "text.txt", 7, 8, 0));
    WASI(__wasi_path_filestat_set_times(77, FOLLOW, "text.txt", 7, 8, 0));
    WASI(__wasi_path_filestat_set_times(folder, FOLLOW, "inner.txt", 7, 8, __WASI_FSTFLAGS_MTIM));
    print_times("sub/inner.txt", 0);
    WASI(__wasi_fd_filestat_set_times(OWN, 7, 8, __WASI_FSTFLAGS_MTIM));
    print_times(".", 0);
    return 0;
}
