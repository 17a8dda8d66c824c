// streams.c: the standard streams: reading, writing, and what doesn't work on them.
#include "report.h"
#include <sys/uio.h>

static char buffer[256];

int main(void) {
    for (int fd = 0; fd < 3; fd++) {
        __wasi_fdstat_t status;
        __wasi_filestat_t stat;
        printf("stream %d\n", fd);
        if (!WASI(__wasi_fd_fdstat_get(fd, &status)))
            printf("  type %d, flags %d, rights %llx, inherited %llx\n", status.fs_filetype, status.fs_flags,
                status.fs_rights_base, status.fs_rights_inheriting);
        if (!WASI(__wasi_fd_filestat_get(fd, &stat))) {
            print_filestat(&stat);
            printf("  device %llu, inode %llu, times %llu %llu %llu\n", stat.dev, stat.ino, stat.atim, stat.mtim,
                stat.ctim);
        }
        TRY(isatty(fd));
        TRY(lseek(fd, 0, SEEK_CUR));
        TRY(lseek(fd, 3, SEEK_SET));
        __wasi_filesize_t position;
        WASI(__wasi_fd_tell(fd, &position));
        TRY(ftruncate(fd, 0));
        TRY(fsync(fd));
        TRY(fdatasync(fd));
        TRY(pread(fd, buffer, 4, 0));
        TRY(pwrite(fd, "x", 1, 0));
        WASI(__wasi_fd_advise(fd, 0, 0, __WASI_ADVICE_NORMAL));
        WASI(__wasi_fd_allocate(fd, 0, 10));
        WASI(__wasi_fd_filestat_set_times(fd, 0, 0, __WASI_FSTFLAGS_MTIM_NOW));
        WASI(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_APPEND));
        WASI(__wasi_fd_fdstat_set_rights(fd, 0, 0));
        __wasi_prestat_t prestat;
        WASI(__wasi_fd_prestat_get(fd, &prestat));
        __wasi_size_t used;
        WASI(__wasi_fd_readdir(fd, (uint8_t *)buffer, sizeof buffer, 0, &used));
        TRY(openat(fd, "text.txt", O_RDONLY));
    }
    TRY(write(0, "to standard input", 17));
    TRY(read(1, buffer, 10));
    TRY(read(2, buffer, 10));

    TRY(read(0, buffer, 5));
    print_bytes(buffer, 5);
    struct iovec pieces[] = {{buffer, 0}, {buffer + 10, 3}, {buffer + 20, 4}};
    memset(buffer, '.', sizeof buffer);
    TRY(readv(0, pieces, 3));
    print_bytes(buffer, 30);
    char line[64];
    while (fgets(line, sizeof line, stdin)) print_bytes(line, strlen(line));
    printf("at the end: %d, an error: %d\n", feof(stdin) != 0, ferror(stdin) != 0);
    TRY(read(0, buffer, 5));

    fflush(stdout);
    struct iovec words[] = {{"", 0}, {"one ", 4}, {"two ", 4}, {"three\n", 6}};
    long written = writev(1, words, 4);
    printf("\nwritten: %ld\n", written);
    fflush(stdout);
    written = writev(2, words + 3, 1);
    printf("written: %ld\n", written);
    TRY(write(1, "", 0));
    TRY(fprintf(stderr, "%d words to standard error\n", 5));
    TRY(writev(1, words, 0));
    TRY(writev(1, words, -1));
    // What is written to a stream that is closed is lost.
    fflush(stdout);
    TRY(close(2));
    TRY(write(2, "lost", 4));
    TRY(close(0));
    TRY(read(0, buffer, 1));
    return 0;
}
