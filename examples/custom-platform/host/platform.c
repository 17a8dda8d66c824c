/* What the library asks of its platform, on Linux. A machine without an operating system has its own. */

#define _GNU_SOURCE
#include "platform.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

/* Memory: counted, and at most so much. */

size_t host_bytes, host_bytes_opened, host_bytes_peak, host_bytes_limit = SIZE_MAX;

static int take(size_t bytes) {
    if (bytes > host_bytes_limit - host_bytes) return 0;
    host_bytes += bytes;
    if (host_bytes > host_bytes_peak) host_bytes_peak = host_bytes;
    return 1;
}

uint8_t *host_allocate(uintptr_t bytes, uintptr_t alignment) {
    void *memory = NULL;
    if (alignment < sizeof(void *)) alignment = sizeof(void *);
    if (!take(bytes)) return NULL;
    if (posix_memalign(&memory, alignment, bytes) != 0) {
        host_bytes -= bytes;
        return NULL;
    }
    return memory;
}

void host_free(uint8_t *memory, uintptr_t bytes, uintptr_t alignment) {
    (void)alignment;
    host_bytes -= bytes;
    free(memory);
}

/* Reports. */

void host_fail(const uint8_t *reason, uintptr_t bytes) {
    fprintf(stderr, "failed: %.*s\n", (int)bytes, (const char *)reason);
    exit(3);
}

void host_report(const uint8_t *reason, uintptr_t bytes) {
    fprintf(stderr, "error: %.*s\n", (int)bytes, (const char *)reason);
}

void host_log(int64_t number) { fprintf(stderr, "the guest logs %lld\n", (long long)number); }

void host_opened(void) { host_bytes_opened = host_bytes; }

/* A pointer for each thread. */

static _Thread_local uint8_t *slots[2];

uint8_t *wasmtime_tls_get(uintptr_t slot) { return slots[slot]; }

void wasmtime_tls_set(uintptr_t slot, uint8_t *pointer) { slots[slot] = pointer; }

#ifdef PLATFORM_CODE_MEMORY
static int32_t protect(const uint8_t *memory, uintptr_t bytes, int protection) {
    return mprotect((void *)memory, bytes, protection);
}

int32_t host_make_executable(const uint8_t *memory, uintptr_t bytes) {
    return protect(memory, bytes, PROT_READ | PROT_EXEC);
}

int32_t host_make_writable(const uint8_t *memory, uintptr_t bytes) {
    return protect(memory, bytes, PROT_READ | PROT_WRITE);
}
#endif

#ifdef PLATFORM_VIRTUAL_MEMORY
static int protection(uint32_t flags) {
    return (flags & WASMTIME_PROT_READ ? PROT_READ : 0) | (flags & WASMTIME_PROT_WRITE ? PROT_WRITE : 0) |
           (flags & WASMTIME_PROT_EXEC ? PROT_EXEC : 0);
}

static int32_t map(uint8_t *at, uintptr_t bytes, uint32_t flags, int fixed, uint8_t **mapped) {
    void *memory = mmap(at, bytes, protection(flags), MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
    if (memory == MAP_FAILED) return 1;
    *mapped = memory;
    return 0;
}

int32_t wasmtime_mmap_new(uintptr_t bytes, uint32_t flags, uint8_t **mapped) {
    if (!take(bytes)) return 1;
    if (map(NULL, bytes, flags, 0, mapped) == 0) return 0;
    host_bytes -= bytes;
    return 1;
}

int32_t wasmtime_mmap_remap(uint8_t *at, uintptr_t bytes, uint32_t flags) {
    uint8_t *mapped;
    return map(at, bytes, flags, MAP_FIXED, &mapped);
}

int32_t wasmtime_munmap(uint8_t *memory, uintptr_t bytes) {
    host_bytes -= bytes;
    return munmap(memory, bytes);
}

int32_t wasmtime_mprotect(uint8_t *memory, uintptr_t bytes, uint32_t flags) {
    return mprotect(memory, bytes, protection(flags));
}

uintptr_t wasmtime_page_size(void) { return (uintptr_t)sysconf(_SC_PAGESIZE); }

/* Images that memories start from could be mapped copy-on-write: without, they are copied. */

int32_t wasmtime_memory_image_new(const uint8_t *start, uintptr_t bytes, wasmtime_memory_image **image) {
    (void)start, (void)bytes;
    *image = NULL;
    return 0;
}

int32_t wasmtime_memory_image_map_at(wasmtime_memory_image *image, uint8_t *at, uintptr_t bytes) {
    (void)image, (void)at, (void)bytes;
    abort();
}

void wasmtime_memory_image_free(wasmtime_memory_image *image) {
    (void)image;
    abort();
}
#endif

#ifdef PLATFORM_NATIVE_SIGNALS
static wasmtime_trap_handler_t handler;

/* Does not return where the fault is a guest's trap. */
static void handle(int signal, siginfo_t *info, void *context) {
    const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    handler((uintptr_t)registers[REG_RIP], (uintptr_t)registers[REG_RBP], signal == SIGSEGV || signal == SIGBUS,
            (uintptr_t)info->si_addr);
    /* A fault of the program's own: it happens again, and ends it. */
    struct sigaction fatal = {.sa_handler = SIG_DFL};
    sigaction(signal, &fatal, NULL);
}

int32_t wasmtime_init_traps(wasmtime_trap_handler_t handle_trap) {
    static uint8_t stack[1 << 16];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    /* The handler is left by a jump, so the signal must not stay blocked. */
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    handler = handle_trap;
    if (sigaltstack(&alternative, NULL) != 0) return 1;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], &action, NULL) != 0) return 1;
    return 0;
}
#endif
