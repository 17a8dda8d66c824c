"""Commands, each timed from its start to its end."""

import json
import statistics
import subprocess
import sys
import time


def timed(command, stdout=subprocess.PIPE, **options):
    """The time of a command that must succeed, in seconds, and what it prints."""
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, check=False, **options)
    elapsed = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))}: {done.stderr.decode(errors='replace')}")
    return elapsed, done.stdout


def wall(command, **options):
    """The time of a command that must succeed, in seconds; what it prints is thrown away."""
    return timed(command, stdout=subprocess.DEVNULL, **options)[0]


def median_wall(command, times, **options):
    """The median of so many times."""
    return statistics.median(wall(command, **options) for _ in range(times))


def medians(times):
    """The medians of what some ways took."""
    return {name: statistics.median(found) for name, found in times.items()}


def sequence(rounds, ways):
    """The medians of what these functions take, called in turns."""
    return medians(in_turns(rounds, ways))


def in_turns(rounds, ways):
    """The times of these functions, called in turns. One that returns a number has measured itself."""
    times = {name: [] for name in ways}
    names = list(ways)
    for turn in range(rounds):
        for name in names if turn % 2 else names[::-1]:
            start = time.perf_counter()
            measured = ways[name]()
            times[name].append(time.perf_counter() - start if measured is None else measured)
    return times


def messages(command, **options):
    """The JSON objects that a command prints, which must succeed."""
    output = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, **options)
    if output.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))}: {output.stderr.decode(errors='replace')}")
    return [json.loads(line) for line in output.stdout.splitlines()]
