"""Opening an artifact in a process that has an engine."""

import json
import statistics

from benchmarks.setup import LOAD, MODULES, at_most, interval, precompiled, table
from timing import timed

HEAD = ["artifact", "MB", "`Module::deserialize_file` (µs)", "unverified, of it", "and BLAKE3 (µs)", "verified, of both"]
# A multiple of what each way is opened before it begins anew.
ROUNDS = 1002
# Where a process has its memory moves such ratios by some percent, and stays the same for all its rounds.
PROCESSES = 9


def opened(artifact):
    """Microseconds that two ways to open it take with Wasmtime alone, and what ours take of them."""
    found = {"stock": [], "unverified": [], "both": [], "verified": []}
    for _ in range(PROCESSES):
        took = json.loads(timed([LOAD, artifact, str(ROUNDS)])[1])
        stock, both = took["wasmtime_ns"], took["wasmtime_ns"] + took["digest_ns"]
        found["stock"].append(stock / 1e3)
        found["unverified"].append(took["unverified_ns"] / stock)
        found["both"].append(both / 1e3)
        found["verified"].append(took["verified_ns"] / both)
    times = {name: statistics.median(found[name]) for name in ("stock", "both")}
    return times | {name: interval(found[name]) for name in ("unverified", "verified")}


def section():
    """Two modules by two backends."""
    rows = []
    for name in ("resvg", "ruby"):
        for backend in ("winch", "cranelift"):
            artifact = precompiled(MODULES[name], backend)
            found, what = opened(artifact), f"opening {name}, {backend}"
            unverified = at_most(f"{what}, unverified", found["unverified"], 1.05)
            verified = at_most(f"{what}, verified", found["verified"], 1.2)
            megabytes = f"{artifact.stat().st_size / 1e6:.1f}"
            rows.append([f"{name}, {backend}", megabytes, f"{found['stock']:.0f}", unverified, f"{found['both']:.0f}", verified])
    text = f"In one process, in turns, medians of {ROUNDS} each, of {PROCESSES} such processes: of times the medians, of ratios the\n"
    text += "means, with 95 % intervals, which are to end at 1.05 and 1.2 at most.\n\n"
    return text + table(HEAD, rows)
