#!/usr/bin/env python3
"""compare.py: the costs that `precompile compare` states, beside measured ones, around the number of runs from which on
Cranelift is cheaper than Winch. Writes reports/compare.md."""

import pathlib
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import ROOT, TARGET, corpus, report, run
from timing import messages, wall

MOST_OFF = 0.15
REPETITIONS = 3
BACKENDS = ["winch", "cranelift-speed"]

module = corpus("resvg")[0]
run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins")
run("cargo", "build", "-q", "-p", "precompile-runtime", "--profile", "runner", "--features", "pulley")
precompile, runner = TARGET / "release/precompile", TARGET / "runner/precompile-run"
removed = tempfile.TemporaryDirectory()
work = pathlib.Path(removed.name)
shutil.copy(ROOT / "tests/guests/picture.svg", work)
shutil.copy(module, work / "resvg.wasm")
ARGUMENTS = ["--zoom", "4", "picture.svg", "picture.png"]


def total(options, runs):
    """The time to compile so, and to run so often, in seconds."""
    # To find the same there is less work.
    (work / "app.cwasm").unlink(missing_ok=True)
    start = time.perf_counter()
    wall([precompile, "--no-cache", "-q", *options, "resvg.wasm", "-o", "app.cwasm"], cwd=work)
    for _ in range(runs):
        wall([runner, "--dir", ".", "app.cwasm", *ARGUMENTS], cwd=work)
    return time.perf_counter() - start


def main():
    """Compares, and measures around the crossing."""
    command = ["compare", "resvg.wasm", "--rounds", "7", "--calls", "2", "--dir", ".", "--runner", runner]
    all_ways = messages([precompile, *command, "--message-format", "json", "--", *ARGUMENTS], cwd=work)
    compared = all_ways[0]
    known = {candidate["name"]: candidate for candidate in compared["candidates"]}
    winch, cranelift = (known[name] for name in BACKENDS)
    crossing = (cranelift["once_s"] - winch["once_s"]) / (winch["run_s"] - cranelift["run_s"])

    print(f"""# Verdicts of `precompile compare`, and the facts

Made by `scripts/measure/compare.py`: resvg renders a picture, on {compared["target"]} with {compared["processors"]} processors.

    precompile compare resvg.wasm --rounds 7 --calls 2 --dir . -- {" ".join(ARGUMENTS)}

| | compile (s) | processor time (s) | memory (MB) | artifact (MB) | one run (s) |
|--|------:|------:|------:|------:|------:|""")
    for name, way in known.items():
        figures = [way[field]["median"] for field in ("compile_s", "compile_cpu_s")]
        print(
            f"| {name} | {figures[0]:.3f} | {figures[1]:.3f} | {way['compile_memory_bytes']['median'] / 1e6:.0f} "
            f"| {way['artifact_bytes'] / 1e6:.2f} | {way['process_s']['median']:.3f} |"
        )
    print(f"""
Of these, winch and cranelift-speed cost the same after {crossing:.1f} runs.

## Verdicts, and the facts

So many runs after one compilation, all processes together: as the comparison has it, and as a stopwatch does, the
median of {REPETITIONS}. At most {MOST_OFF:.0%} may be between them.

| runs | of the crossing | way | said (s) | measured (s) | off by | with the other's run, off by |
|-----:|------:|-----|------:|------:|------:|------:|""")
    failed = []
    for part in (0.5, 1.0, 2.0):
        runs = max(1, round(crossing * part))
        for name, other in (BACKENDS, BACKENDS[::-1]):
            way = known[name]
            measured = statistics.median(total(way["options"], runs) for _ in range(REPETITIONS))
            off = (way["once_s"] + runs * way["run_s"]) / measured - 1
            # The planted fault: a model that has taken one for the other.
            confused = (way["once_s"] + runs * known[other]["run_s"]) / measured - 1
            said = way["once_s"] + runs * way["run_s"]
            print(f"| {runs} | {part} | {name} | {said:.2f} | {measured:.2f} | {off:+.1%} | {confused:+.1%} |")
            if abs(off) > MOST_OFF:
                failed.append(f"{name}, {runs} runs")
            if part == 2.0 and abs(confused) <= MOST_OFF:
                failed.append(f"{name}: a wrong model would pass")
    print("\nThe last column is the planted fault: a model that is wrong, which must be off by more at twice the crossing.")
    if failed:
        sys.exit(f"error: off by more than {MOST_OFF:.0%}: {', '.join(failed)}")


with report("compare"):
    main()
