// writing.c: making files, writing and appending.
#include "report.h"
#include <sys/uio.h>

int main(void) {
    int fd = TRY(open("new.txt", O_WRONLY | O_CREAT | O_EXCL, 0644));
    TRY(write(fd, "one two three", 13));
    TRY(lseek(fd, 4, SEEK_SET));
    TRY(write(fd, "TWO", 3));
    struct iovec pieces[] = {{"", 0}, {"-first-", 7}, {"-second-", 8}};
    TRY(writev(fd, pieces, 3));
    TRY(write(fd, "", 0));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(close(fd));
    print_file("new.txt");
    print_path("new.txt");
    TRY(open("new.txt", O_WRONLY | O_CREAT | O_EXCL, 0644));
    TRY(open("link", O_WRONLY | O_CREAT | O_EXCL, 0644));
    TRY(open("dangling", O_WRONLY | O_CREAT | O_EXCL, 0644));

    fd = TRY(open("new.txt", O_WRONLY | O_APPEND));
    TRY(write(fd, "+end", 4));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(write(fd, "+more", 5));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(close(fd));
    print_file("new.txt");

    // Two descriptors that append to the same file.
    int first = TRY(open("log.txt", O_WRONLY | O_CREAT | O_APPEND, 0666));
    int second = TRY(open("log.txt", O_RDWR | O_CREAT | O_APPEND, 0666));
    TRY(write(first, "a1 ", 3));
    TRY(write(second, "b1 ", 3));
    TRY(write(first, "a2 ", 3));
    char buffer[32];
    TRY(lseek(second, 0, SEEK_SET));
    long got = TRY(read(second, buffer, sizeof buffer));
    if (got > 0) print_bytes(buffer, got);
    TRY(write(second, "b2 ", 3));
    TRY(close(first));
    TRY(close(second));
    print_file("log.txt");

    fd = TRY(open("new.txt", O_RDWR | O_TRUNC));
    TRY(write(fd, "short", 5));
    TRY(lseek(fd, 1, SEEK_SET));
    got = TRY(read(fd, buffer, sizeof buffer));
    if (got > 0) print_bytes(buffer, got);
    TRY(close(fd));
    print_file("new.txt");
    fd = TRY(open("new.txt", O_RDONLY | O_TRUNC));
    TRY(close(fd));
    print_path("new.txt");

    TRY(open("none/new.txt", O_WRONLY | O_CREAT, 0666));
    TRY(open("text.txt/new.txt", O_WRONLY | O_CREAT, 0666));
    TRY(open("sub", O_WRONLY));
    TRY(open("sub", O_WRONLY | O_CREAT, 0666));
    TRY(open("sub", O_RDWR | O_TRUNC));
    TRY(open("new-folder/", O_WRONLY | O_CREAT, 0666));
    TRY(open("new", O_RDONLY | O_CREAT | O_DIRECTORY, 0666));
    TRY(open("", O_WRONLY | O_CREAT, 0666));
    TRY(open("loop", O_WRONLY | O_CREAT, 0666));
    fd = TRY(open("dangling", O_WRONLY | O_CREAT, 0666));
    TRY(write(fd, "through a link", 14));
    TRY(close(fd));
    print_path("nowhere");
    fd = TRY(open("read-only", O_RDONLY | O_CREAT, 0444));
    TRY(write(fd, "x", 1));
    TRY(close(fd));

    FILE *file = fopen("/other/stdio.txt", "w+");
    if (file) {
        for (int i = 0; i < 3000; i++) fprintf(file, "line %d\n", i);
        TRY(fseek(file, 0, SEEK_END));
        printf("%ld bytes\n", ftell(file));
        rewind(file);
        char line[32];
        printf("%s", fgets(line, sizeof line, file));
        TRY(fclose(file));
    }
    file = fopen("/other/stdio.txt", "a+");
    if (file) {
        TRY(fputs("appended\n", file) >= 0);
        TRY(fseek(file, -9, SEEK_END));
        char line[32];
        printf("%s", fgets(line, sizeof line, file));
        TRY(fclose(file));
    }
    return 0;
}
