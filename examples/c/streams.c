/* streams: a command whose input is bytes or a file, whose output a function takes, and whose folder is read-only. */
#include "example.h"
#include <stddef.h>

/* The output so far. */
struct text {
    char bytes[256];
    size_t length;
};

static ptrdiff_t take(void *data, const unsigned char *bytes, size_t length) {
    struct text *text = data;
    if (length > sizeof text->bytes - text->length) return -28; /* ENOSPC */
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    return (ptrdiff_t)length;
}

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "streams.cwasm");
    /* The library may keep it longer than the store: a finalizer tells when it is free, from any thread. */
    static struct text output;
    wasi_config_t *wasi = wasi_config_new();
    if (argc > 2) {
        if (!wasi_config_set_stdin_file(wasi, argv[2])) return 1;
    } else {
        wasm_byte_vec_t input;
        wasm_byte_vec_new(&input, 5, "bytes");
        wasi_config_set_stdin_bytes(wasi, &input);
    }
    wasi_config_set_stdout_custom(wasi, take, &output, NULL);
    if (!wasi_config_set_stderr_file(wasi, "errors.txt")) return 1;
    if (wasi_config_preopen_dir(wasi, "no-such-folder", "/", true)) return 1;
    if (!wasi_config_preopen_dir(wasi, ".", "/", false)) return 1;
    int code = guest_run(&guest, wasi);
    printf("its output was `%.*s`\n", (int)output.length, output.bytes);
    printf("it could make a file: %s\n", code == 0 ? "yes" : "no");
    guest_close(&guest);
    return 0;
}
