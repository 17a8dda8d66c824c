// reading.c: opening files to read them, and reading.
#include "report.h"
#include <sys/uio.h>

static char buffer[256];

int main(void) {
    print_file("text.txt");
    print_file("empty");
    print_file("sub/inner.txt");
    print_file("./sub/../sub/./inner.txt");
    print_file("/other/note.txt");
    print_file("link");
    print_file("sub-link/inner.txt");
    print_file("none");
    print_file("none/inner.txt");
    print_file("text.txt/");
    print_file("text.txt/inner.txt");
    print_file("sub");
    print_file("sub/");
    print_file("");
    print_file("dangling");
    print_file("loop");
    print_file("locked");

    int fd = TRY(open("text.txt", O_RDONLY));
    TRY(read(fd, buffer, 10));
    print_bytes(buffer, 10);
    struct iovec pieces[] = {{buffer, 0}, {buffer + 20, 5}, {buffer + 40, 50}};
    memset(buffer, '.', sizeof buffer);
    TRY(readv(fd, pieces, 3));
    print_bytes(buffer, 100);
    TRY(read(fd, buffer, sizeof buffer));
    TRY(read(fd, buffer, sizeof buffer));
    TRY(write(fd, "text", 4));
    TRY(ftruncate(fd, 0));
    TRY(close(fd));
    TRY(read(fd, buffer, 1));
    TRY(close(fd));

    fd = TRY(open("text.txt", O_WRONLY));
    TRY(read(fd, buffer, 1));
    TRY(close(fd));
    TRY(open("text.txt", O_RDONLY | O_DIRECTORY));
    TRY(open("link", O_RDONLY | O_NOFOLLOW));
    TRY(open("sub-link", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
    TRY(open("none", O_RDONLY | O_TRUNC));
    fd = TRY(open("sub", O_RDONLY | O_DIRECTORY));
    TRY(read(fd, buffer, 10));
    TRY(pread(fd, buffer, 10, 0));
    TRY(lseek(fd, 0, SEEK_SET));
    int inner = TRY(openat(fd, "inner.txt", O_RDONLY));
    TRY(read(inner, buffer, 100));
    TRY(openat(fd, "../text.txt", O_RDONLY));
    TRY(openat(inner, "inner.txt", O_RDONLY));

    FILE *file = fopen("text.txt", "r");
    char line[64];
    while (fgets(line, sizeof line, file)) print_bytes(line, strlen(line));
    TRY(fseek(file, 4, SEEK_SET));
    printf("%c at %ld\n", fgetc(file), ftell(file));
    TRY(ungetc('!', file));
    printf("%c at %ld\n", fgetc(file), ftell(file));
    TRY(fclose(file));
    return 0;
}
