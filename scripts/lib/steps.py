"""steps.py gate|full [NAME...]: runs a table of docs/checks.md, or these rows of it, in the table's order. `.ci/run` and
`.ci/full` call it, at the root of the checkout."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

import full_report
import table

START = time.monotonic()


def say(text):
    print(text, flush=True)


def seconds(since=START):
    return int(time.monotonic() - since)


def run(step, **options):
    """Runs a step's command, and returns its code."""
    return subprocess.run(["bash", "-euo", "pipefail", "-c", step.command], check=False, **options).returncode


def gate(steps, whole):
    """Runs the steps up to the first that fails."""
    for step in steps:
        say(f"\n== {step.command} ({seconds()} s)")
        if run(step) != 0:
            sys.exit(f"error: the step `{step.name}` failed")
    say(f"\n{'all of the gate' if whole else ', '.join(step.name for step in steps)} passed in {seconds()} s")


def full(steps, whole, every):
    """Runs all of the steps, keeps what they print, and writes the report."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for step in steps:
            start = time.monotonic()
            say(f"\n== {step.name}")
            log = pathlib.Path(folder, step.name)
            with log.open("wb") as printed:
                code = run(step, stdout=printed, stderr=subprocess.STDOUT)
            text = log.read_text(errors="replace")
            say(text.rstrip("\n"))
            results[step.name] = full_report.Result("passed" if code == 0 else "failed", seconds(start), text)
    full_report.write(every, results, whole)
    failed = [name for name, result in results.items() if result.result != "passed"]
    if failed:
        sys.exit(f"error: failed: {', '.join(failed)}")


def main(kind, names):
    tables = table.read(pathlib.Path(table.DOCUMENT).read_text())
    every = tables[{"gate": table.GATE, "full": table.FULL}[kind]]
    if unknown := [name for name in names if name not in {step.name for step in every}]:
        print(f"error: there is no step `{unknown[0]}`: see {table.DOCUMENT}", file=sys.stderr)
        sys.exit(2)
    steps = [step for step in every if not names or step.name in names]
    # A step in Python says what it does as it does it.
    os.environ["PYTHONUNBUFFERED"] = "1"
    if kind == "gate":
        gate(steps, not names)
    else:
        full(steps, not names, every)


main(sys.argv[1], sys.argv[2:])
