"""Modules of a wanted number or size."""

from benchmarks.setup import PROGRAMS, WORK
from timing import wall


def many(count, folder, programs=PROGRAMS):
    """So many modules that differ, made of these."""
    folder.mkdir()
    for number in range(count):
        # A section that nothing reads keeps them apart.
        name = f"n{number:05}".encode()
        section = bytes([0, len(name) + 1, len(name)]) + name
        (folder / f"{number:05}.wasm").write_bytes(programs[number % len(programs)].read_bytes() + section)
    return folder


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
