"""How compiling grows with the size of a module, and with the number of modules."""

import shutil

from benchmarks.batch import ONE_BY_ONE, SERIAL, XARGS_SERIAL, one_by_one, whole, xargs
from benchmarks.exponent import exponent
from benchmarks.modules import functions, many
from benchmarks.setup import WORK, anew, at_most, compilers, sequence, table

NUMBERS = [1, 4, 16, 64, 256, 1024, 4096]


def grown(points, decimals, used, upstream):
    """A row for each way: its times, its exponent over the points used, and how far that is above upstream's."""
    slopes = {way: exponent(used(found)) for way, found in points.items()}
    rows = []
    for way, found in points.items():
        slope, error = slopes[way]
        above = ""
        if way in upstream:
            above = at_most(f"the exponent of {way}, above upstream's,", slope - slopes[upstream[way]][0], 0.03)
        times = [f"{seconds:.{decimals}f}" for _, seconds in found]
        rows.append([f"{way} (s)", *times, f"{slope:.3f} ± {error:.3f}", above])
    return rows


def by_size():
    """1 to 64 MB by the number of functions."""
    points = {}
    for doubling in range(7):
        module = functions(1_630 << doubling)
        ways = {name: way for name, way in compilers(module, WORK / "grown").items() if not name.startswith("wasmer")}
        for way, seconds in sequence(3, anew(ways, WORK / "grown")).items():
            points.setdefault(way, []).append((module.stat().st_size, seconds))
        module.unlink()
    head = ["module (MB)", *(f"{size / 1e6:.1f}" for size, _ in points["winch"]), "exponent", "above upstream's"]
    upstream = {backend: f"wasmtime, {backend}" for backend in ("winch", "cranelift")}
    return table(head, grown(points, 2, lambda found: found, upstream))


def by_number():
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
    rows = grown(points, 3, lambda found: found[3:], {"winch": XARGS_SERIAL, "from the cache": XARGS_SERIAL})
    return table(["modules", *map(str, NUMBERS), "exponent, from 64 on", "above upstream's"], rows)


def section():
    """Both, with exponents by least squares of the logarithms and their 95 % intervals."""
    text = "Exponents of power laws, by least squares of the logarithms, with 95 % intervals; at most 0.03 above upstream's.\n\n"
    return text + by_size() + "\n\n" + by_number()
