"""Programs that compute for a second or more."""

import pathlib
import statistics

from benchmarks.setup import PEERS, PROGRAMS, WORK, commands, precompiled, runners, sequence, table
from timing import wall

# What wasm2c's output is linked with, as Debian has it.
SUPPORT = pathlib.Path("/usr/share/wabt/wasm2c")


def ways(program):
    """How each runs a program, native code first."""
    stem = program.stem
    native, c = WORK / f"{stem}-native", WORK / f"{stem}-wasm2c"
    wall(["gcc", "-O2", program.with_suffix(".c"), "-o", native, "-lm"])
    wall(["wasm2c", program, "-n", "guest", "-o", WORK / f"{stem}.c"])
    wall(
        ["gcc", "-O2", "-include", WORK / f"{stem}.h", "-I", SUPPORT, WORK / f"{stem}.c", PEERS / "wasm2c.c"]
        + [SUPPORT / "wasm-rt-impl.c", "-o", c, "-lm"]
    )
    ready = runners(program)
    for backend in ("cranelift", "winch"):
        artifact = precompiled(program, backend, "--cpu", "native", name=f"{stem}-native-cpu")
        ready[f"{backend.capitalize()}, `--cpu native`"] = [ready["Winch"][0], artifact]
    return {"native C": [native], **ready, "wasm2c, gcc -O2": [c]}


def section():
    """Whole runs, from start to end."""
    found = {program.stem: sequence(3, commands(ways(program))) for program in PROGRAMS}
    rows = []
    for name in next(iter(found.values())):
        ratios = [times[name] / times["native C"] for times in found.values()]
        cells = [f"{ratio:.2f}" for ratio in [*ratios, statistics.geometric_mean(ratios)]]
        rows.append([name, *cells])
    native = ["native C (s)", *(f"{times['native C']:.2f}" for times in found.values()), ""]
    head = ["way", *found, "geometric mean"]
    return "Whole runs, as parts of native C's time: less is faster.\n\n" + table(head, [native, *rows])
