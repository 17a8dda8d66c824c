#!/usr/bin/env python3
"""cortex-m.py [debian]: builds examples/cortex-m, runs it in QEMU, and compares what it prints. Writes
reports/cortex-m.md, from what it printed, its sections and its symbols. Builds it again with the feature `signed`, which
has it run signed artifacts alone. With `debian`, or where rustup has no library for the target, Debian's Rust builds one.
Installs QEMU and binutils."""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import CACHE, TARGET, ends_with, report, run, shared

FLASH, MEMORY = 1 << 20, 128 << 10
TRIPLE = "thumbv7em-none-eabihf"


def build():
    """Builds the example, and returns its path, its path with signatures, and the words that choose cargo's toolchain."""
    shared("build_precompile")
    os.environ |= {"PRECOMPILE": str(TARGET / "debug/precompile"), "CARGO_TARGET_DIR": str(CACHE / "examples-cortex-m")}
    shared("apt_install", "qemu-system-arm", "binutils")
    toolchain, std = [], []
    library = pathlib.Path(run("rustc", "--print", "target-libdir", "--target", TRIPLE).strip())
    if sys.argv[1:] == ["debian"] or not library.is_dir():
        shared("debian_toolchain", "rust-web-src", "lld-14")
        toolchain = ["+debian"]
        std = ["-Zbuild-std=core,alloc", "-Zbuild-std-features=compiler-builtins-mem"]
        os.environ |= {
            "RUSTC_BOOTSTRAP": "1",
            "CARGO_TARGET_THUMBV7EM_NONE_EABIHF_LINKER": "ld.lld-14",
            "CARGO_TARGET_DIR": str(CACHE / "examples-cortex-m-debian"),
        }
    folder = pathlib.Path(os.environ["CARGO_TARGET_DIR"])
    program = folder / TRIPLE / "release/cortex-m-host"
    command = ["cargo", *toolchain, "build", "-q", "--release", "--locked", *std]
    run(*command, cwd="examples/cortex-m")
    shutil.copyfile(program, plain := folder / "cortex-m-host")
    key = folder / "guest.key"
    if not key.exists():
        run(os.environ["PRECOMPILE"], "keygen", "--no-password", "-o", key, stderr=subprocess.DEVNULL)
    os.environ |= {"GUEST_KEY": str(key), "GUEST_TRUST": str(key.with_suffix(".pub"))}
    run(*command, "--features", "signed", cwd="examples/cortex-m")
    return plain, program, toolchain


def on_board(program, *words):
    """The command that runs the program, with these words as its command line."""
    arguments = "".join(f",arg={word}" for word in ("cortex-m-host", *words))
    machine = ["-machine", "netduinoplus2", "-nographic", "-monitor", "none", "-serial", "none"]
    semihosting = f"enable=on,target=native{arguments}"
    return ["timeout", "60", "qemu-system-arm", *machine, "-semihosting-config", semihosting, "-kernel", program]


def check(program):
    """Checks what the program prints, and that it notices a wrong result."""
    printed = run(*on_board(program))
    print(printed, end="")
    # The length of the artifact changes with precompile.
    lines = [line for line in printed.splitlines(keepends=True) if not line.startswith("bytes: ")]
    stable = re.sub(r"(offset|of the) [0-9]+", r"\1 N", "".join(lines))
    run("diff", "examples/cortex-m/expected.txt", "-", input=stable)
    print("ok: it prints what it must")
    words = "CRC-32 of 20000 bytes: 0x291e6fa1 by the guest, 0x89905ff5 by this program"
    ends_with(1, words, *on_board(program, "planted-fault"), stderr_only=False)
    print("ok: a wrong result ends it with 1")
    return printed


def check_signed(program):
    """Checks that the program with signatures runs its guest, and refuses an artifact without one."""
    printed = run(*on_board(program))
    for words in ["an artifact without a signature: it does not fit this host\n", "all is as it must be\n"]:
        if words not in printed:
            sys.exit(f"error: with signatures, it doesn't print {words!r}: {printed}")
    print("ok: it refuses an artifact that nobody has signed")
    return printed


def table(head, rows):
    print(f"| {head} | bytes |\n|------|------:|")
    for name, count in rows:
        print(f"| {name} | {count} |")
    print()


def figures_of(printed):
    """The program's counts, by name."""
    return {name: int(count) for name, count in re.findall(r"^bytes: (\S+) (\d+)$", printed, re.MULTILINE)}


def sections_of(program):
    """The sizes of a program's sections."""
    listed = run("readelf", "-SW", program)
    line = r"^ +\[ *\d+\] (\.\S+) +\S+ +[0-9a-f]{8} [0-9a-f]+ ([0-9a-f]+)"
    return {name: int(size, 16) for name, size in re.findall(line, listed, re.MULTILINE)}


def flash_of(sections, figures):
    """The bytes of flash, without the artifacts."""
    parts = sum(sections[name] for name in (".text", ".rodata", ".vector_table", ".data"))
    return parts - figures["guest-artifact"] - figures["refused-artifacts"]


def static_of(sections):
    """The bytes of memory that statics take."""
    return sections[".data"] + sections[".bss"] + sections.get(".uninit", 0)


def signatures(plain, signed):
    """Prints what signatures cost, from what was counted of two programs and their sections."""
    print("## Signatures\n")
    rows = [
        ("flash, without artifacts", flash_of(plain[1], plain[0]), flash_of(signed[1], signed[0])),
        ("the guest's artifact", plain[0]["guest-artifact"], signed[0]["guest-artifact"]),
        ("static memory", static_of(plain[1]), static_of(signed[1])),
        ("heap at its peak", plain[0]["heap-peak"], signed[0]["heap-peak"]),
        ("stack at its peak", plain[0]["stack-peak"], signed[0]["stack-peak"]),
    ]
    print("| bytes | without | with the feature `signed` | more |\n|-------|--------:|--------:|-----:|")
    for name, without, with_them in rows:
        print(f"| {name} | {without} | {with_them} | {with_them - without} |")
    print("\nWith it, an artifact that nobody has signed is refused on the board.\n")


def main(figures, sections, symbols, rustc):
    """Prints the tables."""

    # A symbol is of the crate that its name starts with: what is generic counts where it was written.
    crates = collections.Counter()
    for line in symbols.splitlines():
        if found := re.match(r"[0-9a-f]+ ([0-9a-f]+) [tTwW] (.*)", line):
            crate = re.search(r"\w+(?=::)", found[2])
            crates[crate[0] if crate else ""] += int(found[1], 16)
    shown = [name for name, count in crates.most_common() if name and count >= 8 << 10]

    print("# WebAssembly on a microcontroller\n")
    print(f"""Made by `scripts/measure/cortex-m.py` with {rustc}: [examples/cortex-m](../examples/cortex-m),
built for size, in QEMU's Netduino Plus 2. That has an STM32F405, a Cortex-M4, with 1 MiB of flash and 128 KiB
of memory, to which the linker script holds it. QEMU's times are not the processor's: there are none here.
""")

    print("## Flash\n")
    text, constants = sections[".text"], sections[".rodata"]
    others = sections[".vector_table"] + sections[".data"]
    rows = [("code", text)]
    rows += [(f"of it `{name}`", crates[name]) for name in shown]
    rows += [("of it all others", text - sum(crates[name] for name in shown))]
    rows += [("constants", constants)]
    rows += [("of it the guest's artifact", figures["guest-artifact"])]
    rows += [("of it the artifacts that are to be refused", figures["refused-artifacts"])]
    rows += [("vectors, and what statics start with", others)]
    flash = text + constants + others
    rows += [(f"**all**: {flash * 100 / FLASH:.0f} % of 1 MiB", flash)]
    table("part", rows)

    print("## Memory\n")
    static = static_of(sections)
    own = figures["heap-instantiated"] - figures["guest-memory"] - figures["guest-stack"]
    # With the gaps between blocks.
    peak = static + figures["heap-extent"] + figures["stack-peak"]
    table(
        "what",
        [
            ("static", static),
            ("heap at rest, when the guest is open", figures["heap-opened"]),
            ("heap with an instance", figures["heap-instantiated"]),
            ("of it the guest's memory, one page", figures["guest-memory"]),
            ("of it the guest's stack, as configured", figures["guest-stack"]),
            ("of it all others", own),
            ("heap at its peak", figures["heap-peak"]),
            ("heap up to the highest block", figures["heap-extent"]),
            (f"stack at its peak, of {figures['stack']}", figures["stack-peak"]),
            (f"**all at most**: {peak * 100 / MEMORY:.0f} % of 128 KiB", peak),
        ],
    )
    print("The heap is counted by the allocator; the stack was painted.\n")


host, signed_host, toolchain = build()
plain = figures_of(check(host)), sections_of(host)
signed = figures_of(check_signed(signed_host)), sections_of(signed_host)
names = run("nm", "-S", "-C", "--defined-only", host)
with report("cortex-m"):
    main(*plain, names, run("rustc", *toolchain, "-V").strip())
    signatures(plain, signed)
