"""Guests, compiled by an image's own `precompile`."""

import subprocess

from common import ROOT, run
from wasi_clang import compile_programs

GUESTS = ROOT / "tests/guests"
WASI = '(import "wasi_snapshot_preview1" '
TEXTS = {
    "hello": (ROOT / "examples/container/hello.wat").read_text(),
    "loop": '(module (func (export "_start") (loop (br 0))))',
    "trap": '(module (func (export "_start") unreachable))',
    "bounds": '(module (memory 1) (func (export "_start") (drop (i32.load (i32.const 99999999)))))',
    "add": '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))',
    "uses": '(module (import "add" "add" (func $add (param i32 i32) (result i32)))'
    ' (func (export "run") (result i32) (call $add (i32.const 40) (i32.const 2))))',
    # Says that it runs, and waits for input.
    "waits": f"""(module
        {WASI} "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        {WASI} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 0) "\\08\\00\\00\\00\\01\\00\\00\\00!")
        (func (export "_start")
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))))""",
    # Ends with the error that it gets as it makes a file in its folder.
    "makes": f"""(module
        {WASI} "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        {WASI} "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (data (i32.const 0) "new")
        (func (export "_start") (call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 3)
            (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))))""",
}
# The settings of code of those that need some.
OPTIONS = {
    "fuel": ["-W", "fuel"],
    "http-p2": ["-W", "epoch-interruption"],
    "other": ["-W", "epoch-interruption", "--backend", "winch"],
    "pulley": ["--target", "pulley64"],
}


def compile_all(precompile, folder):
    """Compiles all guests into a folder. Returns the names of the programs that call every function of WASI."""
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / f"{name}.wat").write_text(text)
    modules = {name: folder / f"{name}.wat" for name in TEXTS}
    modules |= {"fuel": modules["hello"], "pulley": modules["hello"]}
    modules |= {name: GUESTS / f"{name}.wasm" for name in ("primes", "sum", "http-p2", "sockets-p2", "command-p3")}
    modules["other"] = modules["http-p2"]
    programs = {module.stem: module for module in compile_programs(folder)}
    for name, module in (modules | programs).items():
        run(precompile, "-q", "--no-cache", *OPTIONS.get(name, []), module, "-o", folder / f"{name}.cwasm")
    key = folder / "guests.key"
    run(precompile, "keygen", "--no-password", "--output", key, stderr=subprocess.DEVNULL)
    run(precompile, "-q", "--no-cache", "--sign", key, modules["hello"], "-o", folder / "signed.cwasm")
    return list(programs)
