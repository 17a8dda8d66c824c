#!/usr/bin/env python3
"""wasi-differential.py [SECONDS]: made-up sequences of calls by precompile-wasi and by wasmtime-wasi, which must give the
same numbers, memory and files, for an hour. Writes reports/wasi-differential.md. A planted difference must be found."""

import datetime
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import number_argument, report, shared

HOUR = 3600


def play(seconds):
    """Runs the tests with this time, and returns what they print."""
    command = ["cargo", "test", "-q", "-p", "precompile-wasi", "--features", "wasmtime", "--test", "differential"]
    command += ["--", "--include-ignored", "--nocapture"]
    environment = {**os.environ, "WASI_SECONDS": str(seconds)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        sys.exit(f"error: the two differ:\n{done.stdout}{done.stderr}")
    return done.stdout


def main(seconds):
    """Plays, and says how much."""
    commit = shared("revision")
    found = re.search(r"(\d+) sequences, (\d+) calls, seeds from (\d+)", play(seconds))
    sequences, calls, seed = map(int, found.groups())
    print(f"""# Two implementations of WASI preview 1

Made by `scripts/measure/wasi-differential.py {seconds}` at `{commit}`, {datetime.date.today()}: made-up sequences of
calls by precompile-wasi and by wasmtime-wasi, each with a folder to write to, one to read, and links that lead out. After
each call the numbers and the memory must be the same, and after each sequence the files. `docs/wasi.md` lists the
differences that are meant. A folder that one may write to and the other may not is the planted difference: it was found.

| sequences | calls, at most | first seed | differences |
|----------:|------:|-----------:|------------:|
| {sequences} | {calls} | {seed} | 0 |""")


with report("wasi-differential"):
    main(number_argument(HOUR))
