// positioned.c: reading and writing at an offset, beside the descriptor's position.
#include "report.h"
#include <sys/uio.h>

static char buffer[64];

int main(void) {
    make_file("/other/numbers", "0123456789");
    int fd = TRY(open("/other/numbers", O_RDWR));
    TRY(lseek(fd, 2, SEEK_SET));
    long got = TRY(pread(fd, buffer, 4, 5));
    print_bytes(buffer, got);
    got = TRY(pread(fd, buffer, 10, 8));
    print_bytes(buffer, got);
    TRY(pread(fd, buffer, 10, 10));
    TRY(pread(fd, buffer, 10, 1000));
    TRY(pread(fd, buffer, 10, -1));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(pwrite(fd, "ABC", 3, 4));
    TRY(pwrite(fd, "end", 3, 20));
    TRY(pwrite(fd, "x", 1, -5));
    TRY(pwrite(fd, "", 0, 50));
    TRY(lseek(fd, 0, SEEK_CUR));
    got = TRY(read(fd, buffer, sizeof buffer));
    print_bytes(buffer, got);
    struct iovec pieces[] = {{buffer, 0}, {buffer + 10, 2}, {buffer + 20, 4}};
    memset(buffer, '.', sizeof buffer);
    TRY(preadv(fd, pieces, 3, 1));
    print_bytes(buffer, 30);
    struct iovec words[] = {{"", 0}, {"one", 3}, {"two", 3}};
    TRY(pwritev(fd, words, 3, 0));
    TRY(close(fd));
    print_file("/other/numbers");

    // With appending, Linux writes at the end, whatever the offset.
    fd = TRY(open("/other/numbers", O_RDWR | O_APPEND));
    TRY(pwrite(fd, "!", 1, 0));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(pread(fd, buffer, 3, 0));
    print_bytes(buffer, 3);
    TRY(close(fd));
    print_file("/other/numbers");

    fd = TRY(open("text.txt", O_RDONLY));
    TRY(pread(fd, buffer, 9, 4));
    print_bytes(buffer, 9);
    TRY(pwrite(fd, "x", 1, 0));
    TRY(close(fd));
    TRY(pread(fd, buffer, 1, 0));
    TRY(pwrite(fd, "x", 1, 0));
    fd = TRY(open("text.txt", O_WRONLY));
    TRY(pread(fd, buffer, 9, 4));
    TRY(pwrite(fd, "THE", 3, 0));
    TRY(close(fd));
    print_file("text.txt");
    __wasi_size_t bytes;
    __wasi_iovec_t into = {(uint8_t *)buffer, 4};
    __wasi_ciovec_t from = {(const uint8_t *)buffer, 4};
    int fds[] = {0, 1, 2, OWN, 77, -1};
    for (int i = 0; i < 6; i++) {
        printf("descriptor %d\n", fds[i]);
        WASI(__wasi_fd_pread(fds[i], &into, 1, 0, &bytes));
        WASI(__wasi_fd_pwrite(fds[i], &from, 1, 0, &bytes));
    }
    return 0;
}
