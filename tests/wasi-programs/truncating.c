// truncating.c: the size of files, hints, and writing to the disk.
#include "report.h"

static void work_on(const char *path, int flags) {
    printf("%s with flags %x\n", path, flags);
    int fd = TRY(open(path, flags, 0666));
    TRY(lseek(fd, 3, SEEK_SET));
    TRY(ftruncate(fd, 5));
    print_file(path);
    TRY(ftruncate(fd, 8));
    print_file(path);
    TRY(ftruncate(fd, 0));
    print_file(path);
    TRY(ftruncate(fd, -1));
    TRY(ftruncate(fd, 1ll << 62));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(ftruncate(fd, 2));
    TRY(posix_fallocate(fd, 0, 100));
    TRY(posix_fallocate(fd, 0, 0));
    TRY(posix_fallocate(fd, -1, 1));
    WASI(__wasi_fd_allocate(fd, 0, 100));
    WASI(__wasi_fd_allocate(fd, 1ull << 63, 100));
    for (int advice = 0; advice < 6; advice++) {
        TRY(posix_fadvise(fd, 0, 10, advice));
        WASI(__wasi_fd_advise(fd, 0, 0, advice));
    }
    TRY(posix_fadvise(fd, -1, 10, POSIX_FADV_NORMAL));
    TRY(posix_fadvise(fd, 0, -1, POSIX_FADV_NORMAL));
    TRY(posix_fadvise(fd, 100000, 10, POSIX_FADV_WILLNEED));
    TRY(fsync(fd));
    TRY(fdatasync(fd));
    TRY(close(fd));
    print_path(path);
}

int main(void) {
    make_file("/other/file", "0123456789");
    work_on("/other/file", O_RDWR);
    work_on("/other/file", O_WRONLY);
    work_on("/other/file", O_RDONLY);
    work_on("text.txt", O_RDWR);
    work_on("text.txt", O_RDONLY);
    work_on("sub", O_RDONLY);
    int fds[] = {0, 1, OWN, 77, -1};
    for (int i = 0; i < 5; i++) {
        printf("descriptor %d\n", fds[i]);
        WASI(__wasi_fd_filestat_set_size(fds[i], 1));
        WASI(__wasi_fd_allocate(fds[i], 0, 1));
        WASI(__wasi_fd_advise(fds[i], 0, 1, __WASI_ADVICE_RANDOM));
        WASI(__wasi_fd_sync(fds[i]));
        WASI(__wasi_fd_datasync(fds[i]));
    }
    return 0;
}
