"""Compiling one module on all cores."""

import subprocess
import sys

from benchmarks.setup import PROGRAMS, WORK, anew, compilers, listing, peak_bytes, table, wasm2c
from benchmarks.tools import MODULES
from timing import sequence

OURS = ("winch", "cranelift")
HEAD = ["module, compiler", "wall (s)", "of wasmtime's", "memory (MB)", "of wasmtime's", "artifact (MB)"]


def section():
    """A row for each module and compiler."""
    rows, refusals, output = [], [], WORK / "compiled"
    small = next(program for program in PROGRAMS if program.stem == "json")
    for name, module in {"json": small, **MODULES}.items():
        ways = compilers(module, output)
        if module == small:
            # Which is given the world of these programs only.
            ways["wasm2c, gcc -O2"] = wasm2c(module, output)
            listed = listing(ways)
        usable, memory, sizes = {}, {}, {}
        for way, command in ways.items():
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if done.returncode == 0:
                usable[way], sizes[way], memory[way] = command, output.stat().st_size, peak_bytes(command)
            elif way in OURS:
                sys.exit(f"error: {way} can't compile {name}: {done.stderr.decode()}")
            else:
                said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
                refusals.append(f"- {way} can't compile {name}: `{(said or ['it says nothing'])[0]}`")
        found = sequence(3 if module.stat().st_size > 8_000_000 else 7, anew(usable, output))
        for way in found:
            yardstick = f"wasmtime, {way}"
            ratios = [f"{of[way] / of[yardstick]:.2f}" if yardstick in of else "" for of in (found, memory)]
            rows.append(
                [f"{name}, {way}", f"{found[way]:.3f}", ratios[0], f"{memory[way] / 1e6:.0f}", ratios[1]]
                + [f"{sizes[way] / 1e6:.2f}"]
            )
    return "\n".join([table(HEAD, rows), "", *refusals, *([""] if refusals else []), listed])
