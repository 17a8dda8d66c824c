#!/usr/bin/env python3
"""plan.py [MODULES]: the time and the memory of a plan of up to 1.2 million jobs: that many modules for six targets, and
fewer. Both must grow no faster than the number of jobs, which the check must notice where they do. Writes
reports/plan.md."""

import itertools
import os
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, measured, number_argument, report, run

TARGETS = ("x86_64", "aarch64", "riscv64", "s390x", "pulley64", "pulley32")
# Twice as many jobs may take this many times as much.
MOST = 2 * 1.25


def write_modules(folder, count):
    """Small modules, each another, in folders of 1,000."""
    for number in range(count):
        inner = os.path.join(folder, f"{number // 1000:03}")
        if number % 1000 == 0:
            os.mkdir(inner)
        name = f"f{number:06}".encode()
        body = b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\7" + bytes([len(name) + 4, 1, len(name)]) + name + b"\0\0\x0a\4\1\2\0\x0b"
        with open(os.path.join(inner, f"m{number:06}.wasm"), "wb") as file:
            file.write(body)


def faults(rows):
    """The measurements that grow faster than the number of jobs, each row having twice as many as the one before."""
    for before, after in itertools.pairwise(rows):
        for what, one, other in zip(("jobs", "processor seconds", "processor seconds again", "bytes"), before, after):
            if what != "jobs" and other > one * MOST:
                yield f"{after[0]:,} jobs take {other / one:.2f} times as many {what} as {before[0]:,}"


def main(most, precompile):
    print("# Plans\n")
    print(f"Made by `scripts/measure/plan.py {most}`: `precompile --plan --message-format json` for small modules of {len(TARGETS)} targets.")
    print("Nothing is in the cache. At first each module is read for its key; again, the keys are known.\n")
    print("| jobs | first (s) | of the processor (s) | again (s) | of the processor (s) | peak memory (MB) | µs a job | bytes a job |")
    print("|-----:|----------:|---------------------:|----------:|---------------------:|-----------------:|---------:|------------:|")
    rows = []
    for count in (most // 4, most // 2, most):
        with tempfile.TemporaryDirectory() as work:
            modules = os.path.join(work, "modules")
            os.mkdir(modules)
            write_modules(modules, count)
            # What was just written is read again until its time is past.
            time.sleep(3)
            environment = {"HOME": work, "PATH": os.environ["PATH"], "PRECOMPILE_CACHE_DIR": os.path.join(work, "cache")}
            command = [precompile, "--plan", "--message-format", "json", "--target", ",".join(TARGETS)]
            command += ["--out-dir", os.path.join(work, "out"), modules]
            first, first_cpu, memory = measured(command, environment)
            again, again_cpu, second = measured(command, environment)
            jobs, memory = count * len(TARGETS), max(memory, second)
        rows.append((jobs, first_cpu, again_cpu, memory))
        times = f"{first:.1f} | {first_cpu:.1f} | {again:.1f} | {again_cpu:.1f}"
        per_job = f"{first_cpu / jobs * 1e6:.1f} | {memory / jobs:.0f}"
        print(f"| {jobs:,} | {times} | {memory / 1e6:.0f} | {per_job} |", flush=True)
    squares = [(jobs, seconds * jobs, again, memory) for jobs, seconds, again, memory in rows]
    if not list(faults(squares)):
        sys.exit("error: a time that grows with the square is not noticed")
    found = list(faults(rows))
    for fault in found:
        print(f"\nerror: {fault}")
    if found:
        sys.exit(1)
    print(f"\nTwice as many jobs take at most {MOST} times the processor's time and the memory. A time that grew with the square was noticed.")


os.environ.pop("PRECOMPILE_NO_CACHE")
named = os.environ.get("PRECOMPILE")
if not named:
    run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins")
with report("plan"):
    main(number_argument(200_000), named or str(TARGET / "release/precompile"))
