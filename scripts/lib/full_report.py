"""reports/full.md: a row for each step of the full run, and the last lines of those that have no other report."""

import dataclasses
import datetime
import pathlib
import re
import subprocess

REPORT = "reports/full.md"
NOT_RUN = "not run"
HEAD = "| step | command | result | seconds | date | commit |\n|------|---------|--------|--------:|------|--------|"
LINES = 25


@dataclasses.dataclass(frozen=True)
class Result:
    """The result of a step that was run now."""

    result: str
    seconds: int
    printed: str


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the report."""

    name: str
    command: str
    result: str
    seconds: str = ""
    date: str = ""
    commit: str = ""

    def __str__(self):
        return f"| {self.name} | `{self.command}` | {self.result} | {self.seconds} | {self.date} | {self.commit} |"


def rows(text):
    """The rows of the report, by the names of their steps."""
    lines = text.split("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    found = [Row(name, command.strip("`"), *others) for name, command, *others in cells if command.startswith("`")]
    return {row.name: row for row in found}


def _printed(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def write(steps, results, whole):
    """Writes the report: of the steps that were run what came of them, and of the others what it said, unless the run
    was a whole one, or a step has another command now."""
    path = pathlib.Path(REPORT)
    known = path.read_text() if path.exists() and not whole else ""
    # What a step printed may have headings of its own.
    _, *sections = re.split(r"\n## (?=[a-z0-9-]+\n\n```\n)", known)
    kept, texts = rows(known), dict(section.split("\n", 1) for section in sections)
    revision = _printed("bash", "-c", "source scripts/lib/common.sh; revision")
    made, parts = [], []
    for step in steps:
        row = kept.get(step.name)
        if result := results.get(step.name):
            today = str(datetime.date.today())
            row = Row(step.name, step.command, result.result, str(result.seconds), today, f"`{revision}`")
            last = "\n".join(result.printed.rstrip("\n").split("\n")[-LINES:])
            texts[step.name] = f"```\n{re.sub(r'/tmp/tmp[^/]*/', '', last)}\n```"
        elif row is None or row.command != step.command:
            row = Row(step.name, step.command, NOT_RUN)
            texts.pop(step.name, None)
        made.append(row)
        if step.report == REPORT and step.name in texts:
            parts.append(f"## {step.name}\n\n{texts[step.name].strip()}\n")
    commits = {row.commit for row in made if row.commit}
    several = f"\nThe rows are of {len(commits)} commits: each says which one it is of.\n" if len(commits) > 1 else ""
    rustc = _printed("rustc", "-V")
    head = f"# The slow tests\n\nMade by `.ci/full` with {rustc}. `docs/checks.md` says what each step proves.\n{several}"
    path.write_text("\n".join([head, HEAD, *map(str, made), "", *parts]))
