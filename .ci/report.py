"""report.py LOGS STEP...: writes reports/full.md: of these steps what LOGS says, of others what it said."""

import datetime
import pathlib
import re
import subprocess
import sys

SHOWN = (
    "demo aarch64 stock components refused pulley big kill shared-stores warm differential race load examples overhead"
).split()

logs, ran = pathlib.Path(sys.argv[1]), sys.argv[2:]
report = pathlib.Path("reports/full.md")
known = report.read_text() if report.exists() else ""
# What is shown may have headings of its own.
table, *sections = re.split(rf"\n## (?=(?:{'|'.join(SHOWN)})\n)", known)
rows = {row.split("|")[1].strip(): row for row in table.splitlines() if re.match(r"\| [a-z]", row)}
rows.pop("step", None)
texts = {name: text.strip("\n") for name, _, text in (section.partition("\n") for section in sections)}
revision = subprocess.run(["git", "describe", "--always", "--exclude=*"], capture_output=True, text=True, check=True).stdout.strip()
# The steps themselves may have written other reports.
if subprocess.run(["git", "diff", "--quiet", "HEAD", "--", ".", ":!reports"], check=False).returncode != 0:
    revision += "-dirty"
for name in ran:
    rows[name] = f"{(logs / f'{name}.row').read_text().strip()} {datetime.date.today()} | `{revision}` |"
    if name in SHOWN:
        lines = (logs / name).read_text(errors="replace").rstrip("\n").split("\n")[-25:]
        shown = re.sub(r"/tmp/tmp[^/]*/", "", "\n".join(lines))
        texts[name] = f"```\n{shown}\n```"

rustc = subprocess.run(["rustc", "-V"], capture_output=True, text=True, check=True).stdout.strip()
parts = [f"# The slow tests\n\nMade by `.ci/full` with {rustc}.\n"]
# A run of single steps leaves the others' rows as they were.
commits = {row.split("|")[6].strip() for row in rows.values()}
if len(commits) > 1:
    parts.append(f"The rows are of {len(commits)} commits: each says which one it is of.\n")
parts.append("| step | command | result | seconds | date | commit |\n|------|---------|--------|--------:|------|--------|")
parts.extend(rows.values())
parts.extend(f"\n## {name}\n\n{texts[name]}" for name in SHOWN if name in texts)
report.write_text("\n".join(parts) + "\n")
