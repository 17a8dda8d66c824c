#!/usr/bin/env python3
"""killed-processes.py [SECONDS]: many processes share one cache while some are killed at random. All that they deliver
must be whole, nothing may block, and nothing may be left behind. The same checks must find the fault of a build whose
store renames before it writes."""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, number_argument, shared

# Left alone, a process ends within this time, in seconds.
BLOCKED = 60
PROCESSES = 64
MODULES = 100


def text(number):
    """A module that takes some milliseconds to compile, another for each number."""
    functions = "".join(
        f"(func (export \"f{n}\") (param i32) (result i32) (local i32)"
        + f"(local.set 1 (i32.add (local.get 0) (i32.const {number * 1000 + n})))" * 12
        + "(local.get 1))"
        for n in range(40)
    )
    return f"(module {functions})"


class Harness:
    """One cache, its modules, and what they become."""

    def __init__(self, precompile, reference):
        self.precompile, self.work = precompile, tempfile.mkdtemp()
        self.cache = os.path.join(self.work, "cache")
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.work, "PRECOMPILE_CACHE_DIR": self.cache}
        self.inputs = os.path.join(self.work, "in")
        os.mkdir(self.inputs)
        for number in range(MODULES):
            with open(os.path.join(self.inputs, f"m{number:03}.wat"), "w") as file:
                file.write(text(number))
        whole = os.path.join(self.work, "whole")
        command = [reference, "-q", "--no-cache", "--backend", "winch", "--out-dir", whole, self.inputs]
        subprocess.run(command, env=self.environment, check=True)
        self.whole = {name: read(os.path.join(whole, name)) for name in os.listdir(whole)}
        self.faults, self.longest_prune = [], 0
        self.counts = {"started": 0, "killed": 0, "checked": 0, "hit": 0, "miss": 0, "pruned": 0}

    def start(self, names, out):
        """A process that compiles some modules."""
        inputs = [os.path.join(self.inputs, name) for name in names]
        command = [self.precompile, "--backend", "winch", "--message-format", "json", "--out-dir", out, *inputs]
        self.counts["started"] += 1
        # Not pipes: nobody reads them while it runs.
        report = open(out + ".json", "w+")  # noqa: SIM115 -- `check` closes it.
        errors = open(out + ".errors", "w+")  # noqa: SIM115 -- `check` closes it.
        process = subprocess.Popen(command, env=self.environment, stdout=report, stderr=errors)
        return process, out, report, errors

    def check(self, started, killed):
        """The artifact and the words of a process that ended."""
        process, out, report, errors = started
        report.seek(0)
        errors.seek(0)
        # That others are waited for is no fault.
        said = "".join(line for line in errors if not line.startswith("waiting for "))
        if said:
            self.faults.append(f"it said: {said.strip()[:200]}")
        if not killed and process.returncode != 0:
            self.faults.append(f"it ended with {process.returncode}: {said.strip()[:200]}")
        for line in report.read().splitlines():
            try:
                message = json.loads(line)
            except ValueError:
                # Cut off by the kill.
                continue
            if message["reason"] == "compiled":
                self.counts[message["cache"]] += 1
        for name in os.listdir(out) if os.path.isdir(out) else []:
            if name.endswith(".cwasm"):
                self.counts["checked"] += 1
                if read(os.path.join(out, name)) != self.whole[name]:
                    self.faults.append(f"{name} is not whole")
        for file in (report, errors):
            file.close()
            os.remove(file.name)
        shutil.rmtree(out, ignore_errors=True)

    def one_key(self, processes):
        """Many processes at once for one key that nobody has: how many compile."""
        shutil.rmtree(self.cache, ignore_errors=True)
        before = dict(self.counts)
        started = [self.start(["m000.wat"], os.path.join(self.work, f"out-{n}")) for n in range(processes)]
        for process in started:
            process[0].wait(BLOCKED)
            self.check(process, False)
        return {what: self.counts[what] - before[what] for what in ("miss", "hit")}

    def storm(self, seconds):
        """Processes start, and are killed or not, while others prune."""
        end, running, number = time.monotonic() + seconds, [], 0
        pruner = threading.Thread(target=self.prune_until, args=(end,))
        pruner.start()
        while time.monotonic() < end or running:
            while time.monotonic() < end and len(running) < PROCESSES:
                names = [f"m{n:03}.wat" for n in random.sample(range(MODULES), random.randint(1, 12))]
                number += 1
                started = self.start(names, os.path.join(self.work, f"storm-{number}"))
                if random.random() < 0.5:
                    threading.Timer(random.uniform(0, 0.5), started[0].kill).start()
                running.append((started, time.monotonic()))
            left = []
            for started, since in running:
                process = started[0]
                if process.poll() is not None:
                    killed = process.returncode == -signal.SIGKILL
                    self.counts["killed"] += killed
                    self.check(started, killed)
                elif time.monotonic() - since > BLOCKED:
                    self.faults.append(f"a process was blocked for {BLOCKED} s")
                    process.kill()
                    process.wait()
                    self.check(started, True)
                else:
                    left.append((started, since))
            running = left
            time.sleep(0.005)
        pruner.join()

    def prune_until(self, end):
        """Often, so that there is always something to compile."""
        while time.monotonic() < end:
            prune = [self.precompile, "cache", "prune", "--cache-max-size", random.choice(["0", "500KiB", "2MiB"])]
            start = time.monotonic()
            process = subprocess.Popen(prune, env=self.environment, stdout=subprocess.DEVNULL)
            if random.random() < 0.3:
                threading.Timer(random.uniform(0, 0.1), process.kill).start()
            try:
                if process.wait(BLOCKED) not in (0, -signal.SIGKILL):
                    self.faults.append(f"pruning ended with {process.returncode}")
            except subprocess.TimeoutExpired:
                self.faults.append(f"pruning was blocked for {BLOCKED} s")
                process.kill()
            self.longest_prune = max(self.longest_prune, time.monotonic() - start)
            self.counts["pruned"] += 1
            time.sleep(random.uniform(0, 0.3))

    def aftermath(self):
        """The files that are left when all have ended."""
        verify = [self.precompile, "cache", "verify", "--message-format", "json"]
        verified = subprocess.run(verify, env=self.environment, capture_output=True, text=True, check=False)
        damaged = json.loads(verified.stdout.splitlines()[0])["damaged"]
        self.faults += [f"damaged in the store: {os.path.basename(path)}" for path in damaged]
        subprocess.run([self.precompile, "cache", "prune"], env=self.environment, check=True, capture_output=True)
        for folder in ("temp", "filling"):
            left = os.listdir(os.path.join(self.cache, "v1", folder))
            self.faults += [f"left in {folder}: {name}" for name in left]
        for folder, _, names in os.walk(os.path.join(self.cache, "v1", "entries")):
            for name in names:
                if name.endswith(".blob") and name[:-4] + "json" not in names:
                    self.faults.append(f"a blob without a record: {name}")

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main(seconds, precompile, faulty):
    seed = int.from_bytes(os.urandom(4), "little")
    random.seed(seed)
    harness = Harness(precompile, precompile)
    for _ in range(5):
        came = harness.one_key(32)
        if came != {"miss": 1, "hit": 31}:
            harness.faults.append(f"32 processes, one key: {came}")
    print("32 processes, one cold key, 5 times: one compiles, 31 find it")
    harness.storm(seconds)
    harness.aftermath()
    counts = harness.counts
    print(f"{counts['started']} processes in {seconds} s, up to {PROCESSES} at once over {MODULES} keys, seed {seed}:")
    print(f"{counts['killed']} killed, {counts['pruned']} prunes, {harness.longest_prune:.1f} s the longest, {counts['hit']} hits, {counts['miss']} misses,")
    print(f"{counts['checked']} artifacts checked, {len(harness.faults)} faults")
    for fault in harness.faults[:20]:
        print(f"error: {fault}")
    harness.close()

    planted = Harness(faulty, precompile)
    planted.storm(max(10, seconds // 6))
    planted.aftermath()
    print(f"a store that renames before it writes: {len(planted.faults)} faults found, such as")
    for fault in planted.faults[:2]:
        print(f"  {fault}")
    planted.close()
    if not planted.faults:
        print("error: the planted fault was not found")
    sys.exit(1 if harness.faults or not planted.faults else 0)


# In their environment, which the harness makes, the cache is in use.
with tempfile.TemporaryDirectory() as folder:
    shared("build_variant", "planted-fault", f"{folder}/faulty")
    shutil.copy(TARGET / "debug/precompile", folder)
    main(number_argument(120), f"{folder}/precompile", f"{folder}/faulty")
