"""The growth of compile time: measurements, a table, and the bounds."""

import statistics

from benchmarks.exponent import exponent
from benchmarks.setup import at_most, interval, table

EXPLAINED = """Exponents of power laws, by least squares of the logarithms, with 95 % intervals. How far one is above upstream's is
the exponent of their ratio, size by size: what bends both curves alike doesn't count. Its interval is to end at 0.03 at most.

"""


def grown(head, points, decimals, used, upstream, compared):
    """A table with a row for each way: its times, its exponent over the points used, and how far that is above
    upstream's. A point is a size and the seconds of each round, in which the ways took turns. The ratios to upstream's are
    `compared` by one of the functions below."""
    middle = {way: [(size, statistics.median(rounds)) for size, rounds in found] for way, found in points.items()}
    rows = []
    for way, found in points.items():
        slope, error = exponent(used(middle[way]))
        above = ""
        if way in upstream:
            pairs = zip(used(found), used(points[upstream[way]]))
            ratios = [(size, [a / b for a, b in zip(rounds, others)]) for (size, rounds), (_, others) in pairs]
            above = at_most(f"the exponent of {way}, above upstream's,", compared(ratios), 0.03)
        times = [f"{seconds:.{decimals}f}" for _, seconds in middle[way]]
        rows.append([f"{way} (s)", *times, f"{slope:.3f} ± {error:.3f}", above])
    return EXPLAINED + table(head, rows)


def by_size(ratios):
    """The exponent of the ratios, with its interval by how far the sizes are off it. Where the sizes are measured one after
    the other, a time in which the machine is slow is that of one size."""
    return exponent([(size, statistics.median(rounds)) for size, rounds in ratios])


def by_round(ratios):
    """The mean of the exponents of the rounds, with its interval by how far they differ. Each round measures every size, so
    that a time in which the machine is slow is that of all sizes."""
    rounds = zip(*(found for _, found in ratios))
    return interval([exponent([(size, ratio) for (size, _), ratio in zip(ratios, found)])[0] for found in rounds])
