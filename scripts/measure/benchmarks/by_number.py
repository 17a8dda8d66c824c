"""The growth of compile time with the number of modules."""

import os
import pathlib
import shutil
import tempfile
import time
from unittest.mock import patch

from benchmarks.batch import SERIAL, XARGS_SERIAL, whole, xargs
from benchmarks.growth import by_round, grown
from benchmarks.modules import many
from benchmarks.setup import SETTLED_S, WORK
from timing import sequence

# A disk that writes what was written before, or discards what was removed, takes its time from some points and not from
# others: by far more than the bound.
IN_MEMORY = pathlib.Path("/dev/shm")
NEEDED_BYTES = 4 << 30
NUMBERS = [1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096]
# Each measures all numbers: the machine has minutes in which it takes a third longer.
ROUNDS = 11


def times(number):
    """The times that these modules are compiled in a round: in what takes less time, the same noise is a larger part."""
    return max(1, min(8, 512 // number))


def section():
    """1 to 4,096 modules."""
    has_room = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > NEEDED_BYTES
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if has_room else WORK) as folder:
        work = pathlib.Path(folder)
        with patch.dict(os.environ, PRECOMPILE_CACHE_DIR=str(work / "cache")):
            points = measured(work)
    where = "The files are in memory." if has_room else f"The files are on a disk: `{IN_MEMORY}` has no {NEEDED_BYTES >> 30} GB."
    where += f" Each of {ROUNDS} rounds measures all numbers, and has an exponent of its own: the interval is that of their mean."
    # The start of the command is most of what few modules take.
    head = ["modules", *map(str, NUMBERS), "exponent, from 64 on", "above upstream's"]
    upstream = {"winch": XARGS_SERIAL, "from the cache": XARGS_SERIAL}
    return f"{where} {grown(head, points, 3, lambda found: found[3:], upstream, by_round)}"


def measured(work):
    """The seconds of each way, by the number of modules and the round."""
    output, folders = work / "outs", {number: many(number, work / f"number-{number}") for number in NUMBERS}
    time.sleep(SETTLED_S)
    for folder in folders.values():
        whole("winch", folder, output)
    found = {}
    for turn in range(ROUNDS):
        for number, folder in folders.items():
            ways = {
                "winch": lambda folder=folder: whole("winch", folder, output, "--no-cache"),
                "from the cache": lambda folder=folder: whole("winch", folder, output),
                XARGS_SERIAL: lambda folder=folder: xargs("winch", folder, work / "xargs", SERIAL),
            }
            # What is measured once has its turn in both orders, too.
            ordered = dict(reversed(ways.items())) if turn % 2 else ways
            for way, seconds in sequence(times(number), ordered).items():
                found.setdefault(way, {}).setdefault(number, []).append(seconds)
    return {way: list(numbers.items()) for way, numbers in found.items()}
