#!/usr/bin/env python3
"""shards.py: 1,000 modules in 16 parts, by 16 processes at once. No job may be done twice and none be left, and the
slowest part may take 1.1 of the mean by the estimates. A part is killed and started again, and another is lost and found
by a run of all. The same check must notice parts that disagree on their number."""

import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, shared
from modules import module

MODULES, TWINS, PARTS, WORST = 1000, 20, 16, 1.1
TARGETS = "x86_64,aarch64"


def write_modules(folder):
    """Modules whose sizes are spread as those of real ones, and twins of some, which make the same artifacts."""
    spread = random.Random(1)
    for number in range(MODULES - TWINS):
        length = int(min(spread.lognormvariate(8, 1.5), 200_000))
        (folder / f"m{number:04}.wasm").write_bytes(module(number, length))
    for number in range(TWINS):
        (folder / f"twin{number:02}.wasm").write_bytes((folder / f"m{number * 37:04}.wasm").read_bytes())


class Farm:
    """Processes that share the modules and a cache, as machines share a store."""

    def __init__(self, precompile, work, modules, name):
        self.precompile, self.modules = precompile, modules
        self.out, self.cache = work / f"out-{name}", work / f"cache-{name}"

    def command(self, *options):
        folders = ["--out-dir", str(self.out), "--cache-dir", str(self.cache)]
        fixed = ["-j1", "--backend", "winch", "--target", TARGETS, "--message-format", "json"]
        return [str(self.precompile), *fixed, *folders, *options, str(self.modules)]

    def start(self, *options, **variables):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.out), **variables}
        return subprocess.Popen(
            self.command(*options), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )

    def run(self, *options):
        return messages(self.start(*options))


def messages(process):
    """The messages of a process, which must succeed."""
    text, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"error: a part ended with {process.returncode}: {text[-500:]}")
    return [json.loads(line) for line in text.splitlines()]


def compiled(reports):
    return [message for report in reports for message in report if message["reason"] == "compiled"]


def faults(reports):
    """The faults in the reports of all parts together."""
    outputs = collections.Counter(message["output"] for message in compiled(reports))
    jobs = MODULES * len(TARGETS.split(","))
    twice = [output for output, count in outputs.items() if count > 1]
    if twice:
        yield f"{len(twice)} jobs were done twice, as {twice[0]}"
    if len(outputs) < jobs:
        yield f"{jobs - len(outputs)} jobs of {jobs} were left"
    misses = sum(message["cache"] == "miss" for message in compiled(reports))
    different = (MODULES - TWINS) * len(TARGETS.split(","))
    if misses != different:
        yield f"{misses} artifacts were compiled, and {different} are different"


def estimates(farm):
    """The estimated seconds of each part, by its plan."""
    plans = [farm.run("--plan", "--no-cache", f"--shard={part}/{PARTS}")[-2] for part in range(1, PARTS + 1)]
    return [plan["estimated_cpu_ns"] / 1e9 for plan in plans]


def main(work, precompile):
    modules = work / "modules"
    modules.mkdir()
    write_modules(modules)

    times = estimates(Farm(precompile, work, modules, "plan"))
    mean = sum(times) / PARTS
    if max(times) > mean * WORST:
        sys.exit(f"error: the slowest part takes {max(times) / mean:.3f} of the mean: {times}")

    farm = Farm(precompile, work, modules, "whole")
    started = [farm.start("--shard=auto", JOB_COMPLETION_INDEX=str(n), PRECOMPILE_SHARDS=str(PARTS)) for n in range(PARTS)]
    found = list(faults([messages(process) for process in started]))
    if found:
        sys.exit(f"error: {'; '.join(found)}")
    again = farm.run("--plan")[-2]
    if again["missing"] or again["in_place"] + again["cached"] != MODULES * len(TARGETS.split(",")):
        sys.exit(f"error: all is done, and the plan says {again}")

    # One part is killed in the middle and started again, another never runs; a run of all does what is left.
    farm = Farm(precompile, work, modules, "killed")
    killed, lost = 3, 7
    reports = [farm.run(f"--shard={part}/{PARTS}") for part in range(1, PARTS + 1) if part not in (killed, lost)]
    process = farm.start(f"--shard={killed}/{PARTS}")
    first = [json.loads(process.stdout.readline()) for _ in range(5)]
    process.kill()
    rest, _ = process.communicate()
    done = len(first) + rest.count("\n")
    resumed = farm.run(f"--shard={killed}/{PARTS}")
    misses = [message["output"] for message in compiled([resumed]) if message["cache"] == "miss"]
    told = {message["output"] for message in first}
    if told & set(misses):
        sys.exit(f"error: {len(told & set(misses))} jobs that the killed part had done were compiled again")
    left = compiled([farm.run()])
    count = sum(message["cache"] == "miss" for message in left)
    outputs = {message["output"] for message in compiled([*reports, resumed])}
    new = {message["output"] for message in left if message["cache"] == "miss"}
    if not new or new & outputs or len(left) != MODULES * len(TARGETS.split(",")):
        sys.exit(f"error: the run of all compiled {count} artifacts, of which the parts had made {len(new & outputs)}")

    # Parts that disagree: one believes that there are fewer.
    farm = Farm(precompile, work, modules, "planted")
    disagree = [farm.run(f"--shard={part}/{PARTS if part != 5 else PARTS - 1}") for part in range(1, PARTS + 1)]
    planted = list(faults(disagree))
    if not planted:
        sys.exit("error: parts that disagree on their number are not noticed")
    print(f"ok: {MODULES} modules for {TARGETS} in {PARTS} parts: each job once, the slowest part {max(times) / mean:.3f} of the mean")
    print(f"ok: of a part that was killed after {done} artifacts, {len(misses)} were compiled when it was started again")
    print(f"ok: {count} artifacts of a part that was lost were compiled by the next run of all")
    print(f"ok: parts that disagree are noticed: {'; '.join(planted)}")


start = time.monotonic()
os.environ.pop("PRECOMPILE_NO_CACHE")
named = os.environ.get("PRECOMPILE")
if not named:
    shared("build_precompile")
with tempfile.TemporaryDirectory() as folder:
    main(pathlib.Path(folder), pathlib.Path(named) if named else TARGET / "debug/precompile")
print(f"in {time.monotonic() - start:.0f} s")
