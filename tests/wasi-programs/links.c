// links.c: links, hard and symbolic.
#include "report.h"

static char buffer[256];

// Prints the target of a link, read with so much room.
static void read_link(const char *path, size_t room) {
    memset(buffer, '.', sizeof buffer);
    __wasi_size_t used = 0;
    int error = __wasi_path_readlink(OWN, path, (uint8_t *)buffer, room, &used);
    printf("target of %s, room for %zu: %d, %lu bytes ", path, room, error, (unsigned long)used);
    print_bytes(buffer, used + 1);
}

int main(void) {
    TRY(link("text.txt", "second"));
    print_path("text.txt");
    make_file("second", "by the second name\n");
    print_file("text.txt");
    TRY(link("text.txt", "second"));
    TRY(link("none", "third"));
    TRY(link("sub", "sub2"));
    TRY(link("text.txt", "none/third"));
    TRY(link("text.txt", "sub"));
    TRY(link("text.txt", "third/"));
    TRY(link("text.txt/", "third"));
    TRY(link("", "third"));
    TRY(link("text.txt", ""));
    TRY(link("text.txt", "../outside/third"));
    TRY(link("../outside/secret.txt", "third"));
    TRY(link("link", "linked-link"));
    print_path("linked-link");
    TRY(link("dangling", "linked-dangling"));
    print_path("linked-dangling");
    TRY(link("text.txt", "dangling"));
    TRY(link("text.txt", "/other/third"));
    print_file("/other/third");
    TRY(link("/other/note.txt", "note"));
    print_path("note");
    WASI(__wasi_path_link(OWN, FOLLOW, "link", OTHER, "followed"));
    WASI(__wasi_path_link(OWN, FOLLOW, "text.txt", OTHER, "followed"));
    TRY(unlink("text.txt"));
    print_file("second");
    print_path("second");

    TRY(symlink("sub/inner.txt", "made"));
    print_path("made");
    print_file("made");
    TRY(symlink("anything", "made"));
    TRY(symlink("inner.txt", "sub/made"));
    print_file("sub/made");
    TRY(symlink("../second", "sub/parent"));
    print_file("sub/parent");
    TRY(symlink("", "to-nothing"));
    TRY(symlink("text.txt", ""));
    TRY(symlink("x", "none/link"));
    TRY(symlink("x", "with-slash/"));
    TRY(symlink("slash/", "target-with-slash"));
    TRY(symlink("/etc/passwd", "made-absolute"));
    TRY(symlink("../../../../etc/passwd", "made-out"));
    print_file("made-out");
    TRY(symlink("sub", "made-sub"));
    print_path("made-sub");
    print_path("made-sub/inner.txt");
    TRY(symlink("made-two", "made-one"));
    TRY(symlink("made-one", "made-two"));
    print_file("made-one");
    TRY(symlink("x", "../outside/link"));
    TRY(symlink("note.txt", "/other/link"));
    print_file("/other/link");
    char chain[16] = "second", next[16];
    for (int i = 0; i < 50; i++) {
        sprintf(next, "chain%d", i);
        if (symlink(chain, next)) break;
        strcpy(chain, next);
    }
    print_file("chain5");
    print_file("chain45");

    const char *paths[] = {"link", "sub-link", "sub-link/", "dangling", "loop", "up", "out", "absolute", "made",
        "sub/parent", "text.txt", "sub", "none", "", ".", "odd/bytes", "../outside", "linked-link", "to-nothing"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) read_link(paths[i], 200);
    size_t rooms[] = {0, 1, 7, 8, 9};
    for (int i = 0; i < 5; i++) read_link("link", rooms[i]);
    long length = TRY(readlink("link", buffer, sizeof buffer));
    if (length > 0) print_bytes(buffer, length);
    TRY(readlink("second", buffer, sizeof buffer));
    int fds[] = {0, 77, -1};
    for (int i = 0; i < 3; i++) {
        printf("descriptor %d\n", fds[i]);
        __wasi_size_t used;
        WASI(__wasi_path_link(fds[i], 0, "x", OTHER, "y"));
        WASI(__wasi_path_link(OTHER, 0, "note.txt", fds[i], "y"));
        WASI(__wasi_path_symlink("x", fds[i], "y"));
        WASI(__wasi_path_readlink(fds[i], "x", (uint8_t *)buffer, 10, &used));
    }
    return 0;
}
