#!/usr/bin/env python3
"""strip.py: the bytes that `--strip` saves, for each backend and several targets. Writes reports/strip.md, from the output
of `precompile inspect`."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, corpus, report, run, shared
from timing import messages

PARTS = {
    "address-map": "offsets in backtraces",
    "symbols": "names in profilers and native debuggers",
    "names": "names of functions in backtraces",
    "unwind": "native debuggers' way through the guest's stack",
    "all": "all of these",
}
TARGETS = ("cranelift x86_64", "winch x86_64", "cranelift aarch64", "winch aarch64", "cranelift pulley64")


def inspect_all():
    """The description of each artifact, by the module and the target, and then by what is stripped."""
    shared("build_precompile")
    precompile = TARGET / "debug/precompile"
    files = {}
    with tempfile.TemporaryDirectory() as work:
        artifact = f"{work}/app.cwasm"
        for module in (pathlib.Path("tests/guests/primes.wasm"), *corpus("resvg")):
            for target in TARGETS:
                backend, triple = target.split()
                by = files[module.name, f"{backend}, {triple}"] = {}
                for parts in ("none", *PARTS):
                    options = ["--backend", backend, "--target", triple, "--strip", parts]
                    run(precompile, "-q", *options, module, "-o", artifact)
                    said = messages([precompile, "inspect", "--message-format", "json", artifact])
                    by[parts] = next(message for message in said if message["reason"] == "inspect")
    return files


def main(files):
    """Prints the tables."""
    print("""# Savings by stripping

Made by `scripts/measure/strip.py`, in bytes. The code is the same to the byte, and so is what a guest does: what is lost
is told to those who look for its faults. A trap always tells what it is.

| module | backend, target | whole | """ + " | ".join(PARTS) + " | all, of whole |")
    print("|--------|-----------------|------:|" + "------:|" * (len(PARTS) + 1))
    for (module, target), by in files.items():
        whole = by["none"]["file_bytes"]
        code = [[part["bytes"] for part in inspected["sections"] if part["name"] == ".text"] for inspected in by.values()]
        assert all(found == code[0] for found in code), (module, target)
        saved = [str(whole - by[parts]["file_bytes"]) for parts in PARTS]
        ratio = by["all"]["file_bytes"] / whole
        print(f"| {module} | {target} | {whole} | " + " | ".join(saved) + f" | {ratio:.2f} |")

    print("\nLosses: " + "; ".join(f"`{part}`, {lost}" for part, lost in PARTS.items()) + ".")
    print("""
## Places of the bytes

Of the whole artifacts. "Filled up" are the zeros at the end of parts that end on a page of the target's, code and
images of memories, and what lies between parts: wasmtime lays code out for pages of 4 KiB on x86-64 and of 64 KiB on
64-bit Arm, so that it can be mapped.
""")
    shown = [".text", ".rodata.wasm", ".eh_frame", ".wasmtime.addrmap", ".wasmtime.traps", ".name.wasm", ".wasmtime.info", ".symtab", ".strtab"]
    print("| module | backend, target | whole | " + " | ".join(f"`{name}`" for name in shown) + " | others | filled up |")
    print("|--------|-----------------|------:|" + "------:|" * (len(shown) + 2))
    for (module, target), by in files.items():
        inspected = by["none"]
        sections = {part["name"]: part["bytes"] - part["zeros_at_end"] for part in inspected["sections"]}
        filled = inspected["padding_bytes"] + sum(part["zeros_at_end"] for part in inspected["sections"])
        others = sum(size for name, size in sections.items() if name not in shown)
        assert sum(sections.values()) + filled == inspected["file_bytes"], (module, target)
        cells = [str(sections.get(name, 0)) for name in shown]
        print(f"| {module} | {target} | {inspected['file_bytes']} | " + " | ".join(cells) + f" | {others} | {filled} |")


found = inspect_all()
with report("strip"):
    main(found)
