"""The folder, the measurements and the tables of every section."""

import math
import os
import pathlib
import re
import shlex
import statistics
import tempfile

from benchmarks.exponent import T
from benchmarks.tools import HAS_WASMER, PRECOMPILE, RUNNER, WASMER, WASMTIME, WASMTIME_MIN
from common import ROOT
from timing import wall

PROGRAMS = sorted((ROOT / "benches/programs").glob("*.wasm"))
PEERS = ROOT / "benches/peers"
CORES = os.cpu_count()
# Removed at the end, whichever it is.
REMOVED = tempfile.TemporaryDirectory()
WORK = pathlib.Path(REMOVED.name)
os.environ["PRECOMPILE_CACHE_DIR"] = str(WORK / "cache")
os.environ["WASMER_DIR"] = str(WORK / "wasmer")
# A file that was written so shortly ago is read again: the clock of its file system may stand still meanwhile.
SETTLED_S = 3
# What wasm2c's output is linked with, as Debian has it.
SUPPORT = pathlib.Path("/usr/share/wabt/wasm2c")
# Figures that are beyond what is demanded of them.
BROKEN = []


def at_most(what, interval, most):
    """Says what a figure is, with its interval, and notes where that doesn't end below what is demanded of it."""
    value, error = interval
    shown = f"{value:.3f} ± {error:.3f}"
    if value + error > most:
        BROKEN.append(f"{what} is {shown}, and {most} at most is demanded")
    return shown


def interval(values):
    """The mean of some figures, and how far that of 95 of 100 such samples would be off."""
    freedom = len(values) - 1
    return statistics.mean(values), T.get(freedom, 1.96) * statistics.stdev(values) / math.sqrt(len(values))


def ratio(times, name, other):
    """The ratio of one way's time to another's, round by round, with its interval."""
    logarithms = [math.log(a / b) for a, b in zip(times[name], times[other])]
    mean, error = interval(logarithms)
    return math.exp(mean), math.exp(mean) * (math.exp(error) - 1)


def commands(ways, **options):
    """Functions that run these commands."""
    return {name: (lambda command=command: wall(command, **options)) for name, command in ways.items()}


def anew(ways, output):
    """Functions that run these commands, each of which finds no output: to find the same there is less work."""

    def run(command):
        output.unlink(missing_ok=True)
        return wall(command)

    return {name: (lambda command=command: run(command)) for name, command in ways.items()}


def listing(ways):
    """These commands, as a block of text: programs and files without their folders."""
    width = max(map(len, ways))
    line = {name: re.sub(r"(?<![\w.])/(?:[\w.@+-]+/)+", "", shlex.join(map(str, way))) for name, way in ways.items()}
    return "\n".join(["```text", *(f"{name:{width}}  {line[name]}" for name in ways), "```"])


def peak_bytes(command, **options):
    """The most memory that a command holds at once. A child of Python's would be said to hold what Python did."""
    told = WORK / "memory"
    wall(["/usr/bin/time", "--quiet", "-f", "%M", "-o", told, *command], **options)
    return int(told.read_text()) * 1024


def precompiled(module, backend, *options, name=None):
    """An artifact, compiled now."""
    output = WORK / f"{name or module.stem}-{backend}.cwasm"
    wall([PRECOMPILE, "-q", "--no-cache", "--backend", backend, *options, module, "-o", output])
    return output


def compilers(module, output):
    """The commands that compile a module, each as its users start it."""
    ways = {}
    for backend in ("winch", "cranelift"):
        ways[backend] = [PRECOMPILE, "-q", "--no-cache", "--backend", backend, module, "-o", output]
        ways[f"wasmtime, {backend}"] = [WASMTIME, "compile", "-C", f"compiler={backend}", module, "-o", output]
    if HAS_WASMER:
        for compiler in ("singlepass", "cranelift"):
            ways[f"wasmer, {compiler}"] = [WASMER, "compile", f"--{compiler}", module, "-o", output]
    return ways


def wasm2c(program, output):
    """The command that makes native code of a WASI program by way of C."""
    c = WORK / f"{program.stem}.c"
    translate = ["wasm2c", program, "-n", "guest", "-o", c]
    build = ["gcc", "-O2", "-include", c.with_suffix(".h"), "-I", SUPPORT, c, PEERS / "wasm2c.c", SUPPORT / "wasm-rt-impl.c"]
    steps = [translate, [*build, "-o", output, "-lm"]]
    return ["sh", "-c", " && ".join(shlex.join(map(str, step)) for step in steps)]


def runners(module, *args):
    """The commands that run a module which was made ready for each, as its users start it."""
    stock = WORK / f"{module.stem}-stock.cwasm"
    wall([WASMTIME, "compile", module, "-o", stock])
    ways = {
        "Cranelift": [RUNNER, precompiled(module, "cranelift")],
        "Winch": [RUNNER, precompiled(module, "winch")],
        "Pulley": [RUNNER, precompiled(module, "cranelift", "--target", "pulley64", name=f"{module.stem}-pulley")],
        "wasmtime, precompiled": [WASMTIME, "run", "--allow-precompiled", stock],
        "wasmtime-min, precompiled": [WASMTIME_MIN, "run", "--allow-precompiled", WORK / f"{module.stem}-cranelift.cwasm"],
        "wasmtime, its cache": [WASMTIME, "run", "-C", "cache", module],
        "Node": ["node", "--no-warnings", PEERS / "node.mjs", module],
    }
    if HAS_WASMER:
        for compiler in ("singlepass", "cranelift"):
            compiled = WORK / f"{module.stem}-{compiler}.wasmu"
            wall([WASMER, "compile", f"--{compiler}", module, "-o", compiled])
            # Which takes the guest's options for its own otherwise.
            ways[f"wasmer, {compiler}"] = [WASMER, "run", compiled, "--"]
    return {name: [*command, *args] for name, command in ways.items()}


def table(head, rows):
    """A table in Markdown: the first column is of names."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
