// descriptors.c: the numbers of descriptors: closing, renumbering, and the folders that are open from the beginning.
#include "report.h"
#include <wasi/libc.h>

static void print_open(void) {
    printf("open:");
    for (int fd = 0; fd < 64; fd++) {
        __wasi_fdstat_t status;
        if (!__wasi_fd_fdstat_get(fd, &status)) printf(" %d (%d)", fd, status.fs_filetype);
    }
    putchar('\n');
}

int main(void) {
    print_open();
    for (int fd = 0; fd < 7; fd++) {
        __wasi_prestat_t prestat;
        uint8_t name[32];
        printf("descriptor %d\n", fd);
        if (!WASI(__wasi_fd_prestat_get(fd, &prestat)))
            printf("  tag %d, %lu bytes\n", prestat.tag, (unsigned long)prestat.u.dir.pr_name_len);
        size_t rooms[] = {0, 1, 5, 6, 7, 32};
        for (int i = 0; i < 6; i++) {
            memset(name, '.', sizeof name);
            if (!WASI(__wasi_fd_prestat_dir_name(fd, name, rooms[i]))) print_bytes(name, 10);
        }
    }
    int fds[6];
    for (int i = 0; i < 6; i++) fds[i] = TRY(open("text.txt", O_RDONLY));
    print_open();
    TRY(close(fds[1]));
    TRY(close(fds[4]));
    TRY(close(fds[2]));
    print_open();
    TRY(open("sub", O_RDONLY));
    TRY(open("text.txt", O_RDONLY));
    TRY(open("none", O_RDONLY));
    print_open();

    // The position goes with a descriptor to its new number.
    TRY(lseek(fds[0], 7, SEEK_SET));
    TRY(__wasilibc_fd_renumber(fds[0], fds[3]));
    TRY(lseek(fds[3], 0, SEEK_CUR));
    TRY(lseek(fds[0], 0, SEEK_CUR));
    print_open();
    WASI(__wasi_fd_renumber(fds[3], fds[3]));
    WASI(__wasi_fd_renumber(77, fds[3]));
    WASI(__wasi_fd_renumber(fds[3], 77));
    WASI(__wasi_fd_renumber(77, 78));
    WASI(__wasi_fd_renumber(-1, fds[3]));
    WASI(__wasi_fd_renumber(fds[3], -1));
    print_open();

    // A file takes the place of standard error, and of standard input.
    int made = TRY(open("/other/errors", O_WRONLY | O_CREAT, 0666));
    WASI(__wasi_fd_renumber(made, 2));
    fputs("an error in a file\n", stderr);
    print_file("/other/errors");
    WASI(__wasi_fd_renumber(fds[5], 0));
    char line[64];
    printf("%s", fgets(line, sizeof line, stdin));
    print_open();

    // A folder that was there from the beginning gets another number, and is one no more.
    int folder = TRY(open("sub", O_RDONLY | O_DIRECTORY));
    __wasi_prestat_t prestat;
    WASI(__wasi_fd_renumber(OTHER, folder));
    WASI(__wasi_fd_prestat_get(folder, &prestat));
    WASI(__wasi_fd_prestat_get(OTHER, &prestat));
    WASI(__wasi_path_filestat_get(folder, 0, "note.txt", &(__wasi_filestat_t){0}));
    WASI(__wasi_fd_close(folder));
    WASI(__wasi_fd_prestat_get(folder, &prestat));
    WASI(__wasi_fd_close(OWN));
    print_file("text.txt");
    print_open();
    TRY(close(77));
    TRY(close(-1));
    TRY(close(0));
    TRY(close(0));
    print_open();
    fflush(stdout);
    close(1);
    printf("nobody sees this\n");
    return fflush(stdout) ? 40 + (errno == EBADF) : 0;
}
