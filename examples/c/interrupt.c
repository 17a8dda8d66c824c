/* interrupt: a guest that never ends is interrupted by a clock, a thread that increments the epoch. Its artifact is
 * compiled with `-W epoch-interruption`. */
#include "example.h"

#include <pthread.h>
#include <time.h>

static void *tick(void *runtime) {
    struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    nanosleep(&pause, NULL);
    /* One runtime may have several engines: this is for all of them. */
    precompile_runtime_increment_epoch(runtime);
    return NULL;
}

int main(int argc, char **argv) {
    struct guest guest = guest_open(argc > 1 ? argv[1] : "interrupt.cwasm");
    /* Without a deadline, the first one is now. */
    wasmtime_context_set_epoch_deadline(guest.context, 1);
    guest_start(&guest);
    wasmtime_func_t run = guest_export(&guest, "run", WASMTIME_EXTERN_FUNC).of.func;

    pthread_t clock;
    if (pthread_create(&clock, NULL, tick, guest.runtime) != 0) return 1;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = wasmtime_func_call(guest.context, &run, NULL, 0, NULL, 0, &trap);
    pthread_join(clock, NULL);

    wasmtime_trap_code_t code = 0;
    bool interrupted = error == NULL && trap != NULL && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_INTERRUPT;
    puts(interrupted ? "the guest was interrupted" : "the guest was not interrupted");
    if (error != NULL) wasmtime_error_delete(error);
    if (trap != NULL) wasm_trap_delete(trap);
    guest_close(&guest);
    return interrupted ? 0 : 1;
}
