#!/usr/bin/env python3
"""overhead.py [PAIRS]: the user and system time of `precompile` beside a program of 20 lines that calls wasmtime with the
same crates and settings, and beside upstream's command line. Writes reports/overhead.md, with 95 % confidence
intervals."""

import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, corpus, number_argument, report, run, shared

# Student's t at 97.5 %, for 10 pairs and more; beyond 60 it is the normal distribution's.
T = [(60, 1.96), (40, 2.02), (30, 2.045), (20, 2.093), (10, 2.262)]


def cpu_seconds(command):
    """User and system time of a command, which must succeed."""
    pid = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"error: {' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime


def ratio(pairs):
    """The geometric mean of the ratios, and its 95 % confidence interval."""
    logs = [math.log(ours / other) for ours, other in pairs]
    t = next(t for count, t in T if len(logs) >= count)
    error = t * statistics.stdev(logs) / math.sqrt(len(logs))
    mean = statistics.mean(logs)
    return [math.exp(x) for x in (mean, mean - error, mean + error)]


def measured(count, ours, yardstick, fresh):
    """Times of both, each first in turn, after `fresh`. The first pair warms up."""
    pairs = []
    for turn in range(count + 1):
        fresh()
        times = [cpu_seconds(command) for command in ([ours, yardstick] if turn % 2 else [yardstick, ours])]
        pairs.append(tuple(times) if turn % 2 else tuple(reversed(times)))
    return pairs[1:]


def isolation(count, precompile, module, small, work):
    """The cost of a process for each module."""
    many = os.path.join(work, "many")
    os.mkdir(many)
    for number in range(100):
        shutil.copy(small, os.path.join(many, f"{number}.wasm"))
    print("\n## Costs of `--isolate`\n")
    print("Winch; both commands with `-j1`, in user and system time; the ratio as above. The small module has")
    print(f"{os.path.getsize(small) / 1024:.0f} KiB.\n")
    print("| modules | isolated (s) | in one process (s) | ratio | from | to | more, a module (ms) |")
    print("|---------|-------------:|-------------------:|------:|-----:|---:|--------------------:|")
    for name, modules, inputs in (("100 small ones", 100, many), ("resvg", 1, module)):
        command = [precompile, "--no-cache", "--quiet", "-j1", "--backend", "winch", "--out-dir", os.path.join(work, "built"), inputs]
        fresh = lambda: shutil.rmtree(os.path.join(work, "built"), ignore_errors=True)
        pairs = measured(count, [*command, "--isolate"], command, fresh)
        mean, low, high = ratio(pairs)
        ours, one = [statistics.median(times) for times in zip(*pairs)]
        print(f"| {name} | {ours:.3f} | {one:.3f} | {mean:.3f} | {low:.3f} | {high:.3f} | {(ours - one) / modules * 1e3:.1f} |")


def scan_share(precompile, module, out):
    """The time of the scan for needed features, as a part of Winch's compile time, on one thread."""
    shares = []
    for _ in range(15):
        command = [precompile, "-j1", "--message-format", "json", "--timings", "--backend", "winch", "-o", out, module]
        compiled = json.loads(subprocess.run(command, capture_output=True, check=True).stdout.splitlines()[0])
        shares.append(compiled["timings"]["scan_ns"] / compiled["timings"]["compile_ns"])
    return statistics.median(shares)


def main(count, module):
    precompile, direct = str(TARGET / "release/precompile"), str(TARGET / "release/examples/direct")
    stock, small = shared("stock_wasmtime") + "/wasmtime", "tests/guests/primes.wasm"
    print("# Costs of `precompile` beyond the compiler\n")
    print(f"Made by `scripts/measure/overhead.py {count}`: user and system time of whole processes that compile")
    print(f"resvg (4.4 MB), {count} interleaved pairs each; the ratio is the geometric mean, with the ends of")
    print("its 95 % confidence interval. The yardsticks are `compiler/examples/direct.rs`, 20 lines that call")
    print(f"wasmtime with the same crates and settings, and upstream's `wasmtime compile` {shared('stock_version')}.\n")
    print("| backend | against | precompile (s) | yardstick (s) | ratio | from | to |")
    print("|---------|---------|---------------:|--------------:|------:|-----:|---:|")
    worst = 0
    with tempfile.TemporaryDirectory() as work:
        out = os.path.join(work, "out.cwasm")
        for backend in ("winch", "cranelift"):
            ours = [precompile, "--no-cache", "--quiet", "--backend", backend, "-o", out, module]
            yardsticks = {
                "20 lines": [direct, backend, module, os.path.join(work, "direct.cwasm")],
                "upstream": [stock, "compile", "-C", f"compiler={backend}", "-o", os.path.join(work, "stock.cwasm"), module],
            }
            for name, yardstick in yardsticks.items():
                # Each writes a new file.
                pairs = measured(count, ours, yardstick, lambda: os.path.exists(out) and os.remove(out))
                mean, low, high = ratio(pairs)
                medians = [statistics.median(times) for times in zip(*pairs)]
                print(f"| {backend} | {name} | {medians[0]:.3f} | {medians[1]:.3f} | {mean:.3f} | {low:.3f} | {high:.3f} |")
                if name == "20 lines":
                    worst = max(worst, high)
        share = scan_share(precompile, module, out)
        print(f"\nFinding out what the module needs takes {100 * share:.1f} % of Winch's compile time, on one thread.")
        isolation(count, precompile, module, small, work)
    if share > 0.03:
        sys.exit(f"error: the scan takes {share:.3f} of the compile time, beyond 0.03")
    if worst > 1.05:
        sys.exit(f"error: the upper end is {worst:.3f}, beyond 1.05")


resvg = str(corpus("resvg")[0])
run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins", "--example", "direct")
with report("overhead"):
    main(number_argument(30), resvg)
