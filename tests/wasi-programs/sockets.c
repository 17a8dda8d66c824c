// sockets.c: the functions for sockets, of which a guest has none.
#include "report.h"
#include <sys/socket.h>

int main(void) {
    char buffer[16];
    int file = TRY(open("text.txt", O_RDONLY));
    int folder = TRY(open("sub", O_RDONLY | O_DIRECTORY));
    int fds[] = {0, 1, 2, OWN, OTHER, file, folder, 77, -1};
    for (int i = 0; i < 9; i++) {
        printf("descriptor %d\n", i);
        __wasi_fd_t accepted;
        __wasi_size_t bytes = 7;
        __wasi_roflags_t flags;
        __wasi_iovec_t into = {(uint8_t *)buffer, sizeof buffer};
        __wasi_ciovec_t from = {(const uint8_t *)buffer, sizeof buffer};
        WASI(__wasi_sock_accept(fds[i], 0, &accepted));
        WASI(__wasi_sock_accept(fds[i], __WASI_FDFLAGS_NONBLOCK, &accepted));
        WASI(__wasi_sock_recv(fds[i], &into, 1, 0, &bytes, &flags));
        WASI(
            __wasi_sock_recv(fds[i], &into, 1, __WASI_RIFLAGS_RECV_PEEK | __WASI_RIFLAGS_RECV_WAITALL, &bytes, &flags));
        WASI(__wasi_sock_recv(fds[i], &into, 0, 0, &bytes, &flags));
        WASI(__wasi_sock_send(fds[i], &from, 1, 0, &bytes));
        WASI(__wasi_sock_send(fds[i], &from, 0, 0, &bytes));
        for (__wasi_sdflags_t how = 0; how < 4; how++) WASI(__wasi_sock_shutdown(fds[i], how));
        printf("%lu bytes\n", (unsigned long)bytes);
        TRY(recv(fds[i], buffer, sizeof buffer, 0));
        TRY(recv(fds[i], buffer, sizeof buffer, MSG_PEEK));
        TRY(send(fds[i], "words", 5, 0));
        TRY(send(fds[i], "words", 5, 1));
        TRY(shutdown(fds[i], SHUT_RDWR));
        TRY(accept(fds[i], NULL, NULL));
    }
    return 0;
}
