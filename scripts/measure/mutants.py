#!/usr/bin/env python3
"""mutants.py [artifact] [cache]: changes these crates in one place after the other, and sees which changes their own
tests notice. Writes reports/mutants.md. Too few that are noticed are a failure, and so is a survivor without a reason in
scripts/measure/mutants.txt, or a reason without a survivor. Changes of a function whose tests are left out must be found
the same way. Installs cargo-mutants for the user, where it isn't there.

With --judge COMMIT it tests nothing, and judges the folders that earlier runs of that commit left, whose names begin with
the crate's. Of a mutant that is in several folders the last one counts, so that survivors alone can be tested again."""

import argparse
import collections
import datetime
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import ROOT, TARGET, run, shared

# The part of a crate's mutants that its own tests have to notice, in percent.
GOALS = {"artifact": 92, "cache": 88}
REASONS = ROOT / "scripts/measure/mutants.txt"
REPORT = ROOT / "reports/mutants.md"
VERSION = "27.1.0"
# The mutants that are tested at a time. The tests sleep more than they work.
JOBS = 4
# With the shared store fewer: each builds what it needs from nothing first, which takes minutes.
SHARED_JOBS = 3
# What came of each is kept, to be looked at.
WORK = TARGET / "mutants/outcomes"
HEAD = "| crate | mutants | noticed | of these by taking too long | survived | not built | score | goal | seconds | date | commit |"


def stable(name):
    """A mutant's name without the place in the file, which moves."""
    return re.sub(r"^([^:]+):\d+:\d+: ", r"\1: ", name)


def read_reasons(text):
    """The number of times that each mutant is expected to survive, and the reason. The text has names, and below them,
    indented, the reason for all."""
    reasons, names = {}, []
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0].isspace():
            for name in names:
                reasons[name][1].append(line.strip())
            continue
        if not names or reasons[names[-1]][1]:
            names = []
        name, count = re.fullmatch(r"(.*?)(?: \((\d+) times\))?", line).groups()
        assert name not in reasons, f"{name} stands there twice"
        reasons[name] = (int(count or 1), [])
        names.append(name)
    for name, (_, reason) in reasons.items():
        assert reason, f"{name} has no reason"
    return {name: (count, " ".join(reason)) for name, (count, reason) in reasons.items()}


def last(outcomes):
    """The last outcome of each mutant."""
    return {outcome["scenario"]["Mutant"]["name"]: outcome for outcome in outcomes if outcome["scenario"] != "Baseline"}


def judge(crate, outcomes, reasons):
    """The number of mutants of each kind, the survivors, and the faults."""
    tested = list(last(outcomes).values())
    counts = collections.Counter(outcome["summary"] for outcome in tested)
    missed = (outcome for outcome in tested if outcome["summary"] == "MissedMutant")
    survivors = collections.Counter(stable(outcome["scenario"]["Mutant"]["name"]) for outcome in missed)
    expected = {name: count for name, (count, _) in reasons.items() if name.startswith(f"{crate}/")}
    faults = []
    for name in sorted(survivors.keys() | expected.keys()):
        found, excused = survivors[name], expected.get(name, 0)
        if excused == 0:
            faults.append(f"survived, and has no reason: {name}")
        elif found == 0:
            faults.append(f"has a reason, and doesn't survive: {name}")
        elif found != excused:
            faults.append(f"survived {found} times, and has a reason for {excused}: {name}")
    noticed = counts["CaughtMutant"] + counts["Timeout"]
    score = 100 * noticed / max(noticed + counts["MissedMutant"], 1)
    if score < GOALS[crate]:
        faults.append(f"the tests of {crate} notice {score:.1f} %, which is less than {GOALS[crate]} %")
    for kind in counts.keys() - {"CaughtMutant", "Timeout", "MissedMutant", "Unviable"}:
        faults.append(f"{counts[kind]} mutants came to nothing: {kind}")
    return counts, score, survivors, faults


def check_judge():
    """Each fault is found where it is planted, and none where there is none."""

    lines = itertools.count(1)

    def outcome(summary, name):
        return {"scenario": {"Mutant": {"name": f"cache/src/a.rs:{next(lines)}:9: {name}"}}, "summary": summary}

    whole = [outcome("CaughtMutant", f"caught {at}") for at in range(40)] + [outcome("Unviable", "unviable")]
    whole += [outcome("MissedMutant", "same"), outcome("MissedMutant", "same"), outcome("MissedMutant", "other")]
    text = "# A comment.\n\ncache/src/a.rs: same (2 times)\ncache/src/a.rs: other\n    Because\n    of it.\n"
    text += "artifact/src/b.rs: another crate's\n    So.\n"

    def faults(outcomes, text):
        return judge("cache", outcomes, read_reasons(text))[3]

    assert read_reasons(text)["cache/src/a.rs: same"] == (2, "Because of it.")
    assert faults(whole, text) == []
    assert faults([*whole, outcome("MissedMutant", "new")], text) == ["survived, and has no reason: cache/src/a.rs: new"]
    assert faults(whole[:-1], text) == ["has a reason, and doesn't survive: cache/src/a.rs: other"]
    found = faults([*whole[:-3], *whole[-2:]], text)
    assert found == ["survived 1 times, and has a reason for 2: cache/src/a.rs: same"], found
    assert "which is less than 88 %" in faults(whole[30:], text)[0]
    again = {"scenario": whole[-1]["scenario"], "summary": "CaughtMutant"}
    assert faults([*whole, again], text) == ["has a reason, and doesn't survive: cache/src/a.rs: other"]
    assert faults([*whole, outcome("Failure", "new")], text) == ["1 mutants came to nothing: Failure"]


def write(report, crate, row, again, survivors, reasons, version):
    """Puts what was found of a crate in the place of what the report said of it."""
    known = report.read_text() if report.exists() else ""
    rows = {line.split("|")[1].strip(): line for line in known.splitlines() if re.match(rf"\| ({'|'.join(GOALS)}) ", line)}
    rows[crate] = row
    parts = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", known, re.MULTILINE | re.DOTALL))
    table = [f"{again} were tested again when tests had been added.\n"] if again else []
    table += ["| mutant that survives | reason |", "|----------------------|--------|"]
    for name, count in sorted(survivors.items()):
        times = f", {count} times" if count > 1 else ""
        shown = name.replace("|", "\\|")
        table.append(f"| `{shown}`{times} | {reasons.get(name, (0, 'none'))[1]} |")
    parts[crate] = "\n" + "\n".join(table) + "\n"
    missing = [f"`{name}/`" for name in GOALS if name not in rows]
    runs = f"A run of {' and of '.join(missing)} is not in this report: nothing here tells whether its goal is reached."
    runs = runs if missing else "Each crate that has a goal is in this report."
    text = f"""# Mutants that the tests of a crate notice

Made by `scripts/measure/mutants.py` with {version}, which changes a crate in one place after the other. Only the crate's own
tests are run. The score is the noticed ones of all that could be built; survivors count, whether or not they have
a reason.

{runs}

{HEAD}
|{'---|' * (HEAD.count("|") - 1)}
"""
    text += "\n".join(rows[name] for name in GOALS if name in rows) + "\n\n"
    text += "\n".join(f"## {name}\n{parts[name].rstrip()}\n" for name in GOALS if name in parts)
    report.write_text(text)


def mutants(name, crate, *options, jobs=JOBS):
    """Tests a crate's mutants, and leaves what came of each in the folder NAME. Survivors are judged elsewhere."""
    command = ["cargo", "mutants", "-o", WORK / name, "-p", f"precompile-{crate}", "--test-package", f"precompile-{crate}"]
    command += ["--gitignore", "true", f"-j{jobs}", "--minimum-test-timeout", "60", "--no-shuffle", "--colors", "never"]
    # The tests end with the first that fails, which only a nightly's test harness does, or one that takes itself for
    # such.
    command += [*options, "--", "-Z", "unstable-options", "--fail-fast"]
    code = subprocess.run([*map(str, command)], check=False).returncode
    # Some were missed, or took too long.
    if code not in (0, 2, 3):
        sys.exit(f"error: cargo-mutants ended with {code}")


def test(crate):
    """Tests all mutants of a crate."""
    if crate == "artifact":
        # The configuration is built with wasmtime alone.
        mutants("artifact", crate, "--exclude=artifact/src/config.rs", "--", "--lib", "--tests")
    else:
        # The shared store takes long to build, so that only what concerns it is tested with it.
        shared = ["cache/src/remote.rs", "cache/src/remote/**", "cache/src/cache.rs", "cache/src/object.rs", "cache/src/record.rs"]
        others = [f"--exclude={file}" for file in (*shared, "cache/src/planted_fault.rs")]
        mutants("cache", crate, *others, "--", "--lib", "--tests")
        files = [f"--file={file}" for file in shared]
        mutants("cache-shared", crate, *files, "--features", "remote", "--", "--lib", "--tests", jobs=SHARED_JOBS)


def judge_folders(crate, folders, commit=None):
    """Judges what cargo-mutants has left in folders, of one crate, and returns what is wrong. Writes the crate's part of
    the report, if a commit is given."""
    found = [json.loads((folder / "mutants.out/outcomes.json").read_text()) for folder in folders]
    if not all(part["end_time"] for part in found):
        sys.exit("error: it was ended before all mutants were tested")
    outcomes = [outcome for part in found for outcome in part["outcomes"]]
    reasons = read_reasons(REASONS.read_text())
    counts, score, survivors, faults = judge(crate, outcomes, reasons)
    noticed = counts["CaughtMutant"] + counts["Timeout"]
    print(
        f"{crate}: {score:.1f} % are noticed, {noticed} of {noticed + counts['MissedMutant']} mutants, "
        f"{counts['Timeout']} of them by taking too long; {counts['Unviable']} can't be built"
    )
    if commit:
        at = datetime.datetime.fromisoformat
        taken = sum((at(part["end_time"]) - at(part["start_time"])).total_seconds() for part in found)
        cells = [crate, sum(counts.values()), noticed, counts["Timeout"], counts["MissedMutant"], counts["Unviable"]]
        cells += [f"{score:.1f} %", f"{GOALS[crate]} %", int(taken), datetime.date.today(), f"`{commit}`"]
        row = "| " + " | ".join(map(str, cells)) + " |"
        version = f"cargo-mutants {found[0]['cargo_mutants_version']}"
        again = sum(outcome["scenario"] != "Baseline" for outcome in outcomes) - sum(counts.values())
        write(REPORT, crate, row, again, survivors, reasons, version)
    return faults


def prepare():
    """Installs cargo-mutants, and has it build and test as is best for mutants."""
    installed = subprocess.run(["cargo", "mutants", "--version"], capture_output=True, text=True, check=False).stdout
    if installed.strip() != f"cargo-mutants {VERSION}":
        run("cargo", "install", "-q", "--locked", "cargo-mutants", "--version", VERSION)
    WORK.mkdir(parents=True, exist_ok=True)
    # Each copy of the sources has a target folder of its own.
    os.environ.pop("CARGO_TARGET_DIR", None)
    os.environ |= {"RUST_TEST_THREADS": "64", "RUSTC_BOOTSTRAP": "1", "RUST_BACKTRACE": "0"}


def check_planted():
    """The mutants of a function whose tests are left out must be found."""
    mutants("planted", "artifact", "-f", "artifact/src/const_manifest.rs", "-F", "replace same -> bool", "--", "--lib")
    survivor = "survived, and has no reason: artifact/src/const_manifest.rs: replace same -> bool with true"
    faults = judge_folders("artifact", [WORK / "planted"])
    if survivor not in faults:
        sys.exit(f"error: a function without its tests is not found: {faults}")
    print("a function without its tests is found")


def main():
    """Tests, judges and says what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("crates", nargs="*")
    parser.add_argument("--judge", metavar="COMMIT", help="judge what earlier runs of this commit left")
    arguments = parser.parse_args()
    crates = arguments.crates or list(GOALS)
    if unknown := set(crates) - GOALS.keys():
        parser.error(f"there are no mutants of {', '.join(sorted(unknown))}")
    check_judge()
    # Of the beginning: a run takes long.
    commit = arguments.judge or shared("revision")
    if not arguments.judge:
        prepare()
        check_planted()
    wrong = []
    for crate in crates:
        if not arguments.judge:
            test(crate)
        faults = judge_folders(crate, sorted(WORK.glob(f"{crate}*")), commit)
        for fault in faults:
            print(f"error: {fault}", file=sys.stderr)
        wrong += faults
    sys.exit(1 if wrong else 0)


main()
