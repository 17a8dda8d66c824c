"""How compiling grows with the size of a module, and with the number of modules."""

import shutil

from benchmarks.batch import many, one_by_one, whole, xargs
from benchmarks.exponent import exponent
from benchmarks.setup import WORK, commands, compilers, sequence, table
from timing import wall

NUMBERS = [1, 4, 16, 64, 256, 1024, 4096]


def functions(count):
    """A module with so many functions that differ."""
    path = WORK / f"functions-{count}.wat"
    body = "(local i32) " + " ".join(
        f"(local.set 1 (i32.add (i32.mul (local.get 0) (i32.const {at + 3})) (local.get 1)))" for at in range(60)
    )
    with path.open("w") as file:
        file.write("(module\n")
        for number in range(count):
            file.write(f"(func (param i32) (result i32) {body} (i32.add (local.get 1) (i32.const {number})))\n")
        file.write(")\n")
    wasm = path.with_suffix(".wasm")
    wall(["wat2wasm", path, "-o", wasm])
    path.unlink()
    return wasm


def row(way, points, decimals, used):
    """The times of one way, and the exponent of those used."""
    slope, error = exponent(used)
    return [f"{way} (s)", *(f"{seconds:.{decimals}f}" for _, seconds in points), f"{slope:.3f} ± {error:.3f}"]


def by_size():
    """1 to 64 MB by the number of functions."""
    points = {}
    for doubling in range(7):
        module = functions(2_300 << doubling)
        ways = {name: way for name, way in compilers(module, WORK / "grown").items() if not name.startswith("wasmer")}
        for way, seconds in sequence(3, commands(ways)).items():
            points.setdefault(way, []).append((module.stat().st_size, seconds))
        module.unlink()
    head = ["module (MB)", *(f"{size / 1e6:.1f}" for size, _ in points["winch"]), "exponent"]
    return table(head, [row(way, found, 2, found) for way, found in points.items()])


def by_number():
    """1 to 4,096 modules."""
    points, output = {}, WORK / "outs"
    for number in NUMBERS:
        folder = many(number, WORK / f"number-{number}")
        whole("winch", folder, output)
        ways = {
            "winch": lambda folder=folder: whole("winch", folder, output, "--no-cache"),
            "from the cache": lambda folder=folder: whole("winch", folder, output),
            "wasmtime, winch, one after the other": lambda folder=folder: one_by_one("winch", folder, WORK / "one"),
            "xargs wasmtime, winch": lambda folder=folder: xargs("winch", folder, WORK / "xargs"),
        }
        for way, seconds in sequence(5 if number < 1000 else 3, ways).items():
            points.setdefault(way, []).append((number, seconds))
        shutil.rmtree(folder)
    # The start of the command is most of what few modules take.
    rows = [row(way, found, 3, found[3:]) for way, found in points.items()]
    return table(["modules", *map(str, NUMBERS), "exponent, from 64 on"], rows)


def section():
    """Both, with exponents by least squares of the logarithms and their 95 % intervals."""
    text = "Exponents of power laws, by least squares of the logarithms, with 95 % intervals.\n\n"
    return text + by_size() + "\n\n" + by_number()
