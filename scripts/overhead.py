"""overhead.py PAIRS PRECOMPILE DIRECT STOCK MODULE: runs `precompile` and its yardsticks in turn, and
prints a table of their ratios of user and system time, with 95 % confidence intervals."""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

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


def scan_share(precompile, module, out):
    """The time of the scan for needed features, as a part of Winch's compile time, on one thread."""
    shares = []
    for _ in range(15):
        command = [precompile, "-j1", "--message-format", "json", "--timings", "--backend", "winch", "-o", out, module]
        compiled = json.loads(subprocess.run(command, capture_output=True, check=True).stdout.splitlines()[0])
        shares.append(compiled["timings"]["scan_ns"] / compiled["timings"]["compile_ns"])
    return statistics.median(shares)


def main():
    count, precompile, direct, stock, module = int(sys.argv[1]), *sys.argv[2:]
    print("# What `precompile` costs beyond the compiler\n")
    print(f"Made by `scripts/overhead.sh {count}`: user and system time of whole processes that compile")
    print(f"resvg (4.4 MB), {count} interleaved pairs each; the ratio is the geometric mean, with the ends of")
    print("its 95 % confidence interval. The yardsticks are `compiler/examples/direct.rs`, 20 lines that call")
    print("wasmtime with the same crates and settings, and upstream's `wasmtime compile` 48.0.2.\n")
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
                pairs = []
                for turn in range(count + 1):
                    # Each of the pair is first in turn, and each writes a new file. The first pair warms up.
                    if os.path.exists(out):
                        os.remove(out)
                    both = [ours, yardstick] if turn % 2 else [yardstick, ours]
                    times = [cpu_seconds(command) for command in both]
                    pairs.append(tuple(times) if turn % 2 else tuple(reversed(times)))
                pairs = pairs[1:]
                mean, low, high = ratio(pairs)
                medians = [statistics.median(times) for times in zip(*pairs)]
                print(f"| {backend} | {name} | {medians[0]:.3f} | {medians[1]:.3f} | {mean:.3f} | {low:.3f} | {high:.3f} |")
                if name == "20 lines":
                    worst = max(worst, high)
        share = scan_share(precompile, module, out)
    print(f"\nFinding out what the module needs takes {100 * share:.1f} % of Winch's compile time, on one thread.")
    if share > 0.03:
        sys.exit(f"error: the scan takes {share:.3f} of the compile time, beyond 0.03")
    if worst > 1.05:
        sys.exit(f"error: the upper end is {worst:.3f}, beyond 1.05")


main()
