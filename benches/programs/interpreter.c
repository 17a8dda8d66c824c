// A small machine with a stack, which counts primes by trial division.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum op { PUSH, LOAD, STORE, ADD, MUL, REM, LESS, JUMP, UNLESS, PRINT, STOP };

struct instruction {
    enum op op;
    int32_t operand;
};

static void run(const struct instruction *program) {
    int32_t stack[64], locals[8] = {0}, *top = stack;
    for (const struct instruction *at = program;; at++) {
        switch (at->op) {
        case PUSH: *top++ = at->operand; break;
        case LOAD: *top++ = locals[at->operand]; break;
        case STORE: locals[at->operand] = *--top; break;
        case ADD: top--; top[-1] += *top; break;
        case MUL: top--; top[-1] *= *top; break;
        case REM: top--; top[-1] %= *top; break;
        case LESS: top--; top[-1] = top[-1] < *top; break;
        case JUMP: at = program + at->operand - 1; break;
        case UNLESS:
            if (!*--top) at = program + at->operand - 1;
            break;
        case PRINT: printf("%d\n", *--top); break;
        case STOP: return;
        }
    }
}

int main(int argc, char **argv) {
    int32_t limit = argc > 1 ? atoi(argv[1]) : 700000;
    enum { N, D, COUNT, LIMIT };
    const struct instruction program[] = {
        {PUSH, limit}, {STORE, LIMIT}, {PUSH, 2}, {STORE, N},
        // 4: while n < limit
        {LOAD, N}, {LOAD, LIMIT}, {LESS, 0}, {UNLESS, 33},
        // 8: for d = 2; d * d < n + 1; d++
        {PUSH, 2}, {STORE, D},
        {LOAD, D}, {LOAD, D}, {MUL, 0}, {LOAD, N}, {PUSH, 1}, {ADD, 0}, {LESS, 0}, {UNLESS, 28},
        // 18: if n % d < 1, n is no prime
        {LOAD, N}, {LOAD, D}, {REM, 0}, {UNLESS, 27},
        {LOAD, D}, {PUSH, 1}, {ADD, 0}, {STORE, D}, {JUMP, 10},
        // 27: no prime
        {JUMP, 32},
        // 28: a prime
        {LOAD, COUNT}, {PUSH, 1}, {ADD, 0}, {STORE, COUNT},
        // 32: the next; the increment shares the loop's head
        {JUMP, 36},
        // 33: the end
        {LOAD, COUNT}, {PRINT, 0}, {STOP, 0},
        // 36
        {LOAD, N}, {PUSH, 1}, {ADD, 0}, {STORE, N}, {JUMP, 4},
    };
    run(program);
    return 0;
}
