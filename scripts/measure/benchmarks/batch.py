"""Compiling many modules."""

import shutil
import time
from functools import partial

from benchmarks.modules import functions, many
from benchmarks.setup import CORES, PROGRAMS, SETTLED_S, WORK, at_most, listing, peak_bytes, ratio, table
from benchmarks.tools import PRECOMPILE, WASMTIME
from timing import in_turns, medians, sequence, wall

ONE_BY_ONE = "wasmtime, one after the other"
XARGS = f"xargs -P{CORES} wasmtime"
# So that as many threads compile as there are cores.
SERIAL = "-C parallel-compilation=n"
XARGS_SERIAL = f"{XARGS}, each on one core"
# The speed that a batch must have, as a multiple of one module after the other. Less by Cranelift, as `by_size` shows why.
GAINS = {"cranelift": 1.5, "winch": 1.8}


def renew(folder):
    """An empty folder: to write a file anew is other work than to write over one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def whole(compiler, folder, output, *options):
    """The seconds of one command for the folder, which writes all of it."""
    renew(output)
    return wall([PRECOMPILE, "-q", *options, "--backend", compiler, folder, "--out-dir", output])


def xargs(compiler, folder, output, options=""):
    """The seconds of as many of wasmtime's as there are cores."""
    renew(output)
    each = f"{WASMTIME} compile -C compiler={compiler} {options} {folder}/@ -o {output}/@"
    return wall(["sh", "-c", f"ls {folder} | xargs -P{CORES} -I@ {each}"])


def one_by_one(compiler, folder, output):
    """The seconds of one of wasmtime's after the other."""
    renew(output)
    each = f"{WASMTIME} compile -C compiler={compiler} {folder}/$module -o {output}/$module"
    return wall(["sh", "-c", f"for module in $(ls {folder}); do {each} || exit 1; done"])


def by_size():
    """The gain of a batch by Cranelift where its modules are small, and where they are large."""
    rows, output = [], WORK / "out"
    for count, number in ((4, 200), (16, 200), (64, 200), (256, 50), (1024, 12)):
        module = functions(count)
        folder = many(number, WORK / f"of-{count}", [module])
        ways = {
            "one command": lambda folder=folder: whole("cranelift", folder, output, "--no-cache"),
            ONE_BY_ONE: lambda folder=folder: one_by_one("cranelift", folder, WORK / "one"),
            XARGS_SERIAL: lambda folder=folder: xargs("cranelift", folder, WORK / "xargs", SERIAL),
        }
        found = sequence(3, ways)
        size, gains = f"{module.stat().st_size / 1e3:.0f}", [found[ONE_BY_ONE] / found[way] for way in ways]
        rows.append([size, str(number), *(f"{found[way]:.3f}" for way in ways), f"{gains[0]:.2f}", f"{gains[2]:.2f}"])
        shutil.rmtree(folder)
    head = ["module (KB)", "modules", *(f"{way} (s)" for way in ways), "one command gains", "`xargs` gains"]
    return table(head, rows)


def section():
    """200 modules, and batches by the size of their modules."""
    folder, output = many(200, WORK / "many"), WORK / "out"
    rows = []
    for compiler in ("cranelift", "winch"):
        whole(compiler, folder, output)
        ways = {
            "one command": partial(whole, compiler, folder, output, "--no-cache"),
            ONE_BY_ONE: partial(one_by_one, compiler, folder, WORK / "one"),
            XARGS: partial(xargs, compiler, folder, WORK / "xargs"),
            XARGS_SERIAL: partial(xargs, compiler, folder, WORK / "xargs", SERIAL),
            "from the cache": partial(whole, compiler, folder, output),
        }
        times = in_turns(5, ways)
        found = medians(times)
        in_place = [PRECOMPILE, "-q", "--backend", compiler, folder, "--out-dir", output]
        for _ in range(2):
            wall(in_place)
            time.sleep(SETTLED_S)
        found |= sequence(7, {"in place already": partial(wall, in_place)})
        mine = found["one command"]
        at_most(f"a batch by {compiler}, of one after the other,", ratio(times, "one command", ONE_BY_ONE), 1 / GAINS[compiler])
        for way in (XARGS, XARGS_SERIAL):
            at_most(f"a batch by {compiler}, of {way},", ratio(times, "one command", way), 1)
        memory = {
            "one command": peak_bytes([*in_place, "--no-cache"]),
            ONE_BY_ONE: max(
                peak_bytes([WASMTIME, "compile", "-C", f"compiler={compiler}", program, "-o", WORK / "one.cwasm"])
                for program in PROGRAMS
            ),
        }
        for name, seconds in found.items():
            megabytes = f"{memory[name] / 1e6:.0f}" if name in memory else ""
            rows.append([f"{compiler}, {name}", f"{seconds:.3f}", f"{seconds / mine:.2f}", megabytes])
    text = "200 modules, made of the programs that are measured below, each with a name of its own. One after the other\n"
    text += f"is to take at least {GAINS['winch']} of one command by Winch and {GAINS['cranelift']} by Cranelift,\n"
    text += "and `xargs` no less than it.\n\n"
    ways = {
        "one command": [PRECOMPILE, "-q", "--no-cache", "--backend", "cranelift", "many", "--out-dir", "out"],
        ONE_BY_ONE: ["wasmtime", "compile", "-C", "compiler=cranelift", "many/00000.wasm", "-o", "out.cwasm"],
        XARGS: ["xargs", f"-P{CORES}", "-I@", "wasmtime", "compile", "-C", "compiler=cranelift", "many/@", "-o", "out/@"],
        XARGS_SERIAL: ["the", "same", "with", *SERIAL.split()],
    }
    text += f"{table(['compiler, way', 'wall (s)', 'of one command', 'memory (MB)'], rows)}\n\n{listing(ways)}\n\n"
    text += "The gain of a batch by Cranelift falls with the size of its modules: `wasmtime compile` shares the functions of\n"
    text += "one among the processors, so that of large ones nothing but its start is left to gain.\n\n"
    return text + by_size()
