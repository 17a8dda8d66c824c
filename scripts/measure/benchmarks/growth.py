"""The growth of compile time: measurements, a table, and the bounds."""

from benchmarks.exponent import exponent
from benchmarks.setup import at_most, table

EXPLAINED = """Exponents of power laws, by least squares of the logarithms, with 95 % intervals. How far one is above upstream's is
the exponent of their ratio, size by size: what bends both curves alike doesn't count. Its interval is to end at 0.03 at most.

"""


def grown(head, points, decimals, used, upstream):
    """A table with a row for each way: its times, its exponent over the points used, and how far that is above
    upstream's."""
    slopes = {way: exponent(used(found)) for way, found in points.items()}
    rows = []
    for way, found in points.items():
        slope, error = slopes[way]
        above = ""
        if way in upstream:
            pairs = zip(used(found), used(points[upstream[way]]))
            ratios = [(size, seconds / others) for (size, seconds), (_, others) in pairs]
            above = at_most(f"the exponent of {way}, above upstream's,", exponent(ratios), 0.03)
        times = [f"{seconds:.{decimals}f}" for _, seconds in found]
        rows.append([f"{way} (s)", *times, f"{slope:.3f} ± {error:.3f}", above])
    return EXPLAINED + table(head, rows)
