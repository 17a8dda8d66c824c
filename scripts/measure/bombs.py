#!/usr/bin/env python3
"""bombs.py [PART]: gives precompile modules that are made to hurt. For each and for both backends: an artifact or a
short error, within SECONDS and MEBIBYTES, and nothing that a terminal obeys. A compilation that would take more is ended
by `--isolate`. Writes reports/bombs.md; with PART, tries those alone whose name contains it, and only prints."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, report, shared

SECONDS, MEBIBYTES = 30, 1024
# For a start, an end, and what the command itself holds.
MORE_SECONDS, MORE_MEBIBYTES = 5, 256


def leb(number):
    out = bytearray()
    while True:
        byte = number & 0x7F
        number >>= 7
        if number:
            out.append(byte | 0x80)
        else:
            out.append(byte)
            return bytes(out)


def section(number, content):
    return bytes([number]) + leb(len(content)) + content


def vector(items):
    return leb(len(items)) + b"".join(items)


def module(*sections):
    return b"\0asm\1\0\0\0" + b"".join(sections)


def named(text):
    text = text if isinstance(text, bytes) else text.encode()
    return leb(len(text)) + text


def body(code, local_groups=()):
    inner = vector([leb(count) + bytes([kind]) for count, kind in local_groups]) + code + b"\x0b"
    return leb(len(inner)) + inner


VOID, UNARY = b"\x60\0\0", b"\x60\1\x7f\1\x7f"


def functions(bodies, kind=VOID, *more):
    """A module of these functions; the first is exported as `f`."""
    return module(
        section(1, vector([kind])),
        section(3, vector([b"\0"] * len(bodies))),
        *more,
        section(7, vector([named("f") + b"\0\0"])),
        section(10, vector(bodies)),
    )


def exporting(name):
    return module(
        section(1, vector([VOID])),
        section(3, vector([b"\0"])),
        section(7, vector([named(name) + b"\0\0"])),
        section(10, vector([body(b"")])),
    )


def nested_components(depth):
    inner = b"\0asm\x0d\0\1\0"
    for _ in range(depth):
        inner = b"\0asm\x0d\0\1\0" + section(4, inner)
    return inner


def bombs():
    yield "100,000 functions", functions([body(b"")] * 100_000)
    yield "100,000 functions that do something", functions([body(b"\x20\0\x41\1\x6a")] * 100_000, UNARY)
    yield "50,000 locals", functions([body(b"", [(50_000, 0x7E)])])
    yield "a million locals", functions([body(b"", [(1_000_000, 0x7E)])])
    yield "50,000 locals in 1,000 functions", functions([body(b"", [(50_000, 0x7E)])] * 1000)
    yield "50 MB of types", module(section(1, vector([b"\x60" + leb(500) + b"\x7f" * 500 + b"\0"] * 100_000)))
    yield "a million types", module(section(1, vector([VOID] * 1_000_000)))
    yield "100,000 nested blocks", functions([body(b"\2\x40" * 100_000 + b"\x0b" * 100_000)])
    yield "100,000 nested loops", functions([body(b"\3\x40" * 100_000 + b"\x0b" * 100_000)])
    yield "20,000 nested ifs", functions([body(b"\x41\1\4\x40" * 20_000 + b"\x0b" * 20_000)])
    yield "a br_table of a million", functions([body(b"\x41\0\x0e" + leb(1_000_000) + b"\0" * 1_000_001)])
    yield "a million instructions", functions([body(b"\x20\0" + b"\x41\3\x6c" * 500_000)], UNARY)
    yield "100,000 calls", functions([body(b"\x10\0" * 100_000)])
    yield "a memory of 4 GiB", module(section(5, vector([b"\0" + leb(65536)])))
    yield "a memory of 2^48 pages", module(section(5, vector([b"\4" + leb(1 << 48)])))
    yield "100 memories", module(section(5, vector([b"\0" + leb(65536)] * 100)))
    yield "a table of ten million", module(section(4, vector([b"\x70\0" + leb(10_000_000)])))
    yield "a table of 2^32", module(section(4, vector([b"\x70\0" + leb((1 << 32) - 1)])))
    far = section(5, vector([b"\0" + leb(65536)])) + section(11, vector([b"\0\x41" + b"\xf0\xff\xff\xff\x07" + b"\x0b\1x"]))
    yield "data at the end of 2 GiB", module(far)
    yield "100,000 pieces of data", module(
        section(5, vector([b"\0" + leb(65536)])), section(11, vector([b"\0\x41\0\x0b\1x"] * 100_000))
    )
    yield "a million globals", module(section(6, vector([b"\x7f\0\x41\0\x0b"] * 1_000_000)))
    yield "100,000 exports", module(
        section(1, vector([VOID])),
        section(3, vector([b"\0"])),
        section(7, vector([named(f"e{number}") + b"\0\0" for number in range(100_000)])),
        section(10, vector([body(b"")])),
    )
    yield "100,000 imports", module(
        section(1, vector([VOID])), section(2, vector([named("m") + named(f"i{n}") + b"\0\0" for n in range(100_000)]))
    )
    yield "a name of 1 MB", exporting("x" * 1_000_000)
    yield "a name that is no text", exporting(b"\xff\xfe\xfd")
    yield "a name with escapes", exporting("\x1b[31mred\x1b[0m\x07\r\n")
    yield "a name from right to left", exporting("\u202egnp.exe\u202c")
    yield "a section of 4 GiB", b"\0asm\1\0\0\0\1" + leb((1 << 32) - 1)
    yield "a vector of 4 billion", module(section(1, leb((1 << 32) - 1)))
    yield "1,000 nested components", nested_components(1000)
    yield "10,000 nested components", nested_components(10_000)
    yield "a component of 100,000 types", b"\0asm\x0d\0\1\0" + section(7, vector([b"\x7f"] * 100_000))
    yield "nested text", b"(" * 1_000_000
    yield "nested text of a function", b"(module (func " + b"(block " * 100_000 + b")" * 100_000 + b"))"
    yield "nested text of an expression", (
        b"(module (func (result i32) " + b"(i32.eqz " * 100_000 + b"(i32.const 1)" + b")" * 100_000 + b"))"
    )
    yield "10 MB of comments", b"(module " + b"(;" * 2_500_000 + b";)" * 2_500_000 + b")"
    yield "a number of a million digits", b"(module (func (result i64) (i64.const " + b"9" * 1_000_000 + b")))"


def run(command):
    """The exit code or signal, what was said, the seconds and the peak in MiB."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - start > 2 * (SECONDS + MORE_SECONDS):
                child.kill()
            time.sleep(0.01)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return child.returncode, said.read(), time.monotonic() - start, usage.ru_maxrss / 1024


def verdict(code, said, seconds, peak):
    faults = []
    if code not in (0, 1):
        faults.append(f"ended with {code}")
    if code == 1 and (not said.startswith(b"error: ") or said.count(b"\n") > 10 or len(said) > 2000):
        faults.append("says " + repr(said[:200]))
    if any(byte < 0x20 and byte != 0x0A or byte == 0x7F for byte in said) or "\u202e" in said.decode("utf8", "replace"):
        faults.append("says what a terminal obeys")
    if b"that was to compile it" in said:
        faults.append("the compiler dies: " + repr(said[:300]))
    if b"panicked" in said or b"has a bug" in said:
        faults.append("panics: " + repr(said[:300]))
    if seconds > SECONDS + MORE_SECONDS:
        faults.append("takes too long")
    if peak > MEBIBYTES + MORE_MEBIBYTES:
        faults.append("takes too much")
    return faults


def write(number, path):
    """In a process of its own: a child's peak starts with what its parent holds."""
    with open(path, "wb") as file:
        file.write(next(content for index, (_, content) in enumerate(bombs()) if index == number))


def main(only):
    precompile = str(TARGET / "debug/precompile")
    failed = 0
    print(f"""# Modules that are made to hurt

Made by `scripts/measure/bombs.py`: each within {SECONDS} s and {MEBIBYTES // 1024} GiB of `--isolate`, the peak with the command itself.
""")
    # The harness finds what it is to find.
    for planted in ("kill -SEGV $$", "printf 'error: \\033[31m\\n'; exit 1", "echo fails; exit 1", "exit 101", "echo 'error: the process that was to compile it died (signal: 11)'; exit 1"):
        if not verdict(*run(["sh", "-c", planted])):
            print(f"error: `{planted}` was not found", file=sys.stderr)
            failed = 1
    names = subprocess.run([sys.executable, __file__, "--names"], stdout=subprocess.PIPE, check=True, text=True)
    print("| bomb | bytes | backend | result | seconds | peak (MiB) |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path, out = os.path.join(folder, "bomb"), os.path.join(folder, "out")
        for number, name in enumerate(names.stdout.splitlines()):
            if only not in name:
                continue
            subprocess.run([sys.executable, __file__, "--write", str(number), path], check=True)
            size = os.path.getsize(path)
            bounds = ["--isolate", "--timeout", f"{SECONDS}s", "--max-memory", f"{MEBIBYTES}M"]
            for backend in ("winch", "cranelift"):
                ended = run([precompile, "-q", "--no-cache", *bounds, "--backend", backend, path, "-o", out])
                faults, said = verdict(*ended), ended[1].decode("utf8", "replace")
                result = "compiled" if ended[0] == 0 else "refused"
                for limit in ("--timeout", "--max-memory"):
                    result = f"ended by `{limit}`" if limit in said else result
                if ended[0] == 0 and not faults:
                    faults = verdict(*run([precompile, "inspect", out]))
                failed |= bool(faults)
                result = "; ".join(faults) or result
                print(f"| {name} | {size} | {backend} | {result} | {ended[2]:.2f} | {ended[3]:.0f} |", flush=True)
    return failed


if sys.argv[1:] == ["--names"]:
    print("\n".join(name for name, _ in bombs()))
elif sys.argv[1:2] == ["--write"]:
    write(int(sys.argv[2]), sys.argv[3])
else:
    part = " ".join(sys.argv[1:])
    shared("build_precompile")
    with contextlib.nullcontext() if part else report("bombs"):
        found = main(part)
    sys.exit(found)
