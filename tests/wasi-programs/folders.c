// folders.c: making and removing folders and files.
#include "report.h"

int main(void) {
    TRY(mkdir("made", 0755));
    TRY(mkdir("made", 0755));
    TRY(mkdir("made/inner", 0700));
    TRY(mkdir("made/a/b", 0755));
    TRY(mkdir("with-slash/", 0755));
    TRY(mkdir("text.txt", 0755));
    TRY(mkdir("text.txt/inner", 0755));
    TRY(mkdir("", 0755));
    TRY(mkdir(".", 0755));
    TRY(mkdir("..", 0755));
    TRY(mkdir("sub/..", 0755));
    TRY(mkdir("/", 0755));
    TRY(mkdir("/other", 0755));
    TRY(mkdir("/other/made", 0755));
    TRY(mkdir("link", 0755));
    TRY(mkdir("dangling", 0755));
    TRY(mkdir("loop/inner", 0755));
    TRY(mkdir("sub-link/inner", 0755));
    TRY(mkdir("./made/./dots", 0755));
    TRY(mkdir("\xc3\xa4\xe2\x82\xac", 0755));
    TRY(mkdir("\xff", 0755));
    char name[300];
    memset(name, 'n', sizeof name);
    name[255] = 0;
    TRY(mkdir(name, 0755));
    print_path(name);
    name[255] = 'n';
    name[256] = 0;
    TRY(mkdir(name, 0755));
    print_path("made");
    print_path("made/inner");
    print_path("sub/inner");
    print_path("with-slash");

    make_file("made/file", "content");
    TRY(rmdir("made"));
    TRY(rmdir("made/file"));
    TRY(rmdir("made/file/"));
    TRY(unlink("made/inner"));
    TRY(unlink("made/inner/"));
    TRY(unlink("made/file/"));
    TRY(unlink("made/file"));
    TRY(unlink("made/file"));
    TRY(rmdir("made/inner/"));
    TRY(rmdir("made/inner"));
    TRY(rmdir("made/dots/."));
    TRY(rmdir("made/dots/.."));
    TRY(rmdir("made/dots"));
    TRY(rmdir("made"));
    TRY(rmdir("none"));
    TRY(rmdir("."));
    TRY(rmdir(".."));
    TRY(rmdir(""));
    TRY(rmdir("/"));
    TRY(rmdir("/other"));
    TRY(rmdir("sub-link"));
    TRY(rmdir("sub-link/"));
    TRY(rmdir("sub-link/inner"));
    TRY(unlink("sub-link/"));
    TRY(unlink("link/"));
    TRY(unlink("link"));
    TRY(unlink("dangling"));
    TRY(unlink("loop"));
    TRY(unlink("none"));
    TRY(unlink("."));
    TRY(unlink(""));
    TRY(unlink("sub"));
    TRY(remove("with-slash"));
    TRY(remove("empty"));
    print_path("text.txt");
    print_path("sub");

    // What is open stays, if its name is removed.
    make_file("/other/open", "still there");
    int fd = TRY(open("/other/open", O_RDWR));
    TRY(unlink("/other/open"));
    char buffer[32];
    long got = TRY(read(fd, buffer, sizeof buffer));
    if (got > 0) print_bytes(buffer, got);
    __wasi_filestat_t stat;
    if (!WASI(__wasi_fd_filestat_get(fd, &stat))) print_filestat(&stat);
    TRY(mkdir("/other/gone", 0755));
    int folder = TRY(open("/other/gone", O_RDONLY | O_DIRECTORY));
    TRY(rmdir("/other/gone"));
    TRY(mkdirat(folder, "inner", 0755));
    TRY(openat(folder, "file", O_WRONLY | O_CREAT, 0666));
    __wasi_size_t used = 0;
    uint8_t entries[256];
    if (!WASI(__wasi_fd_readdir(folder, entries, sizeof entries, 0, &used))) printf("%lu bytes\n", (unsigned long)used);

    int fds[] = {0, 77, -1, fd};
    for (int i = 0; i < 4; i++) {
        printf("descriptor %d\n", i == 3 ? -2 : fds[i]);
        WASI(__wasi_path_create_directory(fds[i], "x"));
        WASI(__wasi_path_remove_directory(fds[i], "x"));
        WASI(__wasi_path_unlink_file(fds[i], "x"));
    }
    return 0;
}
