#!/usr/bin/env python3
"""memory.py: the memory that compiling real modules takes, by both backends, beside the estimate of a plan, which must be
within a factor of 1.5; and a batch within a budget. Writes reports/memory.md."""

import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, corpus, report, run, shared

MODULES = ("quickjs", "micropython", "avr-as", "sqlite", "resvg", "esbuild", "onnxruntime", "flite", "cc1", "ruby")
BACKENDS = ("cranelift", "winch")
FACTOR = 1.5
BUDGET = 1 << 30
PRECOMPILE = TARGET / "release/precompile"


def peak(*arguments):
    """The most memory of a run of precompile, in bytes, and whether it succeeded."""
    command = [str(word) for word in (PRECOMPILE, "--quiet", "--no-cache", *arguments)]
    # What Winch can't compile is said on standard error.
    quiet = [(os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    return usage.ru_maxrss << 10, status == 0


def estimate(module, backend):
    """The estimate of a plan, in bytes."""
    lines = run(PRECOMPILE, "--plan", "--no-cache", "--message-format", "json", "--backend", backend, module)
    return next(plan["estimated_peak_bytes"] for plan in map(json.loads, lines.splitlines()) if plan["reason"] == "planned")


def is_near(estimated, measured):
    """Returns true if an estimate is within the factor."""
    return measured / FACTOR <= estimated <= measured * FACTOR


def rows(modules, output):
    """The rows of the table, and the estimates that aren't near."""
    missed = []
    for module in modules:
        for backend in BACKENDS:
            measured, is_compiled = peak("--backend", backend, module, "-o", output)
            if not is_compiled:
                continue
            estimated = estimate(module, backend)
            name = module.name.split("-")[0]
            print(f"| {name} | {module.stat().st_size / 1e6:.1f} | {backend} | {measured / 1e6:.0f} |"
                  f" {estimated / 1e6:.0f} | {estimated / measured:.2f} |")
            if not is_near(estimated, measured):
                missed.append(f"{name} with {backend}: {estimated / measured:.2f} of what was measured")
            if is_near(estimated * FACTOR**2, measured):
                sys.exit("error: an estimate that is more than twice as large was not found")
    return missed


def main(folder):
    """Measures, and prints the report. Returns what isn't as it must be."""
    modules = sorted(corpus(*MODULES), key=lambda module: module.stat().st_size)
    print(f"""# The memory that compiling takes

Made by `scripts/measure/memory.py` at `{shared("revision")}`, with {os.cpu_count()} threads: the most memory that the process had, and
the estimate of `--plan`, which is by the sizes of the module and of its code, and the number of functions. It must be
within a factor of {FACTOR}. Modules that a backend can't compile aren't listed for it.

| module | MB | backend | peak (MB) | estimate (MB) | ratio |
|--------|---:|---------|----------:|--------------:|------:|""")
    missed = rows(modules, folder / "out.cwasm")
    measured, is_compiled = peak("--mem-budget", BUDGET, "--backend", "cranelift", *modules, "--out-dir", folder / "out")
    within = measured <= BUDGET * FACTOR
    print(f"\nAll of them in one batch with `--mem-budget {BUDGET}`, by Cranelift, took {measured / 1e6:.0f} MB.")
    if not is_compiled or not within:
        missed.append(f"the batch took {measured} bytes, or failed")
    return missed


run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins")
with tempfile.TemporaryDirectory() as work, report("memory"):
    faults = main(pathlib.Path(work))
for fault in faults:
    print(f"error: {fault}", file=sys.stderr)
sys.exit(1 if faults else 0)
