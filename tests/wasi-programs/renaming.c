// renaming.c: renaming files and folders.
#include "report.h"

static void show(void) {
    const char *paths[] = {
        "text.txt", "renamed", "empty", "sub", "sub/inner.txt", "moved", "moved/inner.txt", "link", "free"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) print_path(paths[i]);
}

int main(void) {
    TRY(rename("text.txt", "renamed"));
    print_file("renamed");
    TRY(rename("renamed", "renamed"));
    TRY(rename("renamed", "empty"));
    print_file("empty");
    TRY(rename("empty", "text.txt"));
    TRY(rename("none", "other"));
    TRY(rename("text.txt", "none/new"));
    TRY(rename("text.txt", "sub"));
    TRY(rename("sub", "text.txt"));
    TRY(rename("sub", "sub/deep/inside"));
    TRY(rename("sub/deep", "sub"));
    TRY(rename("sub", "moved"));
    show();
    TRY(rename("moved", "sub/"));
    TRY(rename("sub/", "moved/"));
    TRY(rename("moved", "sub"));
    TRY(rename("text.txt", "new/"));
    TRY(rename("text.txt/", "new"));
    TRY(rename("text.txt", "text.txt/"));
    TRY(rename("", "new"));
    TRY(rename("text.txt", ""));
    TRY(rename(".", "new"));
    TRY(rename("sub/.", "new"));
    TRY(rename("sub", "."));
    TRY(rename("sub", ".."));
    TRY(rename("..", "new"));
    TRY(rename("link", "renamed"));
    print_path("renamed");
    TRY(rename("renamed", "link"));
    TRY(rename("sub-link/", "renamed"));
    TRY(rename("sub-link", "renamed"));
    print_path("renamed");
    TRY(rename("renamed", "sub-link"));
    TRY(rename("dangling", "free"));
    print_path("free");
    TRY(rename("text.txt", "free"));
    print_path("free");
    TRY(rename("free", "text.txt"));
    TRY(rename("loop", "loop"));
    TRY(rename("loop/x", "y"));
    TRY(rename("hard", "text.txt"));
    print_path("hard");
    TRY(mkdir("free", 0755));
    TRY(rename("free", "large"));
    TRY(rename("sub", "free"));
    print_path("free/inner.txt");
    TRY(rename("free", "sub"));

    // Between two folders.
    TRY(rename("text.txt", "/other/from-own"));
    print_file("/other/from-own");
    TRY(rename("/other/note.txt", "text.txt"));
    print_file("text.txt");
    TRY(rename("/other/from-own", "/other/note.txt"));
    TRY(rename("sub", "/other/sub"));
    print_path("sub");
    TRY(rename("/other/sub", "sub"));
    TRY(rename("/other", "own"));
    TRY(rename("text.txt", "../outside/new"));
    TRY(rename("../outside/secret.txt", "secret"));
    TRY(rename("up/outside/secret.txt", "secret"));
    show();

    // A descriptor goes with its file.
    make_file("/other/first", "first");
    make_file("/other/second", "second");
    int fd = TRY(open("/other/first", O_RDONLY));
    TRY(rename("/other/first", "/other/second"));
    char buffer[16];
    long got = TRY(read(fd, buffer, sizeof buffer));
    if (got > 0) print_bytes(buffer, got);
    print_file("/other/second");

    int fds[] = {0, 77, -1, fd};
    for (int i = 0; i < 4; i++) {
        printf("descriptor %d\n", i == 3 ? -2 : fds[i]);
        WASI(__wasi_path_rename(fds[i], "x", OTHER, "y"));
        WASI(__wasi_path_rename(OTHER, "second", fds[i], "y"));
    }
    return 0;
}
