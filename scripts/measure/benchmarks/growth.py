"""The growth of compile time: measurements, a table, and the bounds."""

import statistics

from benchmarks.exponent import exponent
from benchmarks.setup import at_most, table

EXPLAINED = """Exponents of power laws, by least squares of the logarithms, with 95 % intervals. How far one is above upstream's is
the exponent of their ratio, size by size: what bends both curves alike doesn't count. A ratio is the median of those of
each round, so that a time in which the machine is slow counts in both. The interval is to end at 0.03 at most.

"""


def grown(head, points, decimals, used, upstream):
    """A table with a row for each way: its times, its exponent over the points used, and how far that is above
    upstream's. A point is a size and the seconds of each round, in which the ways took turns."""
    middle = {way: [(size, statistics.median(rounds)) for size, rounds in found] for way, found in points.items()}
    rows = []
    for way, found in points.items():
        slope, error = exponent(used(middle[way]))
        above = ""
        if way in upstream:
            pairs = zip(used(found), used(points[upstream[way]]))
            ratios = [(size, ratio(rounds, others)) for (size, rounds), (_, others) in pairs]
            above = at_most(f"the exponent of {way}, above upstream's,", exponent(ratios), 0.03)
        times = [f"{seconds:.{decimals}f}" for _, seconds in middle[way]]
        rows.append([f"{way} (s)", *times, f"{slope:.3f} ± {error:.3f}", above])
    return EXPLAINED + table(head, rows)


def ratio(rounds, others):
    """The median of the ratios, round by round."""
    return statistics.median(ours / theirs for ours, theirs in zip(rounds, others))
