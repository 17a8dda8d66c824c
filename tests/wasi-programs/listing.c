// listing.c: reading folders, large and small, in pieces of every size.
#include "report.h"
#include <dirent.h>

enum { MOST = 2048 };

static char *names[MOST];

static int compare(const void *first, const void *second) {
    return strcmp(*(char *const *)first, *(char *const *)second);
}

// Prints the names and types in a folder in alphabetical order, or their number if they are many.
static void list(const char *path) {
    printf("%s: ", path);
    DIR *folder = opendir(path);
    if (!folder) {
        printf("errno %d\n", errno);
        return;
    }
    int count = 0;
    struct dirent *entry;
    errno = 0;
    while (count < MOST && (entry = readdir(folder))) {
        names[count] = malloc(strlen(entry->d_name) + 16);
        sprintf(names[count++], "%s (%d)", entry->d_name, entry->d_type);
    }
    printf("%d entries, errno %d\n", count, errno);
    qsort(names, count, sizeof *names, compare);
    for (int i = 0; i < count; i++) {
        if (i < 20 || i >= count - 5) {
            printf("  ");
            print_bytes(names[i], strlen(names[i]));
        }
        free(names[i]);
    }
    rewinddir(folder);
    int again = 0;
    while (readdir(folder)) again++;
    printf("  again: %d\n", again);
    closedir(folder);
}

// Reads a folder with a buffer of this size, and prints the number of whole entries.
static void read_pieces(__wasi_fd_t folder, __wasi_size_t room) {
    static uint8_t buffer[1 << 16];
    __wasi_dircookie_t cookie = 0;
    int entries = 0, calls = 0, error = 0;
    for (;;) {
        __wasi_size_t used = 0, at = 0;
        error = __wasi_fd_readdir(folder, buffer, room, cookie, &used);
        calls++;
        if (error) break;
        int whole = 0;
        __wasi_dirent_t entry;
        while (at + sizeof entry <= used) {
            memcpy(&entry, buffer + at, sizeof entry);
            at += sizeof entry + entry.d_namlen;
            if (at > used) break;
            cookie = entry.d_next;
            entries++;
            whole++;
        }
        if (used < room || !whole) break;
    }
    // The number of calls depends on the order of the names.
    printf("%lu bytes at a time: %d entries, several calls: %d, error %d\n", (unsigned long)room, entries, calls > 1,
        error);
}

int main(void) {
    list(".");
    list("sub");
    list("sub/");
    list("sub/deep");
    list("large");
    list("odd");
    list("sub-link");
    list("up");
    list("text.txt");
    list("none");
    list("");
    list("..");
    list("/other");
    list("/");

    __wasi_fd_t large = open_at(OWN, "large", __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READDIR);
    __wasi_size_t rooms[] = {0, 1, 23, 24, 25, 100, 1000, 4096, 65536};
    for (int i = 0; i < 9; i++) read_pieces(large, rooms[i]);
    uint8_t buffer[256];
    __wasi_size_t used = 0;
    __wasi_dircookie_t cookies[] = {1, 2, 100000, 1ull << 32, ~0ull};
    for (int i = 0; i < 5; i++) {
        used = 77;
        WASI(__wasi_fd_readdir(large, buffer, 24, cookies[i], &used));
        printf("%lu bytes from %llu on\n", (unsigned long)used, cookies[i]);
    }
    // The first two entries are always these.
    WASI(__wasi_fd_readdir(large, buffer, 51, 0, &used));
    __wasi_dirent_t entry;
    for (int at = 0; at < 50; at += 25) {
        memcpy(&entry, buffer + at, sizeof entry);
        printf("next %llu, %lu bytes, type %d: ", entry.d_next, (unsigned long)entry.d_namlen, entry.d_type);
        print_bytes(buffer + at + sizeof entry, entry.d_namlen);
    }

    DIR *folder = opendir("large");
    int count = 0;
    while (count < 100 && readdir(folder)) count++;
    long place = telldir(folder);
    char *name = strdup(readdir(folder)->d_name);
    while (readdir(folder)) count++;
    seekdir(folder, place);
    printf("the same entry after going back: %d, of %d\n", !strcmp(readdir(folder)->d_name, name), count);
    closedir(folder);

    // A folder that changes while it is read.
    TRY(mkdir("/other/many", 0755));
    for (int i = 0; i < 200; i++) {
        char path[32];
        sprintf(path, "/other/many/%03d", i);
        make_file(path, "");
    }
    folder = opendir("/other/many");
    count = 0;
    struct dirent *found;
    while ((found = readdir(folder))) {
        if (found->d_name[0] == '.') continue;
        if (unlinkat(dirfd(folder), found->d_name, 0)) printf("removing %s: errno %d\n", found->d_name, errno);
        count++;
    }
    printf("removed %d\n", count);
    closedir(folder);
    list("/other/many");
    int fds[] = {0, 1, 77, -1};
    for (int i = 0; i < 4; i++) WASI(__wasi_fd_readdir(fds[i], buffer, 100, 0, &used));
    WASI(__wasi_fd_readdir(open_at(OWN, "text.txt", 0, READ), buffer, 100, 0, &used));
    WASI(__wasi_fd_readdir(open_at(OWN, "sub", 0, 0), buffer, 0, 0, &used));
    WASI(__wasi_fd_readdir(open_at(OWN, "sub", 0, WRITE), buffer, 0, 0, &used));
    return 0;
}
