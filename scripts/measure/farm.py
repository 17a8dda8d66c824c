#!/usr/bin/env python3
"""farm.py [ACTIONS]: so many actions on a simulated farm of 1, 8, 64 and 256 workers, which wait instead of compiling, and
answer with what was compiled before: the efficiency, and the processor time and memory of the client. Fewer workers than
the farm has must be noticed. Writes reports/farm.md."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, measured, number_argument, report, run, shared
from modules import write_modules

# The workers, and the milliseconds of an action.
RUNS = ((1, 5), (8, 20), (64, 20), (256, 20), (64, 500), (256, 500))
LENGTH = 300
# The part of the actions that may be executed again.
MOST_AGAIN = 1.01
PRECOMPILE = TARGET / "quick/precompile"


class Farm:
    """A farm in a process of its own."""

    def __init__(self):
        command = [TARGET / "quick/reapi-server", "workers=4"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()

    def tell(self, line):
        """Has the farm do something, and returns its answer."""
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def executed(self):
        """The number of actions so far."""
        return json.loads(self.tell("counts"))["executed"]

    def seconds(self):
        """The processor time of the farm so far, in seconds."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        """Ends the farm."""
        self.process.stdin.close()
        self.process.wait()


def measure(farm, work, modules, jobs):
    """One run of all actions: seconds, those of the processor, bytes, those of the farm's processor."""
    executed, before = farm.executed(), farm.seconds()
    command = [PRECOMPILE, "-q", "--no-cache", "--backend", "winch", "--remote-exec", f"grpc://{farm.address}"]
    command += ["--remote-jobs", str(jobs), "--out-dir", work / "out", modules]
    environment = {"PATH": os.environ["PATH"], "HOME": str(work)}
    wall, cpu, peak = measured([*map(str, command)], environment)
    return wall, cpu, peak, farm.seconds() - before, farm.executed() - executed


def main(count, work):
    """Records what the actions make, and measures."""
    modules, farm = work / "modules", Farm()
    write_modules(modules, count, LENGTH)
    try:
        _, _, _, _, executed = measure(farm, work, modules, 16)
        # A program that was just written may be busy, and then its action is executed again.
        if executed < count:
            sys.exit(f"error: {executed} actions were executed, of {count}")
        print(f"""# A build farm

Made by `scripts/measure/farm.py {count}` at `{shared("revision")}`: {count:,} actions on a simulated farm, whose workers wait for a
fixed time and then answer with the artifact that was compiled before. The client uploads each module, follows each
action, and reads, checks and writes each artifact, of about 14 KB, without a cache. Client and farm share {os.cpu_count()} processors.
The efficiency is the time that the workers need at least, of the time that it took.

| workers | an action (ms) | again | at least (s) | took (s) | efficiency | client's processor (s) | a job (ms) | client's memory (MB) | farm's processor (s) |
|--------:|---------------:|------:|-------------:|---------:|-----------:|-----------------------:|-----------:|---------------------:|---------------------:|""")
        for workers, delay in RUNS:
            for line in ("forget-results", f"simulate {delay}", f"workers {workers}"):
                farm.tell(line)
            wall, cpu, peak, theirs, executed = measure(farm, work, modules, max(16, min(2 * workers, 512)))
            least = count * delay / 1000 / workers
            if not count <= executed <= count * MOST_AGAIN:
                sys.exit(f"error: {executed} actions were executed, of {count}")
            cells = [f"{workers}", f"{delay}", f"{executed - count}", f"{least:.1f}", f"{wall:.1f}", f"{least / wall:.2f}", f"{cpu:.1f}"]
            cells += [f"{cpu / count * 1000:.2f}", f"{peak / 1e6:.0f}", f"{theirs:.1f}"]
            print("| " + " | ".join(cells) + " |")
        few = 64
        farm.tell("forget-results")
        farm.tell(f"workers {few // 4}")
        farm.tell("simulate 20")
        wall, *_ = measure(farm, work, modules, 2 * few)
        if count * 0.02 / few / wall > 0.5:
            sys.exit("error: a farm of a quarter of the workers isn't noticed")
        print("""
What bounds it: with few workers, they do. With many, and actions as short as 20 ms, the processors of this machine do,
which client and farm share; an action of half a second keeps 256 workers as busy as the table says. A farm with a quarter
of the workers that it was said to have was noticed.

Beside it: a plan of 1.2 million jobs ([plan.md](plan.md)), and the questions to a far store
([existence.md](existence.md)). `scripts/check/remote-exec.py` has a real server, and `scripts/check/shards.py` parts.""")
    finally:
        farm.close()


build = ["cargo", "build", "-q", "--profile", "quick"]
run(*build, "-p", "precompile", "--bin", "precompile", "--features", "remote-exec")
run(*build, "-p", "reapi-server")
with tempfile.TemporaryDirectory() as folder, report("farm"):
    main(number_argument(10_000), pathlib.Path(folder))
