// flags.c: the flags and rights of descriptors.
#include "report.h"

static void print_status(__wasi_fd_t fd) {
    __wasi_fdstat_t status;
    int error = __wasi_fd_fdstat_get(fd, &status);
    if (error)
        printf("  no status: %d\n", error);
    else
        printf("  type %d, flags %d, rights %llx, inherited %llx\n", status.fs_filetype, status.fs_flags,
            status.fs_rights_base, status.fs_rights_inheriting);
}

static void open_with(const char *path, __wasi_oflags_t how, __wasi_rights_t rights, __wasi_fdflags_t flags) {
    __wasi_fd_t fd = 9999;
    int error = __wasi_path_open(OTHER, FOLLOW, path, how, rights, 0, flags, &fd);
    printf("%s, how %d, rights %llx, flags %d: %d\n", path, how, rights, flags, error);
    if (error) return;
    print_status(fd);
    uint8_t buffer[8];
    __wasi_size_t bytes;
    __wasi_iovec_t into = {buffer, 2};
    __wasi_ciovec_t from = {(const uint8_t *)"ab", 2};
    printf("  read %d", __wasi_fd_read(fd, &into, 1, &bytes));
    printf(", write %d", __wasi_fd_write(fd, &from, 1, &bytes));
    printf(", size %d", __wasi_fd_filestat_set_size(fd, 9));
    printf(", list %d\n", __wasi_fd_readdir(fd, buffer, 8, 0, &bytes));
    (void)__wasi_fd_close(fd);
}

int main(void) {
    for (int fd = 0; fd < 6; fd++) {
        printf("descriptor %d\n", fd);
        print_status(fd);
    }
    TRY(mkdir("/other/folder", 0755));
    const char *paths[] = {"note.txt", "folder", "made", "none"};
    for (int path = 0; path < 4; path++) {
        for (int rights = 0; rights < 4; rights++)
            open_with(paths[path], path == 2 ? __WASI_OFLAGS_CREAT : 0, rights * READ | (rights > 1 ? WRITE : 0), 0);
        open_with(paths[path], 0, WRITE, 0);
        open_with(paths[path], 0, ~0u >> 2, 0);
        open_with(paths[path], 0, __WASI_RIGHTS_FD_READDIR, 0);
        for (int how = 0; how < 16; how++) open_with(paths[path], how, READ | WRITE, 0);
        for (int flags = 0; flags < 32; flags++) open_with(paths[path], 0, READ | WRITE, flags);
        (void)__wasi_path_unlink_file(OTHER, "none");
    }
    // In the folder that may be read alone in some runs.
    __wasi_fd_t fd;
    for (int how = 0; how < 16; how++) {
        printf("how %d: ", how);
        WASI(__wasi_path_open(OWN, 0, "text.txt", how, READ, 0, 0, &fd));
    }

    int file = TRY(open("/other/note.txt", O_RDWR));
    TRY(fcntl(file, F_GETFL));
    for (__wasi_fdflags_t flags = 0; flags < 32; flags++) {
        printf("flags %d: ", flags);
        WASI(__wasi_fd_fdstat_set_flags(file, flags));
        print_status(file);
    }
    TRY(fcntl(file, F_SETFL, O_APPEND));
    TRY(fcntl(file, F_GETFL));
    TRY(write(file, "appended", 8));
    TRY(lseek(file, 0, SEEK_CUR));
    TRY(fcntl(file, F_SETFL, 0));
    TRY(lseek(file, 0, SEEK_SET));
    TRY(write(file, "front", 5));
    TRY(fcntl(file, F_SETFL, O_NONBLOCK | O_APPEND));
    TRY(fcntl(file, F_GETFL));
    TRY(fcntl(file, F_SETFL, O_SYNC));
    TRY(fcntl(file, F_GETFD));
    TRY(fcntl(file, F_SETFD, FD_CLOEXEC));
    TRY(fcntl(file, F_GETFD));
    print_file("/other/note.txt");
    WASI(__wasi_fd_fdstat_set_rights(file, READ, 0));
    WASI(__wasi_fd_fdstat_set_rights(file, ~0u >> 2, ~0u >> 2));
    print_status(file);
    int fds[] = {0, 1, OWN, 77, -1};
    for (int i = 0; i < 5; i++) {
        printf("descriptor %d\n", fds[i]);
        WASI(__wasi_fd_fdstat_set_flags(fds[i], 0));
        WASI(__wasi_fd_fdstat_set_flags(fds[i], __WASI_FDFLAGS_SYNC));
        WASI(__wasi_fd_fdstat_set_rights(fds[i], 0, 0));
    }
    return 0;
}
