// So much of WASI preview 1 as the programs of `benches/programs` import, for what wasm2c makes of them.
// Compiled with `-include` of the header that wasm2c writes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Z_wasi_snapshot_preview1_instance_t {
    wasm_rt_memory_t *memory;
    int count;
    char **arguments;
};

typedef struct Z_wasi_snapshot_preview1_instance_t *world;

enum { SUCCESS = 0, BAD_DESCRIPTOR = 8, NOT_SEEKABLE = 70, CHARACTER_DEVICE = 2 };

static void put(world world, u32 at, u32 value) { memcpy(world->memory->data + at, &value, sizeof value); }

static u32 get(world world, u32 at) {
    u32 value;
    memcpy(&value, world->memory->data + at, sizeof value);
    return value;
}

u32 Z_wasi_snapshot_preview1Z_args_sizes_get(world world, u32 count, u32 bytes) {
    u32 size = 0;
    for (int i = 0; i < world->count; i++) size += strlen(world->arguments[i]) + 1;
    put(world, count, world->count);
    put(world, bytes, size);
    return SUCCESS;
}

u32 Z_wasi_snapshot_preview1Z_args_get(world world, u32 pointers, u32 bytes) {
    for (int i = 0; i < world->count; i++) {
        u32 size = strlen(world->arguments[i]) + 1;
        put(world, pointers + 4 * i, bytes);
        memcpy(world->memory->data + bytes, world->arguments[i], size);
        bytes += size;
    }
    return SUCCESS;
}

u32 Z_wasi_snapshot_preview1Z_fd_write(world world, u32 descriptor, u32 vectors, u32 count, u32 written) {
    u32 size = 0;
    if (descriptor != 1 && descriptor != 2) return BAD_DESCRIPTOR;
    for (u32 i = 0; i < count; i++) {
        u32 bytes = get(world, vectors + 8 * i + 4);
        fwrite(world->memory->data + get(world, vectors + 8 * i), 1, bytes, descriptor == 1 ? stdout : stderr);
        size += bytes;
    }
    put(world, written, size);
    return SUCCESS;
}

u32 Z_wasi_snapshot_preview1Z_fd_fdstat_get(world world, u32 descriptor, u32 status) {
    memset(world->memory->data + status, 0, 24);
    world->memory->data[status] = CHARACTER_DEVICE;
    return descriptor < 3 ? SUCCESS : BAD_DESCRIPTOR;
}

u32 Z_wasi_snapshot_preview1Z_fd_seek(world world, u32 descriptor, u64 offset, u32 whence, u32 result) {
    (void)world, (void)descriptor, (void)offset, (void)whence, (void)result;
    return NOT_SEEKABLE;
}

u32 Z_wasi_snapshot_preview1Z_fd_close(world world, u32 descriptor) {
    (void)world, (void)descriptor;
    return SUCCESS;
}

void Z_wasi_snapshot_preview1Z_proc_exit(world world, u32 code) {
    (void)world;
    exit((int)code);
}

int main(int argc, char **argv) {
    static Z_guest_instance_t guest;
    struct Z_wasi_snapshot_preview1_instance_t world = {NULL, argc, argv};
    wasm_rt_init();
    Z_guest_init_module();
    Z_guest_instantiate(&guest, &world);
    world.memory = Z_guestZ_memory(&guest);
    Z_guestZ__start(&guest);
    return 0;
}
