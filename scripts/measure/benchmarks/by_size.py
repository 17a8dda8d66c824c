"""The growth of compile time with the size of a module."""

from benchmarks.growth import by_size, grown
from benchmarks.modules import functions
from benchmarks.setup import WORK, anew, compilers
from timing import in_turns

# Winch takes a fifth of the time, in which the same noise is a larger part, and so is measured more often.
ROUNDS = {"winch": 21, "cranelift": 3}


def section():
    """1 to 64 MB by the number of functions."""
    points = {}
    for doubling in range(7):
        module = functions(1_630 << doubling)
        for backend, rounds in ROUNDS.items():
            all_ways = compilers(module, WORK / "grown")
            ways = {name: all_ways[name] for name in (backend, f"wasmtime, {backend}")}
            for way, seconds in in_turns(rounds, anew(ways, WORK / "grown")).items():
                points.setdefault(way, []).append((module.stat().st_size, seconds))
        module.unlink()
    head = ["module (MB)", *(f"{size / 1e6:.1f}" for size, _ in points["winch"]), "exponent", "above upstream's"]
    return grown(head, points, 2, lambda found: found, {backend: f"wasmtime, {backend}" for backend in ROUNDS}, by_size)
