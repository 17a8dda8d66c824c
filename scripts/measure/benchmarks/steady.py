"""Programs that compute for a second or more."""

import statistics
import sys

from benchmarks.setup import PROGRAMS, WORK, listing, precompiled, runners, table, wasm2c
from timing import sequence, timed, wall


def ways(program):
    """The ways to run a program, native code first."""
    stem = program.stem
    native, c = WORK / f"{stem}-native", WORK / f"{stem}-wasm2c"
    wall(["gcc", "-O2", program.with_suffix(".c"), "-o", native, "-lm"])
    wall(wasm2c(program, c))
    ready = runners(program)
    for backend in ("cranelift", "winch"):
        artifact = precompiled(program, backend, "--cpu", "native", name=f"{stem}-native-cpu")
        ready[f"{backend.capitalize()}, `--cpu native`"] = [ready["Winch"][0], artifact]
    return {"native C": [native], **ready, "wasm2c, gcc -O2": [c]}


def checked(command, expected):
    """The seconds of a command, which must print this: who does less is no faster."""
    seconds, printed = timed(command)
    if printed != expected:
        sys.exit(f"error: {' '.join(map(str, command))} printed {printed!r}, not {expected!r}")
    return seconds


def measured(each):
    """The seconds of each way. The interpreter takes most of a minute, and is run once."""
    _, expected = timed(each["native C"])
    runs = {name: (lambda command=command: checked(command, expected)) for name, command in each.items()}
    slow = {"Pulley": runs.pop("Pulley")}
    return {**sequence(3, runs), **sequence(1, slow)}


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
    text = "Whole runs, as parts of native C's time: less is faster. Each has printed what native C does. Pulley's are of one\n"
    text += "run each.\n\n" + table(head, [native, *rows])
    return f"{text}\n\n{listing(ready['json'])}"
