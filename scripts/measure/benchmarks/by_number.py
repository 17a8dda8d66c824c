"""The growth of compile time with the number of modules."""

import os
import pathlib
import shutil
import tempfile
import time
from unittest.mock import patch

from benchmarks.batch import SERIAL, XARGS_SERIAL, whole, xargs
from benchmarks.growth import grown
from benchmarks.modules import many
from benchmarks.setup import SETTLED_S, WORK
from timing import in_turns

# A disk that writes what was written before, or discards what was removed, takes its time from some points and not from
# others: by far more than the bound.
IN_MEMORY = pathlib.Path("/dev/shm")
NEEDED_BYTES = 4 << 30
NUMBERS = [1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096]


def rounds(number):
    """The times that these modules are compiled: in what takes less time, the same noise is a larger part."""
    return max(11, min(25, 4096 // number))


def section():
    """1 to 4,096 modules."""
    has_room = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > NEEDED_BYTES
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if has_room else WORK) as folder:
        work = pathlib.Path(folder)
        with patch.dict(os.environ, PRECOMPILE_CACHE_DIR=str(work / "cache")):
            points = measured(work)
    where = "The files are in memory." if has_room else f"The files are on a disk: `{IN_MEMORY}` has no {NEEDED_BYTES >> 30} GB."
    # The start of the command is most of what few modules take.
    head = ["modules", *map(str, NUMBERS), "exponent, from 64 on", "above upstream's"]
    upstream = {"winch": XARGS_SERIAL, "from the cache": XARGS_SERIAL}
    return f"{where} {grown(head, points, 3, lambda found: found[3:], upstream)}"


def measured(work):
    """The seconds of each way and round, by the number of modules."""
    points, output = {}, work / "outs"
    for number in NUMBERS:
        folder = many(number, work / f"number-{number}")
        time.sleep(SETTLED_S)
        whole("winch", folder, output)
        ways = {
            "winch": lambda folder=folder: whole("winch", folder, output, "--no-cache"),
            "from the cache": lambda folder=folder: whole("winch", folder, output),
            XARGS_SERIAL: lambda folder=folder: xargs("winch", folder, work / "xargs", SERIAL),
        }
        for way, seconds in in_turns(rounds(number), ways).items():
            points.setdefault(way, []).append((number, seconds))
        shutil.rmtree(folder)
    return points
