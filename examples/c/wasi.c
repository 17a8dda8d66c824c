/* wasi: a command for WASI preview 1, with arguments, its own standard output, and an exit code. */
#include "example.h"

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "wasi.cwasm");
    wasi_config_t *wasi = wasi_config_new();
    const char *arguments[] = {"wasi", "one", "two"};
    if (!wasi_config_set_argv(wasi, 3, arguments)) return 1;
    wasi_config_inherit_stdout(wasi);
    /* It gets no folder, no environment and no network. */
    int code = guest_run(&guest, wasi);
    printf("it had %d arguments\n", code);
    guest_close(&guest);
    return 0;
}
