"""Opening an artifact in a process that has an engine."""

import json
import subprocess

from benchmarks.setup import LOAD, MODULES, at_most, precompiled, table

HEAD = ["artifact", "MB", "`Module::deserialize_file` (µs)", "unverified, of it", "and BLAKE3 (µs)", "verified, of both"]
# A multiple of what each way is opened before it begins anew.
ROUNDS = "1002"


def section():
    """Two modules by two backends."""
    rows = []
    for name in ("resvg", "ruby"):
        for backend in ("winch", "cranelift"):
            artifact = precompiled(MODULES[name], backend)
            found = json.loads(subprocess.run([LOAD, artifact, ROUNDS], capture_output=True, check=True).stdout)
            ways = ("unverified", "verified", "wasmtime", "digest")
            unverified, verified, stock, digest = (found[f"{way}_ns"] for way in ways)
            what = f"opening {name}, {backend}"
            rows.append(
                [f"{name}, {backend}", f"{artifact.stat().st_size / 1e6:.1f}", f"{stock / 1e3:.0f}"]
                + [at_most(f"{what}, unverified", unverified / stock, 1.05), f"{(stock + digest) / 1e3:.0f}"]
                + [at_most(f"{what}, verified", verified / (stock + digest), 1.2)]
            )
    return f"In one process, in turns, medians of {ROUNDS} each; at most 1.05 and 1.2.\n\n" + table(HEAD, rows)
