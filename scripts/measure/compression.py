#!/usr/bin/env python3
"""compression.py: the bytes and the seconds of zstd's levels on artifacts of real modules by both backends, and what a shared
cache over links of two speeds makes of them, as `?compress=` may set it. A level that costs more than it saves must be
noticed. Writes reports/compression.md."""

import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, corpus, from_pypi, report, run, shared

MODULES = ("resvg", "sqlite", "micropython", "quickjs")
LEVELS = (None, 1, 3, 9, 19)
# The level that the cache has by itself, and the links, in bits a second.
DEFAULT, LINKS = 3, (100e6, 1e9)
ROUNDS = 3


def seconds(work):
    """The median time of some work, and its last result."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def measured(artifacts, level, zstd):
    """The bytes of all artifacts at a level, and the seconds to compress and to decompress them."""
    if level is None:
        return sum(map(len, artifacts)), 0.0, 0.0
    made, packed = seconds(lambda: [zstd.ZstdCompressor(level=level).compress(it) for it in artifacts])
    read, unpacked = seconds(lambda: [zstd.ZstdDecompressor().decompress(it) for it in packed])
    if unpacked != artifacts:
        sys.exit("error: an artifact doesn't come back")
    return sum(map(len, packed)), made, read


def main(work, zstd):
    """Compiles, measures, and prints the report."""
    print(f"""# Compressed artifacts

Made by `scripts/measure/compression.py` at `{shared("revision")}`: the artifacts of {", ".join(MODULES)}, by zstd {".".join(map(str, zstd.ZSTD_VERSION))}
on one processor, medians of {ROUNDS}. A write is compressing and sending, a read is receiving and decompressing; the times
of the links are computed by their speeds, 100 Mbit/s and 1 Gbit/s, without delays.

| backend | level | MB | of plain | compress (s) | decompress (s) | write, 100 Mbit/s (s) | read | write, 1 Gbit/s (s) | read |
|---------|------:|---:|---------:|-------------:|---------------:|----------------------:|-----:|--------------------:|-----:|""")
    reads, writes = {}, {}
    for backend in ("winch", "cranelift"):
        out = work / backend
        run(TARGET / "quick/precompile", "-q", "--backend", backend, "--fallback", "cranelift", "--out-dir", out, *corpus(*MODULES))
        artifacts = [path.read_bytes() for path in sorted(out.iterdir())]
        plain = sum(map(len, artifacts))
        for level in LEVELS:
            size, made, read = measured(artifacts, level, zstd)
            cells = [backend, "none" if level is None else str(level), f"{size / 1e6:.1f}", f"{size / plain:.2f}"]
            cells += [f"{made:.2f}", f"{read:.2f}"]
            for link in LINKS:
                sent = size * 8 / link
                writes[backend, level, link], reads[backend, level, link] = made + sent, read + sent
                cells += [f"{made + sent:.2f}", f"{read + sent:.2f}"]
            print("| " + " | ".join(cells) + " |")
    fast = LINKS[1]
    for backend in ("winch", "cranelift"):
        for link in LINKS:
            if reads[backend, DEFAULT, link] >= reads[backend, None, link]:
                sys.exit(f"error: level {DEFAULT} makes a read of {backend}'s artifacts slower at {link / 1e6:.0f} Mbit/s")
        if writes[backend, 19, fast] < writes[backend, None, fast]:
            sys.exit("error: a level that costs more than it saves isn't noticed")
    print(f"""
Level {DEFAULT} is what the cache has by itself: reads, of which there are many for each write, are faster over both links.
Level 19 saves more bytes, and costs a write more than it saves even at 100 Mbit/s: it is for stores that are paid by the
byte. `?compress=none` is for a link that is faster than these.""")


run("cargo", "build", "-q", "--profile", "quick", "-p", "precompile", "--bin", "precompile", "--features", "remote-exec")
with tempfile.TemporaryDirectory() as folder, report("compression"):
    main(pathlib.Path(folder), from_pypi("zstandard", "0.25.0"))
