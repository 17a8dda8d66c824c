"""Modules that are compiled already."""

import shutil
import time

from benchmarks.setup import PEERS, SETTLED_S, WORK, anew, commands, listing, table
from benchmarks.tools import HAS_WASMER, MODULES, PRECOMPILE, RUNNER, WASMER, WASMTIME
from timing import sequence, wall


def compiling(module, backend):
    """The ways to come to an artifact, and upstream's, which keeps none."""
    ways = {"in place already": [], "in place, and the input is read": ["--verify-inputs"], "from the cache": []}
    ways = {
        name: [PRECOMPILE, "-q", "--backend", backend, *options, module, "-o", WORK / f"warm-{at}.cwasm"]
        for at, (name, options) in enumerate(ways.items())
    }
    stock = [WASMTIME, "compile", "-C", f"compiler={backend}", module, "-o", WORK / "warm-stock.cwasm"]
    return {**ways, "wasmtime compile": stock}


def running(module):
    """The ways to run a module by its name, where it was run before."""
    output = WORK / "warm-run.cwasm"
    both = f"{PRECOMPILE} -q {module} -o {output} && {RUNNER} {output} --help"
    ways = {
        "precompile, then precompile-run": ["sh", "-c", both],
        "wasmtime, its cache": [WASMTIME, "run", "-C", "cache", module, "--help"],
        "Node": ["node", "--no-warnings", PEERS / "node.mjs", module, "--help"],
    }
    if HAS_WASMER:
        ways["wasmer, its cache"] = [WASMER, "run", module, "--", "--help"]
    return ways


def ratios(found, yardstick):
    """A row for each way."""
    return [[name, f"{seconds * 1e3:.2f}", f"{seconds / found[yardstick]:.3f}"] for name, seconds in found.items()]


def section():
    """resvg, by each backend, and run."""
    module = WORK / "resvg.wasm"
    shutil.copy(MODULES["resvg"], module)
    rows = []
    for backend in ("winch", "cranelift"):
        ways = compiling(module, backend)
        for _ in range(2):
            for command in ways.values():
                wall(command)
            time.sleep(SETTLED_S)
        # These write their output each time.
        written = {}
        for name in ("from the cache", "wasmtime compile"):
            written |= anew({name: ways[name]}, ways[name][-1])
        found = sequence(15, {**commands(ways), **written})
        rows += [[f"{backend}, {row[0]}", *row[1:]] for row in ratios(found, "wasmtime compile")]
    text = "resvg, compiled before; upstream's command keeps nothing and compiles it again:\n\n"
    text += table(["way", "wall (ms)", "of wasmtime compile"], rows)
    ways = running(module)
    for command in ways.values():
        wall(command)
    time.sleep(SETTLED_S)
    found = sequence(15, commands(ways))
    text += f"\n\n{listing(compiling(module, 'winch'))}\n\n`resvg --help`, by the module's name, run before:\n\n"
    head = ["way", "wall (ms)", "of ours"]
    return f"{text}{table(head, ratios(found, next(iter(ways))))}\n\n{listing(ways)}"
