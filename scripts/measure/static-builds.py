#!/usr/bin/env python3
"""static-builds.py [ROUNDS]: static builds of both commands beside the dynamic ones: bytes, the time from start to exit
with a guest that prints a line, the time to compile resvg in so many rounds, and requests a second. By musl, and by musl
with mimalloc; by glibc where musl's library can't be had. Installs gcc, wrk and musl's library. Writes
reports/static-builds.md."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import ROOT, corpus, number_argument, report, run, shared
from http_load import GUEST, install_wrk, load, serving
from static_builds import GLIBC, MUSL, PRECOMPILE, RUNNER, STATIC, build, static_target
from timing import sequence, wall

# The target, the flags and the allocator of each way to link.
WAYS = {
    "dynamic, glibc": (None, "", []),
    "static, glibc": (GLIBC, STATIC, []),
    "static, musl": (MUSL, "", []),
    "static, musl, mimalloc": (MUSL, "", ["mimalloc"]),
}
FIRST = "dynamic, glibc"
STARTS, SECONDS, CONNECTIONS = 200, 3, 8
HELLO = ROOT / "examples/container/hello.wat"


def built(work):
    """The three commands, each in every way that can be had here."""
    target, _ = static_target()
    ways = {name: way for name, way in WAYS.items() if way[0] in (None, target)}
    commands = {"precompile": (PRECOMPILE, []), "small": (RUNNER, []), "full": (RUNNER, ["full"])}
    found = {}
    for name, (command, features) in commands.items():
        for number, (way, (target, flags, more)) in enumerate(ways.items()):
            found[name, way] = build(command, work / f"{name}-{number}", target, flags, [*features, *more])
    return ways, found


def starts(commands, ways, work):
    """The time from start to exit beside the dynamic command's, in pairs: microseconds, and the ratio with quartiles."""
    run("gcc", "-O2", "scripts/lib/pairs.c", "-o", work / "pairs")
    found = {}
    for way in ways:
        both = [*commands[way], "--", *commands[FIRST]]
        found[way] = run(work / "pairs", STARTS, *both).splitlines()[-1].split()
    return found


def compiles(binaries, ways, rounds, work):
    """The seconds to compile resvg by each backend, in turns."""
    module, output = corpus("resvg")[0], work / "out.cwasm"

    def compile_by(backend, way):
        output.unlink(missing_ok=True)
        return wall([binaries["precompile", way], "-q", "--no-cache", "--backend", backend, module, "-o", output])

    found = {}
    for backend in ("winch", "cranelift"):
        calls = {way: (lambda way=way, backend=backend: compile_by(backend, way)) for way in ways}
        found[backend] = sequence(rounds, calls)
    return found


def requests(binaries, ways, rounds, artifact):
    """Requests a second, medians of turns."""

    def rate(way):
        with serving([binaries["full", way], "serve", "--addr", "ADDRESS", "--timeout", "60s", artifact]) as (_, port, _):
            return load(port, "/", CONNECTIONS, SECONDS)[0]

    return sequence(rounds, {way: (lambda way=way: rate(way)) for way in ways})


def size_table(binaries, ways):
    """Bytes of each command."""
    print("## Sizes\n\nIn bytes.\n\n| build | precompile | precompile-run | precompile-run, `full` |")
    print("|-------|-----------:|---------------:|-----------------------:|")
    for way in ways:
        sizes = [str(binaries[name, way].stat().st_size) for name in ("precompile", "small", "full")]
        print(f"| {way} | {' | '.join(sizes)} |")


def start_table(binaries, ways, hello, work):
    """Start to exit of both runners."""
    print(f"\n## From start to exit\n\nOf a guest that prints a line, in {STARTS} pairs with the dynamic command; medians.\n")
    print("| runner | build | its time (µs) | of the dynamic one's | from | to |")
    print("|--------|-------|--------------:|---------------------:|-----:|---:|")
    for name, shown in (("small", "precompile-run"), ("full", "precompile-run, `full`")):
        commands = {way: [binaries[name, way], hello] for way in ways}
        for way, (ours, _, ratio, low, high) in starts(commands, ways, work).items():
            print(f"| {shown} | {way} | {ours} | {ratio} | {low} | {high} |")


def main(rounds, work):
    """Builds, measures and prints."""
    shared("apt_install", "gcc")
    install_wrk()
    ways, binaries = built(work)
    hello, served = work / "hello.cwasm", work / "served.cwasm"
    run(binaries["precompile", FIRST], "-q", HELLO, "-o", hello)
    run(binaries["precompile", FIRST], "-q", "-W", "epoch-interruption", GUEST, "-o", served)
    print(f"# Static builds\n\nMade by `scripts/measure/static-builds.py {rounds}` at `{shared('revision')}`.\n")
    size_table(binaries, ways)
    start_table(binaries, ways, hello, work)
    times = compiles(binaries, ways, rounds, work)
    rates = requests(binaries, ways, rounds, served)
    print(f"\n## Compiling and serving\n\nresvg (4.4 MB) compiled by all threads, and a component that answers at {CONNECTIONS}")
    print(f"connections, {SECONDS} s each; medians of {rounds} turns. Client and server share the processors.\n")
    print("| build | winch (s) | of dynamic | cranelift (s) | of dynamic | requests a second | of dynamic |")
    print("|-------|----------:|-----------:|--------------:|-----------:|------------------:|-----------:|")
    for way in ways:
        cells = [f"{times[backend][way]:.3f} | {times[backend][way] / times[backend][FIRST]:.2f}" for backend in times]
        cells.append(f"{rates[way]:,.0f} | {rates[way] / rates[FIRST]:.2f}")
        print(f"| {way} | {' | '.join(cells)} |")


with tempfile.TemporaryDirectory() as folder, report("static-builds"):
    main(number_argument(7), pathlib.Path(folder))
