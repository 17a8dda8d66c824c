#!/usr/bin/env python3
"""no-op-build.py [PAIRS]: the time of `precompile` where all is compiled already, beside the time in which `b3sum` reads
the same files. Writes reports/no-op-build.md."""

import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import CACHE, TARGET, corpus, number_argument, report, run


def seconds(command, environment):
    """The time from start to exit of a command, which must succeed."""
    null = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment, file_actions=null)
    _, status, _ = os.wait4(pid, 0)
    elapsed = time.perf_counter() - start
    if status != 0:
        sys.exit(f"error: {' '.join(command[:6])} failed")
    return elapsed


def pairs(count, ours, yardstick, environment):
    """Medians of both, and of their ratio, each first in turn. The first two pairs warm up."""
    times = []
    for turn in range(count + 2):
        both = [ours, yardstick] if turn % 2 else [yardstick, ours]
        two = [seconds(command, environment) for command in both]
        times.append(two if turn % 2 else two[::-1])
    times = times[2:]
    return [statistics.median(column) for column in zip(*times)] + [statistics.median(a / b for a, b in times)]


def modules():
    """A folder of 996 modules of some 150 KB and four real programs: 200 MB."""
    folder = CACHE / "modules"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        run(TARGET / "release/examples/modules", folder / "in", 996)
        names = ("resvg", "ruby", "esbuild", "quickjs")
        for name, path in zip(names, corpus(*names)):
            shutil.copy(path, folder / f"in/{name}.wasm")
        (folder / "done").touch()
    return str(folder / "in")


def main(count, precompile, b3sum, folder):
    names = sorted(os.listdir(folder))
    inputs = [os.path.join(folder, name) for name in names]
    size = sum(os.path.getsize(path) for path in inputs)
    print("# Time to find out that nothing is to be compiled\n")
    print(f"Made by `scripts/measure/no-op-build.py {count}`: {len(inputs)} modules, {size / 1e6:.0f} MB, compiled by Winch; then one of")
    print(f"4.4 MB. Time from start to exit, medians of {count} interleaved pairs; `b3sum` 1.8.7 reads the same inputs.\n")
    print("| what | precompile (ms) | yardstick (ms) | ratio | at most | yardstick |")
    print("|------|----------------:|---------------:|------:|--------:|-----------|")
    failed = []

    def row(what, ours, yardstick, ratio, limit, named):
        if limit and ratio > limit:
            failed.append(f"{what}: {ratio:.2f}, beyond {limit}")
        shown = f"{limit:.2f}" if limit else ""
        print(f"| {what} | {ours * 1e3:.1f} | {yardstick * 1e3:.1f} | {ratio:.2f} | {shown} | {named} |", flush=True)

    with tempfile.TemporaryDirectory() as work:
        environment = {"HOME": work, "PATH": os.environ["PATH"], "PRECOMPILE_CACHE_DIR": os.path.join(work, "cache")}
        out = os.path.join(work, "out")
        many = [precompile, "--quiet", "--backend", "winch", "--out-dir", out, folder]
        hashed = [b3sum, *inputs]
        cold, once = seconds(many, environment), seconds(hashed, environment)
        row("1,000 cold", cold, once, cold / once, None, "b3sum")
        # What was just written is read again once, and then known.
        time.sleep(3)
        seconds(many, environment)
        row("1,000 by identity", *pairs(count, many, hashed, environment), 0.25, "b3sum")
        verify = [precompile, "--verify-inputs", *many[1:]]
        # Which reads the outputs, too.
        both = [*hashed, *(os.path.join(out, name) for name in sorted(os.listdir(out)))]
        row("1,000 with hashing", *pairs(count, verify, both, environment), 1.5, "b3sum, outputs too")
        delivered = []
        for _ in range(5):
            for name in os.listdir(out):
                os.remove(os.path.join(out, name))
            delivered.append((seconds(many, environment), seconds(hashed, environment)))
        ours, yardstick = [statistics.median(column) for column in zip(*delivered)]
        row("1,000 delivered anew", ours, yardstick, ours / yardstick, None, "b3sum")

        module = os.path.join(folder, "resvg.wasm")
        one = [precompile, "--quiet", "--backend", "winch", "-o", os.path.join(work, "one.cwasm"), module]
        seconds(one, environment)
        time.sleep(3)
        seconds(one, environment)
        version = [precompile, "--version"]
        row("one by identity", *pairs(count, one, version, environment), 3, "precompile --version")
        verify = [precompile, "--verify-inputs", *one[1:]]
        ours, read, _ = pairs(count, verify, [b3sum, module, os.path.join(work, "one.cwasm")], environment)
        _, least, _ = pairs(count, verify, version, environment)
        row("one with hashing", ours, read + least, ours / (read + least), 1.5, "b3sum, outputs too, and --version")
    for failure in failed:
        print(f"\nerror: {failure}")
    if failed:
        sys.exit(1)


os.environ.pop("PRECOMPILE_NO_CACHE")
run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins", "--example", "modules")
reader = CACHE / "b3sum/bin/b3sum"
if not reader.exists():
    run("cargo", "install", "-q", "--locked", "--root", CACHE / "b3sum", "b3sum@1.8.7")
with report("no-op-build"):
    main(number_argument(100), str(TARGET / "release/precompile"), str(reader), modules())
