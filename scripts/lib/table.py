"""The tables of docs/checks.md: what `.ci/run` and `.ci/full` run, and what is left to be run by hand."""

import dataclasses
import re

DOCUMENT = "docs/checks.md"
GATE, FULL, BY_HAND = "The gate", "The full run", "By hand"


@dataclasses.dataclass(frozen=True)
class Step:
    """A row of a table."""

    name: str
    command: str
    report: str
    proves: str


def read(text):
    """The steps of each section, by its heading."""
    tables = {}
    for heading, section in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL):
        lines = [line for line in section.splitlines() if line.startswith("|")]
        tables[heading] = [_step(line) for line in lines[2:]]
    return tables


def _step(line):
    """A row: its name, its command, its report, which may be missing, and what it proves."""
    row = re.fullmatch(r"\| ([a-z0-9-]+) \| `([^`|]+)` \| (?:`([^`|]+)` )?\| ([^|]+) \|", line)
    if not row:
        raise ValueError(f"{DOCUMENT}: no row of a name, a command, a report and what it proves: {line}")
    name, command, report, proves = row.groups(default="")
    return Step(name, command, report, proves)
