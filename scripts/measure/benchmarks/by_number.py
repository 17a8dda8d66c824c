"""The growth of compile time with the number of modules."""

import shutil

from benchmarks.batch import ONE_BY_ONE, SERIAL, XARGS_SERIAL, one_by_one, whole, xargs
from benchmarks.growth import grown
from benchmarks.modules import many
from benchmarks.setup import WORK, sequence

NUMBERS = [1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096]


def section():
    """1 to 4,096 modules."""
    points, output = {}, WORK / "outs"
    for number in NUMBERS:
        folder = many(number, WORK / f"number-{number}")
        whole("winch", folder, output)
        ways = {
            "winch": lambda folder=folder: whole("winch", folder, output, "--no-cache"),
            "from the cache": lambda folder=folder: whole("winch", folder, output),
            ONE_BY_ONE: lambda folder=folder: one_by_one("winch", folder, WORK / "one"),
            XARGS_SERIAL: lambda folder=folder: xargs("winch", folder, WORK / "xargs", SERIAL),
        }
        for way, seconds in sequence(3, ways).items():
            points.setdefault(way, []).append((number, seconds))
        shutil.rmtree(folder)
    # The start of the command is most of what few modules take.
    head = ["modules", *map(str, NUMBERS), "exponent, from 64 on", "above upstream's"]
    return grown(head, points, 3, lambda found: found[3:], {"winch": XARGS_SERIAL, "from the cache": XARGS_SERIAL})
