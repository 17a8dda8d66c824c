"""The growth of compile time with the number of modules."""

import shutil
import time

from benchmarks.batch import SERIAL, XARGS_SERIAL, whole, xargs
from benchmarks.growth import grown
from benchmarks.modules import many
from benchmarks.setup import SETTLED_S, WORK, sequence

NUMBERS = [1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096]


def rounds(number):
    """The times that these modules are compiled: in what takes less time, the same noise is a larger part."""
    return max(7, min(25, 4096 // number))


def section():
    """1 to 4,096 modules."""
    points, output = {}, WORK / "outs"
    for number in NUMBERS:
        folder = many(number, WORK / f"number-{number}")
        time.sleep(SETTLED_S)
        whole("winch", folder, output)
        ways = {
            "winch": lambda folder=folder: whole("winch", folder, output, "--no-cache"),
            "from the cache": lambda folder=folder: whole("winch", folder, output),
            XARGS_SERIAL: lambda folder=folder: xargs("winch", folder, WORK / "xargs", SERIAL),
        }
        for way, seconds in sequence(rounds(number), ways).items():
            points.setdefault(way, []).append((number, seconds))
        shutil.rmtree(folder)
    # The start of the command is most of what few modules take.
    head = ["modules", *map(str, NUMBERS), "exponent, from 64 on", "above upstream's"]
    return grown(head, points, 3, lambda found: found[3:], {"winch": XARGS_SERIAL, "from the cache": XARGS_SERIAL})
