"""Opening an artifact in a process that has an engine."""

import json
import statistics

from benchmarks.setup import at_most, interval, precompiled, table
from benchmarks.tools import LOAD, MODULES
from timing import timed

HEAD = [
    "artifact",
    "MB",
    "`Module::deserialize` and BLAKE3 (µs)",
    "opened, of both",
    "`Module::deserialize_file` (µs)",
    "mapped unverified, of it",
    "and BLAKE3 (µs)",
    "mapped, of both",
]
# Rounds of a module: multiples of what each way is opened before it begins anew, and fewer of the larger file, of which
# a round takes ten times as long.
ROUNDS = {"resvg": 336, "ruby": 36}
# Where a process has its memory moves such ratios by some percent, and stays the same for all its rounds: so these are
# many, and the rounds of each are few.
PROCESSES = 27


def opened(artifact, rounds):
    """Microseconds that the ways to open it take with Wasmtime alone, and what ours take of them."""
    found = {"copy": [], "opened": [], "file": [], "unverified": [], "both": [], "mapped": []}
    for _ in range(PROCESSES):
        took = json.loads(timed([LOAD, artifact, str(rounds)])[1])
        copy, file = took["deserialize_ns"] + took["digest_ns"], took["deserialize_file_ns"]
        both = file + took["mapped_digest_ns"]
        found["copy"].append(copy / 1e3)
        found["opened"].append(took["copied_ns"] / copy)
        found["file"].append(file / 1e3)
        found["unverified"].append(took["mapped_unverified_ns"] / file)
        found["both"].append(both / 1e3)
        found["mapped"].append(took["mapped_ns"] / both)
    times = {name: statistics.median(found[name]) for name in ("copy", "file", "both")}
    return times | {name: interval(found[name]) for name in ("opened", "unverified", "mapped")}


def section():
    """Two modules by two backends."""
    rows = []
    for name, rounds in ROUNDS.items():
        for backend in ("winch", "cranelift"):
            artifact = precompiled(MODULES[name], backend)
            found, what = opened(artifact, rounds), f"opening {name}, {backend}"
            row = [f"{name}, {backend}", f"{artifact.stat().st_size / 1e6:.1f}"]
            row += [f"{found['copy']:.0f}", at_most(what, found["opened"], 1.15)]
            row += [f"{found['file']:.0f}", at_most(f"{what}, mapped unverified", found["unverified"], 1.05)]
            row += [f"{found['both']:.0f}", at_most(f"{what}, mapped", found["mapped"], 1.2)]
            rows.append(row)
    text = "A copy of the file that nobody can change, beside the copy that Wasmtime makes of bytes in memory; and the file mapped.\n"
    each = " and ".join(f"{rounds} ({name})" for name, rounds in ROUNDS.items())
    text += f"In one process, in turns, medians of {each} each, of {PROCESSES} such processes: of times the medians,\n"
    text += "of ratios the means, with 95 % intervals, which are to end at 1.15, 1.05 and 1.2 at most.\n\n"
    return text + table(HEAD, rows)
