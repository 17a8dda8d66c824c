"""Programs that compute for a second or more."""

import statistics

from benchmarks.setup import PROGRAMS, WORK, commands, listing, precompiled, runners, sequence, table, wasm2c
from timing import wall


def ways(program):
    """How each runs a program, native code first."""
    stem = program.stem
    native, c = WORK / f"{stem}-native", WORK / f"{stem}-wasm2c"
    wall(["gcc", "-O2", program.with_suffix(".c"), "-o", native, "-lm"])
    wall(wasm2c(program, c))
    ready = runners(program)
    for backend in ("cranelift", "winch"):
        artifact = precompiled(program, backend, "--cpu", "native", name=f"{stem}-native-cpu")
        ready[f"{backend.capitalize()}, `--cpu native`"] = [ready["Winch"][0], artifact]
    return {"native C": [native], **ready, "wasm2c, gcc -O2": [c]}


def measured(each):
    """The seconds of each way. The interpreter takes most of a minute, and is run once."""
    slow = {name: command for name, command in each.items() if name == "Pulley"}
    others = {name: command for name, command in each.items() if name not in slow}
    return {**sequence(3, commands(others)), **sequence(1, commands(slow))}


def section():
    """Whole runs, from start to end."""
    ready = {program.stem: ways(program) for program in PROGRAMS}
    found = {name: measured(each) for name, each in ready.items()}
    rows = []
    for name in next(iter(found.values())):
        ratios = [times[name] / times["native C"] for times in found.values()]
        cells = [f"{ratio:.2f}" for ratio in [*ratios, statistics.geometric_mean(ratios)]]
        rows.append([name, *cells])
    native = ["native C (s)", *(f"{times['native C']:.2f}" for times in found.values()), ""]
    head = ["way", *found, "geometric mean"]
    text = "Whole runs, as parts of native C's time: less is faster. Pulley's are of one run each.\n\n" + table(head, [native, *rows])
    return f"{text}\n\n{listing(ready['json'])}"
