// Makes the WASI calls that its arguments name, one after the other, and prints what came of each: 0 and
// what it gave, or the error's number. A call ends with `;`, a folder is named by its descriptor. All that
// can be followed is followed.
//
// clang-14 --target=wasm32-wasi --sysroot=/usr -O2 -s paths.c -o paths.wasm
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

static char buffer[4096];

static int path_open(int folder, const char *path, int flags, __wasi_rights_t rights, __wasi_fd_t *opened) {
    return __wasi_path_open(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, flags, rights, rights, 0, opened);
}

static int read_file(int folder, const char *path) {
    __wasi_fd_t file;
    int error = path_open(folder, path, 0, __WASI_RIGHTS_FD_READ, &file);
    if (error) return error;
    __wasi_iovec_t into = {(uint8_t *)buffer, sizeof buffer - 1};
    __wasi_size_t bytes = 0;
    error = __wasi_fd_read(file, &into, 1, &bytes);
    buffer[bytes] = 0;
    (void)__wasi_fd_close(file);
    return error;
}

static int write_file(int folder, const char *path, int flags) {
    __wasi_fd_t file;
    int error = path_open(folder, path, flags, __WASI_RIGHTS_FD_WRITE, &file);
    if (error) return error;
    __wasi_ciovec_t from = {(const uint8_t *)"changed", 7};
    __wasi_size_t bytes;
    error = __wasi_fd_write(file, &from, 1, &bytes);
    (void)__wasi_fd_close(file);
    return error;
}

static int open_folder(int folder, const char *path) {
    __wasi_fd_t opened;
    int error = path_open(folder, path, __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READDIR, &opened);
    if (!error) snprintf(buffer, sizeof buffer, "%u", opened);
    return error;
}

// Prints the names in a folder.
static int list(int folder) {
    uint8_t entries[4096];
    __wasi_size_t bytes;
    int error = __wasi_fd_readdir(folder, entries, sizeof entries, 0, &bytes);
    if (error) return error;
    char *out = buffer;
    __wasi_dirent_t entry;
    for (__wasi_size_t at = 0; at + sizeof entry <= bytes; at += entry.d_namlen) {
        memcpy(&entry, entries + at, sizeof entry);
        at += sizeof entry;
        memcpy(out, entries + at, entry.d_namlen);
        out += entry.d_namlen;
        *out++ = ' ';
    }
    *out = 0;
    return 0;
}

static int stat_path(int folder, const char *path) {
    __wasi_filestat_t stat;
    int error = __wasi_path_filestat_get(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, &stat);
    if (!error) snprintf(buffer, sizeof buffer, "%llu bytes", (unsigned long long)stat.size);
    return error;
}

static int set_times(int folder, const char *path) {
    __wasi_fstflags_t both = __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM;
    return __wasi_path_filestat_set_times(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, 0, 0, both);
}

static int read_link(int folder, const char *path) {
    __wasi_size_t bytes;
    int error = __wasi_path_readlink(folder, path, (uint8_t *)buffer, sizeof buffer - 1, &bytes);
    if (!error) buffer[bytes] = 0;
    return error;
}

static uint64_t now(void) {
    __wasi_timestamp_t time = 0;
    (void)__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &time);
    return time;
}

// Writes and reads a file and makes a folder, for so many milliseconds, and counts what it tried, what it
// could do, and how often the words were in what it read.
static int race(int folder, const char *path, const char *made, const char *words, int milliseconds) {
    unsigned attempts = 0, done = 0, seen = 0;
    for (uint64_t end = now() + milliseconds * 1000000ull; now() < end; attempts += 3) {
        if (!write_file(folder, path, 0)) done++;
        if (!read_file(folder, path)) {
            done++;
            if (strstr(buffer, words)) seen++;
        }
        if (!__wasi_path_create_directory(folder, made)) done++;
    }
    snprintf(buffer, sizeof buffer, "%u attempts %u done %u seen", attempts, done, seen);
    return 0;
}

static int call(char **words) {
    char *name = words[0], *path = words[2];
    int folder = atoi(words[1]);
    if (!strcmp(name, "read")) return read_file(folder, path);
    if (!strcmp(name, "write")) return write_file(folder, path, 0);
    if (!strcmp(name, "create")) return write_file(folder, path, __WASI_OFLAGS_CREAT);
    if (!strcmp(name, "truncate")) return write_file(folder, path, __WASI_OFLAGS_TRUNC);
    if (!strcmp(name, "folder")) return open_folder(folder, path);
    if (!strcmp(name, "list")) return list(folder);
    if (!strcmp(name, "stat")) return stat_path(folder, path);
    if (!strcmp(name, "times")) return set_times(folder, path);
    if (!strcmp(name, "readlink")) return read_link(folder, path);
    if (!strcmp(name, "mkdir")) return __wasi_path_create_directory(folder, path);
    if (!strcmp(name, "rmdir")) return __wasi_path_remove_directory(folder, path);
    if (!strcmp(name, "unlink")) return __wasi_path_unlink_file(folder, path);
    // What a symbolic link points to stands behind it.
    if (!strcmp(name, "symlink")) return __wasi_path_symlink(words[3], folder, path);
    if (!strcmp(name, "link")) return __wasi_path_link(folder, 0, path, atoi(words[3]), words[4]);
    if (!strcmp(name, "follow"))
        return __wasi_path_link(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, atoi(words[3]), words[4]);
    if (!strcmp(name, "rename")) return __wasi_path_rename(folder, path, atoi(words[3]), words[4]);
    if (!strcmp(name, "race")) return race(folder, path, words[3], words[4], atoi(words[5]));
    abort();
}

int main(int count, char **words) {
    (void)count;
    for (words++; *words;) {
        char *call_words[] = {"", "", "", "", "", "", ""};
        int n = 0;
        for (; *words && strcmp(*words, ";"); words++)
            if (n < 6) call_words[n++] = *words;
        if (*words) words++;
        *buffer = 0;
        int error = call(call_words);
        for (int i = 0; i < n; i++) printf("%s ", call_words[i]);
        printf("= %d %s\n", error, error ? "" : buffer);
    }
    return 0;
}
