// escapes.c: attempts to get out of the folders.
#include "report.h"

static const char *const PATHS[] = {"..", "../", "../.", "../outside", "../outside/secret.txt",
    "./../outside/secret.txt", "sub/../../outside/secret.txt", "sub/deep/../../../outside/secret.txt",
    "none/../../outside/secret.txt", "text.txt/../../outside/secret.txt", "../own/text.txt", "sub/../../own/text.txt",
    "/", "/etc/passwd", "//etc/passwd", "up", "up/", "up/outside/secret.txt", "up/own/text.txt", "out", "out/",
    "absolute", "sub-link/../../outside/secret.txt", "sub-link/../text.txt", "dangling/../text.txt", "loop/../text.txt",
    "a/../..", "....", ".../..", "..\\outside", "sub/up2/text.txt", "sub/up2/../outside/secret.txt"};

// Calls every function that takes a path with one of a folder, and prints the errors.
static void attempt(__wasi_fd_t folder, const char *path) {
    __wasi_filestat_t stat;
    __wasi_size_t used;
    __wasi_fd_t fd;
    uint8_t buffer[64];
    printf("%d %s:", folder, path);
    printf(" stat %d", __wasi_path_filestat_get(folder, FOLLOW, path, &stat));
    printf(" lstat %d", __wasi_path_filestat_get(folder, 0, path, &stat));
    for (int flags = 0; flags < 4; flags++) {
        int error =
            __wasi_path_open(folder, flags & 1, path, flags & 2 ? __WASI_OFLAGS_DIRECTORY : 0, READ, READ, 0, &fd);
        printf(" %d", error);
        if (error) continue;
        // A file outside says that it is one.
        __wasi_iovec_t into = {buffer, sizeof buffer};
        if (!__wasi_fd_read(fd, &into, 1, &used) && used >= 6 && !memcmp(buffer, "secret", 6)) printf(" LEAKED");
        (void)__wasi_fd_close(fd);
    }
    int error = __wasi_path_open(folder, FOLLOW, path, 0, WRITE, WRITE, 0, &fd);
    printf(" write %d", error);
    if (!error) (void)__wasi_fd_close(fd);
    error = __wasi_path_open(folder, 0, path, __WASI_OFLAGS_CREAT | __WASI_OFLAGS_EXCL, WRITE, WRITE, 0, &fd);
    printf(" new %d", error);
    if (!error) {
        (void)__wasi_fd_close(fd);
        printf(" %d", __wasi_path_unlink_file(folder, path));
    }
    error = __wasi_path_create_directory(folder, path);
    printf(" mkdir %d", error);
    if (!error) printf(" %d", __wasi_path_remove_directory(folder, path));
    printf(" readlink %d", __wasi_path_readlink(folder, path, buffer, sizeof buffer, &used));
    __wasi_fstflags_t set = __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM;
    printf(" times %d", __wasi_path_filestat_set_times(folder, FOLLOW, path, 1, 1, set));
    printf(" %d", __wasi_path_filestat_set_times(folder, 0, path, 1, 1, set));
    error = __wasi_path_link(folder, 0, path, OTHER, "stolen");
    printf(" link %d", error);
    if (!error) (void)__wasi_path_unlink_file(OTHER, "stolen");
    printf(" link-to %d", __wasi_path_link(OTHER, 0, "note.txt", folder, path));
    error = __wasi_path_symlink("anywhere", folder, path);
    printf(" symlink %d", error);
    if (!error) (void)__wasi_path_unlink_file(folder, path);
    error = __wasi_path_rename(folder, path, OTHER, "stolen");
    printf(" rename %d", error);
    if (!error) printf(" %d", __wasi_path_rename(OTHER, "stolen", folder, path));
    printf(" rmdir %d", __wasi_path_remove_directory(folder, path));
    printf("\n");
}

int main(void) {
    TRY(symlink("..", "sub/up2"));
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) attempt(OWN, PATHS[i]);
    __wasi_fd_t deep = open_at(OWN, "sub/deep", __WASI_OFLAGS_DIRECTORY, READ);
    const char *own[] = {
        "..", "../inner.txt", "../../text.txt", "../../../outside/secret.txt", "leaf", "./leaf", "/leaf"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) attempt(deep, own[i]);

    // Paths that hold a zero, or aren't text, or are long.
    __wasi_fd_t fd;
    static char path[100000];
    memset(path, 'a', sizeof path - 1);
    WASI(__wasi_path_open(OWN, 0, path, 0, READ, READ, 0, &fd));
    for (size_t i = 0; i < sizeof path - 1; i += 2) memcpy(path + i, "./", 2);
    path[sizeof path - 1] = 0;
    WASI(__wasi_path_open(OWN, 0, path, 0, READ, READ, 0, &fd));
    strcpy(path + 3000, "text.txt");
    WASI(__wasi_path_open(OWN, 0, path, 0, READ, READ, 0, &fd));
    WASI(__wasi_path_open(OWN, 0, "\xff\xfe", 0, READ, READ, 0, &fd));
    WASI(__wasi_path_open(OWN, 0, "text.txt\xc3", 0, READ, READ, 0, &fd));
    WASI(__wasi_path_create_directory(OWN, "\xed\xa0\x80"));
    TRY(chdir("sub"));
    print_file("inner.txt");
    print_file("../text.txt");
    print_file("../../outside/secret.txt");
    TRY(chdir("../.."));
    TRY(chdir("/other"));
    print_file("note.txt");
    print_file("../outside/secret.txt");
    return 0;
}
