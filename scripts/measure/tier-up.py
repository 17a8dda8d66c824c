#!/usr/bin/env python3
"""tier-up.py [SECONDS]: `precompile-run serve --tier-from` under the load of 8 connections, to a component that counts
primes. The server starts with Winch's code, and after so many seconds Cranelift's is compiled into the cache. Requests a
second before and after, and the time from the artifact's appearance to the first request that it answers. No request may
fail, and the gain must be there. Code of another component, planted as the faster one, must be refused and change nothing.
Installs Debian's `wrk`. Writes reports/tier-up.md."""

import bisect
import concurrent.futures
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, number_argument, report, run, shared
from http_load import GUEST, install_wrk, load, serving

PRECOMPILE, RUNNER = TARGET / "debug/precompile", TARGET / "tests/run-full"
PATH = "/primes"
CONNECTIONS = 8
ROUNDS = 3
# The time that compiling may take under the load, and what is left of each side where nothing is counted, in seconds.
COMPILING, MARGIN = 20, 1
# The least gain, as a ratio of requests a second.
GAIN = 1.2
TAKEN, REFUSED = "has a new version, by cranelift", "it was compiled from another WebAssembly binary"


class Work:
    """A folder with a component, its first artifact, and a cache."""

    def __init__(self, folder):
        self.folder, self.cache = folder, folder / "cache"
        self.compile("winch", GUEST)

    def compile(self, backend, module):
        """Compiles into the cache, as users do."""
        options = ["-q", "--backend", backend, "-W", "epoch-interruption", "--cache-dir", self.cache]
        environment = os.environ | {"PRECOMPILE_NO_CACHE": "0"}
        artifact = self.folder / f"{module.stem}.{backend}.cwasm"
        run(PRECOMPILE, *options, module, "-o", artifact, env=environment)

    def lists(self):
        """The lists of the artifacts of each module, the last changed one last."""
        found = [path for path in self.cache.glob("v1/groups/*/*") if path.is_file()]
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def appear(self):
        """Has Cranelift's artifact appear. Returns the time at which it has."""
        self.compile("cranelift", GUEST)
        return self.lists()[-1].stat().st_mtime

    def plant(self):
        """Has another component's artifact appear as one of this component's."""
        other = self.folder / "other.wasm"
        other.write_bytes(GUEST.read_bytes().replace(b"version:AAAAAAAA", b"version:XXXXXXXX"))
        [own] = self.lists()
        self.compile("cranelift", other)
        with own.open("a") as text:
            text.write(self.lists()[-1].read_text())
        return own.stat().st_mtime


class Sentences:
    """The sentences of a server, with the time of each."""

    def __init__(self, stderr):
        self.said = []
        threading.Thread(target=self.listen, args=(stderr,), daemon=True).start()

    def listen(self, stderr):
        """Reads until the server ends."""
        for line in stderr:
            self.said.append((time.time(), line.strip()))

    def wait_for(self, *words):
        """The first sentence with some of these words, and its time."""
        end = time.time() + COMPILING
        while time.time() < end:
            for at, text in list(self.said):
                if any(word in text for word in words):
                    return at, text
            time.sleep(0.001)
        sys.exit(f"error: the server says neither of {words}: {self.said}")


def requests(log):
    """The times at which requests came, in order, and the number of those that failed. At its end the load leaves before
    the answers to its last requests, which is no failure."""
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    own = [(came(entry), entry["status"]) for entry in entries if entry["path"] == PATH]
    times = sorted(time for time, _ in own)
    is_cut = [status == 499 and time > times[-1] - MARGIN for time, status in own]
    failed = sum(status != 200 and not cut for (_, status), cut in zip(own, is_cut))
    return times, failed + max(sum(is_cut) - CONNECTIONS, 0)


def came(entry):
    """The time at which a request came, in seconds since 1970."""
    return datetime.datetime.fromisoformat(entry["time"]).timestamp()


def rate(times, start, end):
    """Requests a second, of those that came in between."""
    return (bisect.bisect(times, end) - bisect.bisect(times, start)) / (end - start)


def play(work, appear, duration):
    """Serves under load. Returns the sentence by which the change ended, and the figures."""
    log = work.folder / "log"
    options = ["--addr", "ADDRESS", "--timeout", "60s", "--access-log", log, "--tier-from", work.cache]
    command = [RUNNER, "serve", *options, work.folder / "http-p2.winch.cwasm"]
    with serving(command, subprocess.PIPE) as (process, port, _), concurrent.futures.ThreadPoolExecutor() as pool:
        sentences = Sentences(process.stderr)
        # It fails where a request does.
        loading = pool.submit(load, port, PATH, CONNECTIONS, 2 * duration + COMPILING)
        start = time.time()
        time.sleep(duration)
        middle = time.time()
        appeared = appear()
        changed, text = sentences.wait_for(TAKEN, REFUSED)
        loading.result()
    times, failed = requests(log)
    after = changed + MARGIN
    before = rate(times, start + MARGIN, middle)
    # A time in the log is cut to milliseconds.
    first = times[bisect.bisect_left(times, changed)]
    return text, {
        "before": before,
        "after": rate(times, after, after + duration - MARGIN),
        "requests": len(times),
        "failed": failed,
        "delay": first - appeared,
    }


def faults(text, figures):
    """The goals that a round misses."""
    ratio = figures["after"] / figures["before"]
    missed = [] if TAKEN in text else [f"nothing took over: {text}"]
    missed += [f"only {ratio:.2f} of the requests a second"] if ratio < GAIN else []
    missed += [f"{figures['failed']} requests failed"] if figures["failed"] else []
    return missed


def planted(duration):
    """Another component's artifact must be refused, change nothing, and be found by the goals."""
    with tempfile.TemporaryDirectory() as folder:
        work = Work(pathlib.Path(folder))
        text, figures = play(work, work.plant, duration)
    found = faults(text, figures)
    if REFUSED not in text or len(found) != 2 or figures["failed"]:
        sys.exit(f"error: a planted artifact of another component isn't refused: {text} {figures} {found}")
    return figures


def main(duration):
    """Plays the rounds, and prints the report."""
    print(f"""# Faster code while a server serves

Made by `scripts/measure/tier-up.py {duration}` at `{shared("revision")}`: `precompile-run serve --tier-from` answers {CONNECTIONS} connections,
each request in a new instance that counts the primes below 100,000. It starts with Winch's code; after {duration} s
`precompile` compiles the component by Cranelift into the cache, on the same {os.cpu_count()} processors.

| round | requests a second by Winch | by Cranelift | ratio | requests | failed | from the appearance to the first request (ms) |
|-------|---------------------------:|-------------:|------:|---------:|-------:|----------------------------------------------:|""")
    missed, rounds = [], []
    for number in range(1, ROUNDS + 1):
        with tempfile.TemporaryDirectory() as folder:
            work = Work(pathlib.Path(folder))
            text, figures = play(work, work.appear, duration)
        missed += faults(text, figures)
        rounds.append(figures)
        ratio = figures["after"] / figures["before"]
        cells = [number, f"{figures['before']:,.0f}", f"{figures['after']:,.0f}", f"{ratio:.2f}"]
        cells += [f"{figures['requests']:,}", figures["failed"], f"{figures['delay'] * 1e3:.0f}"]
        print("| " + " | ".join(map(str, cells)) + " |")
    gain = statistics.median(figures["after"] / figures["before"] for figures in rounds)
    delay = statistics.median(figures["delay"] for figures in rounds)
    wrong = planted(duration)
    print(f"""
The median gain is {gain:.2f}, and {delay * 1e3:.0f} ms pass from the artifact's appearance to the first request that it answers. The
server looks ten times a second. The goals: no failed request, and a gain of at least {GAIN}.

An artifact of another component, planted in the list of this one's, was refused under the same load: {wrong["before"]:,.0f} requests
a second before and {wrong["after"]:,.0f} after, none failed.""")
    return missed


install_wrk()
# The commands as the tests have them: the runner in the profile in which it ships.
run("cargo", "test", "-q", "--no-run", "--test", "serve")
run("cargo", "test", "-q", "--test", "serve", "components_answer")
with report("tier-up"):
    FAULTS = main(number_argument(10))
for fault in FAULTS:
    print(f"error: {fault}", file=sys.stderr)
sys.exit(1 if FAULTS else 0)
