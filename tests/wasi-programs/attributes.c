// attributes.c: what `stat` says of files, folders and links.
#include "report.h"

static void show(const char *path) {
    struct stat found;
    for (int follows = 1; follows >= 0; follows--) {
        errno = 0;
        int result = fstatat(AT_FDCWD, path, &found, follows ? 0 : AT_SYMLINK_NOFOLLOW);
        printf("%s %s: ", follows ? "stat" : "lstat", path);
        if (result)
            printf("errno %d\n", errno);
        else if (S_ISDIR(found.st_mode))
            printf("mode %o\n", (unsigned)found.st_mode);
        else
            printf("mode %o, %lld bytes, %llu links, modified %lld.%09ld\n", (unsigned)found.st_mode,
                (long long)found.st_size, (unsigned long long)found.st_nlink, (long long)found.st_mtim.tv_sec,
                found.st_mtim.tv_nsec);
    }
}

int main(void) {
    const char *paths[] = {".", "./", "..", "", "text.txt", "text.txt/", "text.txt/.", "text.txt/..", "empty", "sub",
        "sub/", "sub/.", "sub/..", "sub/../text.txt", "sub/../..", "sub/inner.txt", "sub/deep/leaf", "none", "none/",
        "none/..", "link", "link/", "sub-link", "sub-link/", "sub-link/inner.txt", "sub-link/../text.txt", "dangling",
        "dangling/", "loop", "loop/", "up", "up/own/text.txt", "out", "absolute", "locked", "odd", "odd/pipe",
        "odd/socket", "odd/bytes", "hard", "/other", "/other/note.txt", "/", "/none", "//other//note.txt",
        "/other/../own/text.txt"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) show(paths[i]);

    // Two names of one file have the same inode, and two files have not.
    struct stat first, second;
    TRY(stat("text.txt", &first));
    TRY(stat("hard", &second));
    printf("the same file: %d\n", first.st_ino == second.st_ino && first.st_dev == second.st_dev);
    TRY(stat("link", &second));
    printf("the same file: %d\n", first.st_ino == second.st_ino && first.st_dev == second.st_dev);
    TRY(stat("empty", &second));
    printf("the same file: %d\n", first.st_ino == second.st_ino && first.st_dev == second.st_dev);
    int fd = TRY(open("text.txt", O_RDONLY));
    TRY(fstat(fd, &second));
    printf("the same file: %d, device %llu\n", first.st_ino == second.st_ino, (unsigned long long)second.st_dev);
    TRY(fstat(OWN, &second));
    printf("a folder: %d, device %llu\n", S_ISDIR(second.st_mode), (unsigned long long)second.st_dev);
    TRY(fstat(77, &second));
    TRY(fstat(-1, &second));

    int modes[] = {F_OK, R_OK, W_OK, X_OK};
    for (int i = 0; i < 4; i++) {
        TRY(access("text.txt", modes[i]));
        TRY(access("sub", modes[i]));
        TRY(access("none", modes[i]));
        TRY(access("out", modes[i]));
        TRY(access("locked", modes[i]));
    }
    __wasi_filestat_t found;
    int fds[] = {0, OWN, OTHER, 77, -1, fd};
    for (int i = 0; i < 6; i++) {
        printf("descriptor %d\n", i == 5 ? -2 : fds[i]);
        WASI(__wasi_path_filestat_get(fds[i], FOLLOW, "text.txt", &found));
        WASI(__wasi_path_filestat_get(fds[i], 0, "note.txt", &found));
        if (!WASI(__wasi_fd_filestat_get(fds[i], &found))) print_filestat(&found);
    }
    return 0;
}
