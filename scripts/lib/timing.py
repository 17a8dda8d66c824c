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


def messages(command, **options):
    """The JSON objects that a command prints, which must succeed."""
    output = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, **options)
    if output.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))}: {output.stderr.decode(errors='replace')}")
    return [json.loads(line) for line in output.stdout.splitlines()]
