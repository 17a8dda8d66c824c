#!/usr/bin/env python3
"""table-of-checks.py: checks that docs/checks.md, the scripts, the reports and all that is written about them fit each
other. Each kind of fault must be found where it is planted."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import full_report
import table
from common import ROOT

# Folders whose scripts stand in a table themselves.
LISTED = ("scripts/check/", "scripts/measure/", "benches/programs/")
# Texts in which the bare name of a script is one of these scripts.
ABOUT_SCRIPTS = re.compile(r"scripts/.*|\.ci/.*|docs/.*|[^/]*\.md|reports/.*\.md")
PATH = re.compile(r"(?<![\w/*.-])(?:\.\./|\$\w+/)*((?:scripts|\.ci|reports)/[\w./-]*)")
BARE = re.compile(r"(?<![\w/*.$-])([a-z][a-z0-9-]*\.(?:sh|py))\b")


def texts():
    """The texts of the repository, by their paths."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    found = {}
    for name in filter(None, names):
        try:
            found[name] = (ROOT / name).read_text()
        except UnicodeDecodeError:
            found[name] = ""
        except FileNotFoundError:
            # It was deleted, and that isn't committed yet.
            continue
    return found


def is_script(path):
    """A file that is run or read by what is run, and stands beside scripts."""
    return path.startswith(("scripts/", ".ci/")) or (path.startswith("benches/") and path.endswith(".sh"))


def uses(text, path):
    """A script's text names this file, or imports it."""
    name = pathlib.PurePath(path)
    module = name.parent.name if name.stem == "__init__" else name.stem
    imported = name.suffix == ".py" and re.search(rf"^(from|import) .*\b{module}\b", text, re.MULTILINE)
    return bool(imported) or bool(re.search(rf"(?<![\w-]){re.escape(name.name)}\b", text))


def exists(files, path):
    """A file of the repository, or a folder."""
    return path in files or any(file.startswith(path.rstrip("/") + "/") for file in files)


def missing_scripts(files, steps):
    """Scripts that no row names, neither itself nor by what it uses."""
    commands = " ".join(step.command for step in steps) + " .ci/run .ci/full"
    scripts = [path for path in files if is_script(path)]
    reached = {path for path in scripts if re.search(rf"(?<!\S){re.escape(path)}(?!\S)", commands)}
    listed = reached.copy()
    pending = list(reached)
    while pending:
        text = files[pending.pop()]
        found = {path for path in scripts if path not in reached and uses(text, path)}
        reached |= found
        pending += found
    for path in scripts:
        folder, suffix = path.rpartition("/")[0] + "/", pathlib.PurePath(path).suffix
        if path not in reached:
            yield f"{path} is not in {table.DOCUMENT}, and nothing that is there uses it"
        elif folder in LISTED and suffix in (".sh", ".py") and path not in listed:
            yield f"{path} is not in {table.DOCUMENT}"


def wrong_rows(files, tables):
    """Rows that name what is missing, or name nothing else than another row does."""
    not_run = {row.name for row in full_report.rows(files[full_report.REPORT]).values() if row.result == full_report.NOT_RUN}
    for heading, steps in tables.items():
        names = [step.name for step in steps]
        yield from (f"two rows of `{heading}` are named {name}" for name in sorted(set(names)) if names.count(name) > 1)
        for step in steps:
            paths = re.findall(r"(?<!\S)((?:scripts|benches|tests|\.ci)/[\w./-]+)", step.command)
            yield from (f"{step.name}: there is no {path}" for path in paths if not exists(files, path))
            waits = heading == table.FULL and step.name in not_run
            if step.report and step.report not in files and not waits:
                yield f"{step.name}: there is no {step.report}"
            if step.command.startswith("scripts/measure/") and not step.report:
                yield f"{step.name} measures, and has no report"


def wrong_reports(files, tables):
    """Reports that no row makes, and rows of the full run that reports/full.md lacks or has otherwise."""
    known = {step.report for steps in tables.values() for step in steps} | {full_report.REPORT}
    for path in files:
        if path.startswith("reports/") and str(pathlib.PurePath(path).with_suffix(".md")) not in known:
            yield f"{path} is the report of no row of {table.DOCUMENT}"
    reported = [(row.name, row.command) for row in full_report.rows(files[full_report.REPORT]).values()]
    wanted = [(step.name, step.command) for step in tables[table.FULL]]
    for name, command in wanted:
        if (name, command) not in reported:
            yield f"{full_report.REPORT} has no row `{name}` of `{command}`: run `.ci/full {name}`"
    for name, command in reported:
        if (name, command) not in wanted:
            yield f"{full_report.REPORT} has the row `{name}` of `{command}`, which {table.DOCUMENT} hasn't"


def wrong_texts(files, steps):
    """Texts that name a script or a report that doesn't exist."""
    scripts = {pathlib.PurePath(path).name for path in files if path.endswith((".sh", ".py"))}
    # A step that was not run yet has none.
    reports = {step.report for step in steps}
    for file, text in files.items():
        for path in sorted({path.rstrip("./-") for path in PATH.findall(text)}):
            if path not in reports and not exists(files, path):
                yield f"{file} names {path}, which doesn't exist"
        if ABOUT_SCRIPTS.fullmatch(file):
            for name in sorted(set(BARE.findall(text)) - scripts):
                yield f"{file} names {name}, which doesn't exist"


def faults(files):
    """The faults of these texts."""
    tables = table.read(files[table.DOCUMENT])
    steps = [step for rows in tables.values() for step in rows]
    found = [*missing_scripts(files, steps), *wrong_rows(files, tables), *wrong_reports(files, tables)]
    return found + list(wrong_texts(files, steps))


def check_planted(files):
    """Each fault is found, in texts that have no other."""
    document, report = table.DOCUMENT, full_report.REPORT
    row = "| licences | `scripts/check/licences.sh` | | Planted. |\n"
    # Names that this text doesn't hold as a whole.
    gone, new_report = "gone" + ".sh", "reports/" + "new.md"
    planted = {
        f"check/{gone} is not in": {f"scripts/check/{gone}": ""},
        "nothing that is there uses it": {f"scripts/lib/{gone}": ""},
        "there is no scripts": {document: files[document] + row.replace("licences.sh", gone)},
        "there is no reports": {document: files[document] + row.replace("` | |", f"` | `{new_report}` |")},
        "two rows": {document: files[document] + row + row},
        "measures, and has no report": {document: files[document] + row.replace("check/licences.sh", "measure/strip.py")},
        "is the report of no row": {new_report: ""},
        "has no row": {report: files[report].replace("\n| licences ", "\n| ")},
        "has the row": {report: files[report].replace("\n| licences ", "\n| licenses ")},
        f"names scripts/{gone}": {"tests/new.rs": f"// `scripts/{gone}` is named."},
        f"names {gone}": {"docs/new.md": f"See `{gone}`."},
        f"names {new_report}": {"docs/new.md": f"[here](../{new_report})"},
    }
    for words, changes in planted.items():
        found = faults({**files, **changes})
        if not any(words in fault for fault in found):
            sys.exit(f"error: a planted fault was not found: {words}: {found}")
    return len(planted)


def main():
    files = texts()
    found = faults(files)
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    if found:
        sys.exit(1)
    print(f"ok: {table.DOCUMENT} names every script and report; {check_planted(files)} planted faults were found")


main()
