// seeking.c: the positions of descriptors.
#include "report.h"
#include <stdint.h>

int main(void) {
    char buffer[16];
    int fd = TRY(open("text.txt", O_RDONLY));
    TRY(lseek(fd, 0, SEEK_END));
    TRY(lseek(fd, -6, SEEK_END));
    TRY(read(fd, buffer, 6));
    print_bytes(buffer, 6);
    TRY(lseek(fd, -10, SEEK_CUR));
    TRY(lseek(fd, 3, SEEK_CUR));
    TRY(lseek(fd, -1, SEEK_SET));
    TRY(lseek(fd, -1000, SEEK_CUR));
    TRY(lseek(fd, -1000, SEEK_END));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(lseek(fd, 1000, SEEK_END));
    TRY(read(fd, buffer, 1));
    TRY(lseek(fd, INT64_MAX, SEEK_SET));
    TRY(lseek(fd, 1, SEEK_CUR));
    TRY(lseek(fd, INT64_MAX, SEEK_CUR));
    TRY(lseek(fd, INT64_MAX, SEEK_END));
    TRY(lseek(fd, INT64_MIN, SEEK_END));
    TRY(lseek(fd, 5, SEEK_SET));
    __wasi_filesize_t position = 0;
    WASI(__wasi_fd_tell(fd, &position));
    printf("at %llu\n", position);
    WASI(__wasi_fd_seek(fd, 2, __WASI_WHENCE_CUR, &position));
    printf("at %llu\n", position);
    WASI(__wasi_fd_seek(fd, 0, __WASI_WHENCE_END, &position));
    printf("at %llu\n", position);
    // The same file, opened again, has a position of its own.
    int again = TRY(open("text.txt", O_RDONLY));
    TRY(lseek(again, 0, SEEK_CUR));
    TRY(close(fd));
    TRY(lseek(fd, 0, SEEK_CUR));
    int folder = TRY(open("sub", O_RDONLY | O_DIRECTORY));
    TRY(lseek(folder, 0, SEEK_CUR));
    WASI(__wasi_fd_tell(folder, &position));
    int fds[] = {0, 1, 2, OWN, 77, -1};
    for (int i = 0; i < 6; i++) {
        printf("descriptor %d\n", fds[i]);
        WASI(__wasi_fd_seek(fds[i], 1, __WASI_WHENCE_SET, &position));
        WASI(__wasi_fd_tell(fds[i], &position));
    }

    // A file with a hole.
    fd = TRY(open("/other/hole", O_RDWR | O_CREAT, 0666));
    TRY(lseek(fd, 100000, SEEK_SET));
    TRY(lseek(fd, 0, SEEK_END));
    TRY(lseek(fd, 100000, SEEK_SET));
    TRY(write(fd, "end", 3));
    TRY(lseek(fd, 99998, SEEK_SET));
    TRY(read(fd, buffer, 16));
    print_bytes(buffer, 5);
    TRY(lseek(fd, 0, SEEK_END));
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(write(fd, "begin", 5));
    TRY(close(fd));
    struct stat stat_;
    TRY(stat("/other/hole", &stat_));
    printf("%lld bytes\n", (long long)stat_.st_size);
    return 0;
}
