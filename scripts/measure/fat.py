#!/usr/bin/env python3
"""fat.py: what a fat artifact costs and gains: its size with data segments stored once, the time to open it beside that of
its slice alone, and the run time of the slice for common processors beside that for all. Writes reports/fat.md. Fails where
opening costs more than is allowed. Installs Debian's clang for programs with SIMD, and npm's binaryen, which translates
CPython's exceptions."""

import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import CACHE, ROOT, TARGET, corpus, report, run, shared
from timing import timed

# Modules whose sizes are looked at, by one backend and by both where Winch compiles them; and those that are opened, with
# the rounds in each process.
SIZED = {"resvg": ("cranelift", "cranelift,winch"), "pyodide": ("cranelift",), "ruby": ("cranelift",)}
OPENED = {"tests/guests/primes.wasm": 1002, "resvg": 102, "ruby": 22}
BINARYEN = "132.0.0"
PROCESSES = 7
# The most that opening may take beside the slice alone: of its time, and in microseconds.
RATIO, MORE_US = 1.05, 20
TARGETS = "x86_64,aarch64,pulley64"
# The rounds in which the slices take turns, and the calls in each.
ROUNDS, CALLS = 5, 3
LEVEL = "x86-64-v3"


def module(name):
    """The path of a module."""
    if "/" in name:
        return ROOT / name
    path = corpus(name)[0]
    return translated(path) if name == "pyodide" else path


def translated(path):
    """CPython with the standard's exceptions, in place of those from before."""
    output = path.with_suffix(".exnref.wasm")
    if not output.exists():
        folder = CACHE / f"binaryen-{BINARYEN}"
        tool = folder / "node_modules/binaryen/bin/wasm-opt"
        if not tool.exists():
            run("npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", folder, f"binaryen@{BINARYEN}")
        part = output.with_suffix(".part")
        run("node", tool, "-all", "--disable-compact-imports", "--translate-to-exnref", "-g", path, "-o", part)
        part.rename(output)
    return output


def sizes(precompile, work):
    """Prints what sharing saves."""
    print(f"""## Size

Slices for `--target {TARGETS}`, each level: five by Cranelift, and with `--backend cranelift,winch` nine. *Apart* stores
the data segments with each slice (`precompile fat --no-share`). Pyodide is CPython, whose exceptions binaryen {BINARYEN} translated.

| module | slices | largest slice (MB) | all slices (MB) | apart (MB) | shared (MB) | saved |
|--------|-------:|-------------------:|----------------:|-----------:|------------:|------:|""")
    for name, ways in SIZED.items():
        for backends in ways:
            fat, apart, slices = work / "fat.cwasm", work / "apart.cwasm", work / "slices"
            run(precompile, "-q", "--fat", "--target", TARGETS, "--backend", backends, module(name), "-o", fat)
            run("rm", "-rf", slices)
            run(precompile, "fat", "--split", fat, "--out-dir", slices, stderr=subprocess.DEVNULL)
            parts = sorted(slices.iterdir())
            run(precompile, "fat", "--no-share", *parts, "-o", apart, stderr=subprocess.DEVNULL)
            of = [part.stat().st_size / 1e6 for part in parts]
            shared_mb, apart_mb = fat.stat().st_size / 1e6, apart.stat().st_size / 1e6
            cells = [name, len(of), f"{max(of):.2f}", f"{sum(of):.2f}", f"{apart_mb:.2f}", f"{shared_mb:.2f}"]
            print("| " + " | ".join(map(str, [*cells, f"{1 - shared_mb / apart_mb:.0%}"])) + " |")


def opening(precompile, load, work):
    """Prints the times to open, and returns those that are too long."""
    print(f"""
## Opening

A slice alone, and the fat artifact with it, opened in turns in one process by `Runtime::open_file`; medians of {PROCESSES}
processes. The head is read, and the trailer of the slice; the rest of the file isn't.

| module | bytes of the slice | of the file | slice alone (µs) | fat (µs) | ratio | more (µs) |
|--------|-------------------:|------------:|-----------------:|---------:|------:|----------:|""")
    slow = []
    for name, rounds in OPENED.items():
        fat, thin, host = work / "fat.cwasm", work / "thin.cwasm", work / "host.json"
        run(precompile, "-q", "--fat", "--target", TARGETS, module(name), "-o", fat)
        host.write_text(run(TARGET / "runner/precompile-run", "--describe"))
        run(precompile, "fat", "--only", host, fat, "-o", thin, stderr=subprocess.DEVNULL)
        found = [json.loads(timed([load, thin, str(rounds), fat])[1]) for _ in range(PROCESSES)]
        alone = statistics.median(each["thin_ns"] / 1e3 for each in found)
        joined = statistics.median(each["fat_ns"] / 1e3 for each in found)
        more = statistics.median((each["fat_ns"] - each["thin_ns"]) / 1e3 for each in found)
        cells = [module(name).stem, thin.stat().st_size, fat.stat().st_size, f"{alone:.0f}", f"{joined:.0f}"]
        print("| " + " | ".join(map(str, [*cells, f"{joined / alone:.3f}", f"{more:.0f}"])) + " |")
        if more > alone * (RATIO - 1) + MORE_US:
            slow.append(f"{name}: {more:.0f} µs more than {alone:.0f} µs")
    return slow


def steady(precompile, work):
    """Prints the run times of both levels."""
    runner = TARGET / "runner/precompile-run"
    print(f"""
## Running

The benchmark programs, as they are committed and compiled with `-msimd128`: the slice for `{LEVEL}` beside that for every
x86-64 processor, by Cranelift. Medians of {ROUNDS * CALLS} steady calls, in turns by {ROUNDS} processes each.

| program | baseline (ms) | {LEVEL} (ms) | ratio | from | to |
|---------|--------------:|-----------------:|------:|-----:|---:|""")
    clang = ["clang-14", "--target=wasm32-wasi", "--sysroot=/usr", "-O2", "-s", "-msimd128"]
    programs = [(path.stem, path) for path in sorted((ROOT / "benches/programs").glob("*.wasm"))]
    for source in sorted((ROOT / "benches/programs").glob("*.c")):
        with_simd = work / f"{source.stem}-simd.wasm"
        run(*clang, "-o", with_simd, source, "-lm")
        programs.append((f"{source.stem}, SIMD", with_simd))
    ratios = []
    for name, path in programs:
        artifacts = {}
        for level in ("baseline", LEVEL):
            artifacts[level] = work / f"{level}.cwasm"
            run(precompile, "-q", "--cpu", level, path, "-o", artifacts[level])
        times = {level: [] for level in artifacts}
        for turn in range(ROUNDS):
            for level in sorted(artifacts, reverse=turn % 2 == 1):
                measured = run(runner, "--measure", str(CALLS + 1), artifacts[level], stderr=subprocess.DEVNULL)
                times[level].append(json.loads(measured.splitlines()[-1])["steady_calls_ns"])
        medians = {level: statistics.median(itertools.chain.from_iterable(found)) / 1e6 for level, found in times.items()}
        each = [statistics.median(b) / statistics.median(a) for a, b in zip(times["baseline"], times[LEVEL])]
        ratio = statistics.median(each)
        ratios.append(ratio)
        row = [name, f"{medians['baseline']:.1f}", f"{medians[LEVEL]:.1f}", f"{ratio:.2f}", f"{min(each):.2f}", f"{max(each):.2f}"]
        print("| " + " | ".join(row) + " |")
    print(f"\nGeometric mean: {statistics.geometric_mean(ratios):.3f}.")


def main(precompile, load, work):
    """Prints the report, and returns what is too slow."""
    print(f"# Fat artifacts\n\nMade by `scripts/measure/fat.py` at `{shared('revision')}`.\n")
    sizes(precompile, work)
    slow = opening(precompile, load, work)
    steady(precompile, work)
    return slow


shared("apt_install", "clang-14", "lld-14", "wasi-libc", "libclang-rt-14-dev-wasm32")
shared("build_precompile")
run("cargo", "build", "-q", "--profile", "runner", "-p", "precompile-runtime")
build = ["cargo", "build", "-q", "--locked", "--release", "--manifest-path", "benches/load/Cargo.toml"]
run(*build, env=os.environ | {"CARGO_TARGET_DIR": str(CACHE / "load")})
with tempfile.TemporaryDirectory() as folder, report("fat"):
    too_slow = main(TARGET / "debug/precompile", CACHE / "load/release/load", pathlib.Path(folder))
    print("\nToo slow: " + "; ".join(too_slow) if too_slow else f"\nOpening costs at most {RATIO} of the slice alone and {MORE_US} µs.")
if too_slow:
    sys.exit("error: opening a fat artifact takes too long: " + "; ".join(too_slow))
