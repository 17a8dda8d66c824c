// pointers.c: calls with pointers and flags that don't exist, of which the first argument names one by its number.
// Each is a trap, by which the program ends.
#include "report.h"

#define IMPORT(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) extern int

IMPORT(args_get) args_get(uint32_t, uint32_t);
IMPORT(args_sizes_get) args_sizes_get(uint32_t, uint32_t);
IMPORT(clock_res_get) clock_res_get(uint32_t, uint32_t);
IMPORT(clock_time_get) clock_time_get(uint32_t, uint64_t, uint32_t);
IMPORT(environ_sizes_get) environ_sizes_get(uint32_t, uint32_t);
IMPORT(fd_advise) fd_advise(uint32_t, uint64_t, uint64_t, uint32_t);
IMPORT(fd_fdstat_get) fd_fdstat_get(uint32_t, uint32_t);
IMPORT(fd_fdstat_set_flags) fd_fdstat_set_flags(uint32_t, uint32_t);
IMPORT(fd_filestat_get) fd_filestat_get(uint32_t, uint32_t);
IMPORT(fd_filestat_set_times) fd_filestat_set_times(uint32_t, uint64_t, uint64_t, uint32_t);
IMPORT(fd_prestat_get) fd_prestat_get(uint32_t, uint32_t);
IMPORT(fd_prestat_dir_name) fd_prestat_dir_name(uint32_t, uint32_t, uint32_t);
IMPORT(fd_read) fd_read(uint32_t, uint32_t, uint32_t, uint32_t);
IMPORT(fd_readdir) fd_readdir(uint32_t, uint32_t, uint32_t, uint64_t, uint32_t);
IMPORT(fd_seek) fd_seek(uint32_t, uint64_t, uint32_t, uint32_t);
IMPORT(fd_tell) fd_tell(uint32_t, uint32_t);
IMPORT(fd_write) fd_write(uint32_t, uint32_t, uint32_t, uint32_t);
IMPORT(path_create_directory) path_create_directory(uint32_t, uint32_t, uint32_t);
IMPORT(path_filestat_get) path_filestat_get(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
IMPORT(path_open) path_open(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint64_t, uint64_t, uint32_t, uint32_t);
IMPORT(path_readlink) path_readlink(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
IMPORT(poll_oneoff) poll_oneoff(uint32_t, uint32_t, uint32_t, uint32_t);
IMPORT(proc_raise) proc_raise(uint32_t);
IMPORT(random_get) random_get(uint32_t, uint32_t);
IMPORT(sock_shutdown) sock_shutdown(uint32_t, uint32_t);
IMPORT(sock_recv) sock_recv(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);

// An offset that the memory doesn't have, a size that is larger than the memory, and an offset of a byte.
enum { FAR = 0xfffffff0, LARGE = 1 << 20, ODD = 1 };

static uint64_t room[64];
static const char *path = "text.txt";

int main(int argc, char **argv) {
    uint32_t at = (uint32_t)room, name = (uint32_t)path;
    int number = argc > 1 ? atoi(argv[1]) : -1;
    struct iovec_t {
        uint32_t at, length;
    } buffers[] = {{FAR, 10}, {at, LARGE}, {at, 4}};
    uint32_t list = (uint32_t)buffers, file = open("text.txt", O_RDONLY);
    printf("call %d\n", number);
    fflush(stdout);
    int error = -1;
    switch (number) {
        case 0: error = args_get(FAR, at); break;
        case 1: error = args_sizes_get(at + ODD, at + 8); break;
        case 2: error = args_sizes_get(at, FAR); break;
        case 3: error = clock_res_get(4, at); break;
        case 4: error = clock_res_get(0, at + 4); break;
        case 5: error = clock_time_get(99, 1, at); break;
        case 6: error = clock_time_get(0, 1, FAR); break;
        case 7: error = environ_sizes_get(FAR + 8, at); break;
        case 8: error = fd_advise(file, 0, 1, 6); break;
        case 9: error = fd_fdstat_get(file, FAR); break;
        case 10: error = fd_fdstat_get(file, at + ODD); break;
        case 11: error = fd_fdstat_set_flags(file, 32); break;
        case 12: error = fd_filestat_get(file, at + 4); break;
        case 13: error = fd_filestat_set_times(file, 0, 0, 16); break;
        case 14: error = fd_prestat_get(OWN, at + 2); break;
        case 15: error = fd_prestat_dir_name(OWN, FAR + 15, 100); break;
        case 16: error = fd_read(file, list, 1, at); break;
        case 17: error = fd_read(file, list + 8, 1, at); break;
        case 18: error = fd_read(file, FAR, 1, at); break;
        case 19: error = fd_read(file, list + 16, 1, FAR); break;
        case 20: error = fd_read(file, list + 1, 1, at); break;
        case 21: error = fd_readdir(OWN, FAR, 100, 0, at); break;
        case 22: error = fd_readdir(OWN, at, 100, 0, FAR); break;
        case 23: error = fd_seek(file, 0, 3, at); break;
        case 24: error = fd_seek(file, 0, 0, at + 1); break;
        case 25: error = fd_tell(file, FAR); break;
        case 26: error = fd_write(1, list, 1, at); break;
        case 27: error = fd_write(1, list + 8, 1, at); break;
        case 28: error = path_create_directory(OWN, FAR, 100); break;
        case 29: error = path_filestat_get(OWN, 2, name, 8, at); break;
        case 30: error = path_filestat_get(OWN, 1, name, 8, at + 4); break;
        case 31: error = path_open(OWN, 4, name, 8, 0, 0, 0, 0, at); break;
        case 32: error = path_open(OWN, 0, name, 8, 16, 0, 0, 0, at); break;
        case 33: error = path_open(OWN, 0, name, 8, 0, 1ull << 30, 0, 0, at); break;
        case 34: error = path_open(OWN, 0, name, 8, 0, 0, 1ull << 63, 0, at); break;
        case 35: error = path_open(OWN, 0, name, 8, 0, 0, 0, 64, at); break;
        case 36: error = path_open(OWN, 0, name, 8, 0, 0, 0, 0, at + 2); break;
        case 37: error = path_open(OWN, 0, name, LARGE, 0, 0, 0, 0, at); break;
        case 38: error = path_readlink(OWN, (uint32_t) "link", 4, FAR, 100, at); break;
        case 39: error = poll_oneoff(FAR, at, 1, at); break;
        case 40: error = poll_oneoff(at + 4, at, 1, at); break;
        case 41: error = poll_oneoff(at, at + 64, 100000, at); break;
        case 42: error = random_get(FAR, 100); break;
        case 43: error = random_get(0, LARGE); break;
        case 44: error = sock_shutdown(file, 4); break;
        case 45: error = sock_recv(file, list, 1, 4, at, at); break;
        case 46: error = proc_raise(31); break;
        case 47: error = proc_raise(0xffffffff); break;
        case 48: error = sock_shutdown(FAR, 0xff); break;
        case 49: error = fd_prestat_dir_name(OWN, FAR, 1); break;
        case 50: error = path_open(OWN, 0, FAR, 16, 0, 0, 0, 0, at); break;
        // These are none: nothing is read or written at the pointer.
        case 51: error = random_get(FAR, 0); break;
        case 52: error = fd_tell(77, FAR); break;
        case 53: error = fd_write(77, list + 16, 1, FAR); break;
        case 54: error = path_create_directory(77, name, 8); break;
        default: error = 0;
    }
    printf("error %d\n", error);
    return 0;
}
