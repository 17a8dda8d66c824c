"""The growth of time with size: exponents of power laws, with their intervals."""

import math
import statistics

# Student's t at 97.5 %, by degrees of freedom.
T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26, 10: 2.23, 11: 2.20, 12: 2.18, 13: 2.16, 14: 2.14}
T |= {20: 2.09, 24: 2.06, 26: 2.06}


def exponent(points):
    """The exponent of the power law through (size, time), and how far 95 of 100 such would be off, by least
    squares of the logarithms."""
    xs, ys = ([math.log(point[at]) for point in points] for at in (0, 1))
    x_mean, y_mean = statistics.mean(xs), statistics.mean(ys)
    squares = sum((x - x_mean) ** 2 for x in xs)
    slope = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / squares
    residuals = [y - y_mean - slope * (x - x_mean) for x, y in zip(xs, ys)]
    freedom = len(points) - 2
    if freedom < 1:
        return slope, math.inf
    error = math.sqrt(sum(r * r for r in residuals) / freedom / squares)
    return slope, T.get(freedom, 1.96) * error
