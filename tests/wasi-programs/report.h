// report.h: printing calls, and what came of them.
#ifndef REPORT_H
#define REPORT_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

// The descriptors of the folders that a program has: its own, `.`, and `/other`, which can always be changed.
enum { OWN = 3, OTHER = 4 };

#define FOLLOW __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW

static inline long long report_libc(const char *call, long long result) {
    if (result == -1)
        printf("%s: errno %d\n", call, errno);
    else
        printf("%s: %lld\n", call, result);
    return result;
}

static inline int report_wasi(const char *call, int error) {
    printf("%s: %d\n", call, error);
    return error;
}

// Prints a call of the C library, and the number that it returned, or the error's.
#define TRY(call) (errno = 0, report_libc(#call, (long long)(call)))
// Prints a call of a function of WASI, and the error's number.
#define WASI(call) report_wasi(#call, (call))

// Prints bytes, those that are no text as numbers.
static inline void print_bytes(const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    putchar('"');
    for (size_t i = 0; i < length; i++)
        if (at[i] >= ' ' && at[i] < 127 && at[i] != '"' && at[i] != '\\')
            putchar(at[i]);
        else
            printf("\\%02x", at[i]);
    puts("\"");
}

// Prints the type, and for what is no folder also the number of links and the size.
static inline void print_filestat(const __wasi_filestat_t *stat) {
    printf("  type %d", stat->filetype);
    if (stat->filetype != __WASI_FILETYPE_DIRECTORY) printf(", %llu links, %llu bytes", stat->nlink, stat->size);
    putchar('\n');
}

// Prints what is at a path of the own folder, without following a link.
static inline void print_path(const char *path) {
    __wasi_filestat_t stat;
    int error = __wasi_path_filestat_get(OWN, 0, path, &stat);
    printf("%s: %d\n", path, error);
    if (!error) print_filestat(&stat);
}

// Prints the content of a file.
static inline void print_file(const char *path) {
    static char content[4096];
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        printf("%s: errno %d\n", path, errno);
        return;
    }
    size_t length = 0;
    ssize_t got;
    while (length < sizeof content && (got = read(fd, content + length, sizeof content - length)) > 0) length += got;
    printf("%s: %zu bytes ", path, length);
    print_bytes(content, length);
    close(fd);
}

// Makes a file with this content, if the folder can be changed.
static inline void make_file(const char *path, const char *content) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || write(fd, content, strlen(content)) < 0) printf("making %s: errno %d\n", path, errno);
    if (fd >= 0) close(fd);
}

// Opens a path of a folder for so many rights. Returns the descriptor, or one that nobody has.
static inline __wasi_fd_t open_at(__wasi_fd_t folder, const char *path, __wasi_oflags_t how, __wasi_rights_t rights) {
    __wasi_fd_t fd = 9999;
    int error = __wasi_path_open(folder, FOLLOW, path, how, rights, rights, 0, &fd);
    printf("opening %s by %d with %d: %d\n", path, folder, how, error);
    return fd;
}

#define READ __WASI_RIGHTS_FD_READ
#define WRITE __WASI_RIGHTS_FD_WRITE

#endif
