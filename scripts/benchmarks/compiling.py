"""Compiling one module on all cores."""

import subprocess

from benchmarks.setup import MODULES, PROGRAMS, WORK, commands, compilers, listing, peak_bytes, sequence, table, wasm2c

HEAD = ["module, compiler", "wall (s)", "of wasmtime's", "memory (MB)", "of wasmtime's", "artifact (MB)"]


def section():
    """A row for each module and compiler."""
    rows, output = [], WORK / "compiled"
    small = next(program for program in PROGRAMS if program.stem == "json")
    for name, module in {"json": small, **MODULES}.items():
        ways = compilers(module, output)
        if module == small:
            # Which takes only WASI programs of the kind that it is given a world for.
            ways["wasm2c, gcc -O2"] = wasm2c(module, output)
            commands_of = listing(ways)
        usable, memory, sizes = {}, {}, {}
        for way, command in ways.items():
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if done.returncode == 0:
                usable[way], sizes[way], memory[way] = command, output.stat().st_size, peak_bytes(command)
        rounds = 3 if module.stat().st_size > 8_000_000 else 9
        found = sequence(rounds, commands(usable))
        for way in ways:
            if way not in found:
                rows.append([f"{name}, {way}", "it can't", "", "", "", ""])
                continue
            yardstick = f"wasmtime, {way}"
            ratios = [f"{of[way] / of[yardstick]:.2f}" if yardstick in of else "" for of in (found, memory)]
            rows.append(
                [f"{name}, {way}", f"{found[way]:.3f}", ratios[0], f"{memory[way] / 1e6:.0f}", ratios[1]]
                + [f"{sizes[way] / 1e6:.2f}"]
            )
    return f"{table(HEAD, rows)}\n\n{commands_of}"
