"""The sizes of the programs that are installed."""

import pathlib
import shutil

from benchmarks.setup import table
from benchmarks.tools import HAS_WASMER, PRECOMPILE, RUNNER, WASMER, WASMTIME, WASMTIME_MIN


def section():
    """Bytes of each program."""
    programs = {
        "`precompile`, both backends, all targets": PRECOMPILE,
        "`precompile-run`, default features and Pulley": RUNNER,
        "`wasmtime`": WASMTIME,
        "`wasmtime-min`": WASMTIME_MIN,
        "`node`": pathlib.Path(shutil.which("node")).resolve(),
    }
    if HAS_WASMER:
        programs["`wasmer`, singlepass and cranelift"] = WASMER
    return table(["program", "bytes"], [[name, f"{path.stat().st_size:,}"] for name, path in programs.items()])
