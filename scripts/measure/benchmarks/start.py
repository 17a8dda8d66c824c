"""The time before a guest is heard of, and until it ends."""

import subprocess
import time

from benchmarks.setup import WORK, commands, listing, peak_bytes, runners, table
from benchmarks.tools import MODULES
from timing import sequence, wall

HEAD = ["way", "first output (ms)", "of ours", "end (ms)", "of ours", "memory (MB)"]
# A module that prints a line.
HELLO = r"""(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\06\00\00\00\00\00\00\00\00\00\00\00hello\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"""


def first_output(command):
    """The seconds from a command's start to the first byte that it prints."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        process.stdout.read1(1)
        elapsed = time.perf_counter() - start
        process.stdout.read()
    return elapsed


def rows(ways):
    """The time of each way, beside ours."""
    outputs = sequence(40, {name: (lambda command=command: first_output(command)) for name, command in ways.items()})
    ends = sequence(40, commands(ways))
    memory = {name: peak_bytes(command) for name, command in ways.items()}
    return [
        [name, f"{outputs[name] * 1e3:.2f}", f"{outputs[name] / outputs['Cranelift']:.2f}"]
        + [f"{ends[name] * 1e3:.2f}", f"{ends[name] / ends['Cranelift']:.2f}", f"{memory[name] / 1e6:.1f}"]
        for name in ways
    ]


def section():
    """A module of a line, and a large one that says how it is used."""
    (WORK / "hello.wat").write_text(HELLO)
    hello = WORK / "hello.wasm"
    wall(["wat2wasm", WORK / "hello.wat", "-o", hello])
    (WORK / "hello.c").write_text('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
    wall(["gcc", "-O2", WORK / "hello.c", "-o", WORK / "hello"])
    ways = {"native C": [WORK / "hello"], **runners(hello)}
    small, large = rows(ways), rows(runners(MODULES["resvg"], "--help"))
    text = f"A module that prints a line:\n\n{table(HEAD, small)}\n\n{listing(ways)}\n\n"
    return f"{text}`resvg --help`, a module of 4.4 MB:\n\n{table(HEAD, large)}"
