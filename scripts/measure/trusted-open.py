#!/usr/bin/env python3
"""trusted-open.py: the time to open an artifact that trusted keys must have signed, beside the time to open it as it is.
Both copy it to where nobody can change it, and check its digest. Writes reports/trusted-open.md. Fails where signatures
cost more than is demanded."""

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

# Modules, and the rounds in each process: fewer of large ones.
MODULES = {"tests/guests/primes.wasm": 1002, "resvg": 102, "ruby": 22}
SMALLEST = next(iter(MODULES))
# The signatures that are demanded, all of them there.
KEYS = (1, 2)
PROCESSES = 5
# The most time for the check of a signature, in microseconds, of the smallest: of the others it is inside the noise.
MOST_US = 150


def ways(load, artifact, rounds, trust):
    """The medians of the two ways, in microseconds, and the median of their differences."""
    plain, trusted = [], []
    for _ in range(PROCESSES):
        took = json.loads(timed([load, artifact, str(rounds), trust])[1])
        plain.append(took["plain_ns"] / 1e3)
        trusted.append(took["trusted_ns"] / 1e3)
    more = statistics.median(after - before for before, after in zip(plain, trusted))
    return statistics.median(plain), statistics.median(trusted), more


def main(precompile, load, work):
    """Compiles, signs, opens, and prints the table."""
    print(f"""# Opening what trusted keys have signed

Made by `scripts/measure/trusted-open.py` at `{shared("revision")}`: in one process, in turns, medians of {PROCESSES} processes. Both
ways copy the file to where nobody can change it, and check its digest; `Runtime::open_trusted` checks signatures, too.

| artifact | bytes | keys | opened (µs) | opened, trusted (µs) | ratio | signatures (µs) |
|----------|------:|-----:|------------:|---------------------:|------:|----------------:|""")
    slow = []
    for name, rounds in MODULES.items():
        module = ROOT / name if "/" in name else corpus(name)[0]
        artifact = work / "app.cwasm"
        run(precompile, "-q", "--no-cache", module, "-o", artifact)
        trust = work / "keys.trust"
        trust.unlink(missing_ok=True)
        for keys in KEYS:
            run(precompile, "sign", "--key", work / f"{keys}.key", artifact, stderr=subprocess.DEVNULL)
            run(precompile, "trust", "add", "--threshold", keys, trust, work / f"{keys}.pub", stderr=subprocess.DEVNULL)
            plain, trusted, more = ways(load, artifact, rounds, trust)
            cells = [module.stem, artifact.stat().st_size, keys, f"{plain:.0f}", f"{trusted:.0f}"]
            print("| " + " | ".join(map(str, [*cells, f"{trusted / plain:.3f}", f"{more:.0f}"])) + " |")
            if name == SMALLEST and more > MOST_US * keys:
                slow.append(f"{module.stem}, {keys} keys: {more:.0f} µs, more than {MOST_US * keys}")
    return slow


run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins")
build = ["cargo", "build", "-q", "--locked", "--release", "--manifest-path", "benches/load/Cargo.toml"]
run(*build, env=os.environ | {"CARGO_TARGET_DIR": str(CACHE / "load")})
command = TARGET / "release/precompile"
with tempfile.TemporaryDirectory() as folder:
    for key in KEYS:
        run(command, "keygen", "--no-password", "-o", f"{folder}/{key}.key", stderr=subprocess.DEVNULL)
    with report("trusted-open"):
        found = main(command, CACHE / "load/release/load", pathlib.Path(folder))
for fault in found:
    print(f"error: {fault}", file=sys.stderr)
sys.exit(1 if found else 0)
