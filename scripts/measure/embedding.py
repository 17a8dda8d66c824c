#!/usr/bin/env python3
"""embedding.py [RUNS]: the time of build scripts in a package of five guests, when nothing or little is to be done, and
the time from a program's start to its first call of a guest. Writes reports/embedding.md: medians with quartiles. What
must hold is an error otherwise."""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import CACHE, ROOT, TARGET, corpus, number_argument, report, run


def seconds(command, **options):
    """The time from start to exit of a command, which must succeed."""
    start = time.perf_counter()
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    elapsed = time.perf_counter() - start
    if ended.returncode != 0:
        sys.exit(f"error: {command}: {ended.stderr}")
    return elapsed


def spread(times, unit=1e3):
    """The median, and the quartiles."""
    low, middle, high = statistics.quantiles([time * unit for time in times], n=4)
    return middle, f"{middle:.1f} | {low:.1f} to {high:.1f}"


def package(work, name, features, build, extra=""):
    """A package with a build script, in a folder."""
    root = os.getcwd()
    os.makedirs(f"{work}/src")
    open(f"{work}/src/lib.rs", "w").close()
    with open(f"{work}/Cargo.toml", "w") as file:
        file.write(
            f'[package]\nname = "{name}"\nedition = "2024"\n[workspace]\n[build-dependencies]\nprecompile = '
            f'{{ path = "{root}/compiler", default-features = false, features = [{features}] }}\n{extra}'
        )
    shutil.copy(f"{root}/Cargo.lock", work)
    log = f"{work}/took"
    with open(f"{work}/build.rs", "w") as file:
        file.write(
            "use precompile::{Backend, build::Build};\nfn main() {\n    let start = std::time::Instant::now();\n"
            f"    {build}\n"
            f'    std::fs::write("{log}", start.elapsed().as_secs_f64().to_string()).unwrap();\n}}\n'
        )
    # Quiet, cargo would swallow the script's warnings.
    own = {"CARGO_TARGET_DIR": f"{work}/target", "CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_TERM_QUIET": "false"}
    return log, {**os.environ, **own}


def cold_builds(large):
    """A package's first build, with the command installed and without."""
    root = os.getcwd()
    runtime = f'[dependencies]\nprecompile-runtime = {{ path = "{root}/runtime", default-features = false }}\n'
    optimised = "[profile.dev.build-override]\nopt-level = 3\n"
    in_process = '"in-process", "cranelift"'
    print("A package that embeds resvg (4.4 MB), compiled by Cranelift: its first build, from an empty target folder")
    print("and an empty cache, once each; two cores, development profile.\n")
    print("| who compiles | the build (s) | of it the build script (s) |")
    print("|--------------|--------------:|---------------------------:|")
    alone = {"PRECOMPILE": "", "PATH": path_without_command()}
    for title, features, extra, environment, warned in (
        ("the installed command", '"build"', "", {}, False),
        ("the build script (`in-process`)", in_process, "", alone, True),
        ("the same, optimised (`build-override`)", in_process, optimised, alone, False),
    ):
        with tempfile.TemporaryDirectory() as work:
            build = f'Build::new().file("{large}").backend(Backend::Cranelift).compile("guest");'
            log, own = package(work, "cold", features, build, runtime + extra)
            own = {**own, **environment, "PRECOMPILE_CACHE_DIR": f"{work}/cache"}
            start = time.perf_counter()
            built = subprocess.run(
                ["cargo", "build", "--offline"], capture_output=True, text=True, cwd=work, env=own, check=False
            )
            took = time.perf_counter() - start
            if built.returncode != 0 or ("[profile.dev.build-override]" in built.stderr) != warned:
                sys.exit(f"error: {title}: {built.stderr}")
            print(f"| {title} | {took:.0f} | {float(pathlib.Path(log).read_text()):.1f} |", flush=True)
    print()


def path_without_command():
    """The `PATH` without folders that hold a `precompile`."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not os.path.exists(f"{folder}/precompile"))


def build_scripts(runs, precompile, large):
    """The time of the build script, beside the command's own call for what is there already."""
    with tempfile.TemporaryDirectory() as work:
        build = 'Build::new().folder("guests").backend(Backend::Winch).compile("guests");'
        log, environment = package(work, "timed", '"build"', build)
        os.makedirs(f"{work}/guests")
        # Five guests; each has a custom section of its own, so that they differ.
        module = pathlib.Path(large).read_bytes()
        for number in range(5):
            with open(f"{work}/guests/{number}.wasm", "wb") as file:
                file.write(module + bytes([0, 2, 1, 48 + number]))
        build = lambda: seconds(["cargo", "build", "--offline"], cwd=work, env=environment)

        def script():
            """The time that the script took, if it ran."""
            if os.path.exists(log):
                os.remove(log)
            build()
            return float(pathlib.Path(log).read_text()) if os.path.exists(log) else None

        first = script()
        unchanged = script()
        warm, own = [], []
        out = subprocess.run(
            ["find", f"{work}/target", "-path", "*/out/guests", "-type", "d"], capture_output=True, text=True, check=True
        ).stdout.strip()
        # As the script calls it.
        command = [precompile, "--message-format", "json", "--backend", "winch", "--cpu", "x86-64"]
        command += ["--target", "x86_64-unknown-linux-gnu", "--out-dir", out]
        command += [f"guests/{number}.wasm" for number in range(5)]
        time.sleep(3)
        for _ in range(runs):
            os.utime(f"{work}/guests/0.wasm")
            warm.append(script())
            own.append(seconds(command, cwd=work))
        with open(f"{work}/guests/4.wasm", "ab") as file:
            file.write(bytes([0, 2, 1, 99]))
        one = script()
        print("| build | what the script does | seconds |")
        print("|-------|----------------------|--------:|")
        print(f"| the first | compiles five guests of 4.4 MB by Winch | {first:.3f} |")
        print(f"| the second | {'it does not run' if unchanged is None else 'IT RUNS'} | |")
        print(f"| one input of five changed | compiles one | {one:.3f} |")
        ratios = [ours / other for ours, other in zip(warm, own)]
        ratio, _ = spread(ratios, 1)
        print(f"\nAfter `touch` of one of the five, median of {runs} and quartiles:\n")
        print("| what | median (ms) | quartiles (ms) |\n|------|------------:|---------------:|")
        print(f"| the script | {spread(warm)[1]} |")
        print(f"| the command's own call | {spread(own)[1]} |")
        print(f"\nThe ratio is {ratio:.2f} (at most 2).")
        if unchanged is not None:
            sys.exit("error: the script runs though nothing changed")
        if ratio > 2:
            sys.exit(f"error: the script takes {ratio:.2f} of the command's call, beyond 2")


def starts(runs, start, precompile, large, small):
    """From a program's start to its end right after the first call of a guest."""
    print("\n## From start to the first call of a guest\n")
    print("Whole processes that call `_start` of a WASI guest, which ends at once: resvg with `--version`, and a")
    print(f"module of one call. Medians of {runs} interleaved runs, and quartiles; two cores.\n")
    print("| guest | how it comes | code by | median (ms) | quartiles (ms) |")
    print("|-------|--------------|---------|------------:|---------------:|")
    aot, jit = f"{start}/release/aot", f"{start}/release/jit"
    with tempfile.TemporaryDirectory() as work:
        for name, title, path in (("LARGE", "resvg, 4.4 MB", large), ("SMALL", "one call", small)):
            ways = []
            for backend in ("winch", "cranelift"):
                ways.append(("embedded", backend, [aot, f"{name}-{backend}"]))
                artifact = f"{work}/{name}-{backend}.cwasm"
                seconds([precompile, "--quiet", "--backend", backend, "-o", artifact, path])
                ways.append(("a file, verified and mapped", backend, [aot, artifact]))
            ways.append(("compiled as it starts", "cranelift", [jit, path]))
            times = [[] for _ in ways]
            for turn in range(runs + 1):
                for column, (_, _, command) in zip(times, ways):
                    column.append(seconds(command))
            for (how, backend, _), column in zip(ways, times):
                print(f"| {title} | {how} | {backend} | {spread(column[1:])[1]} |")


def main(runs, precompile, start, large, small):
    print("# Embedding\n")
    print(f"Made by `scripts/measure/embedding.py {runs}`.\n")
    print("## Build scripts\n")
    cold_builds(large)
    build_scripts(runs, precompile, large)
    starts(runs, start, precompile, large, small)


os.environ.pop("PRECOMPILE_NO_CACHE")
os.environ["CARGO_TERM_QUIET"] = "true"
run("cargo", "build", "--release", "-p", "precompile", "--bins")
installed, programs = str(TARGET / "release/precompile"), str(CACHE / "start")
guests = {"LARGE": str(corpus("resvg")[0]), "SMALL": f"{ROOT}/benches/start/small.wasm"}
with tempfile.TemporaryDirectory() as folder:
    os.environ |= {"PRECOMPILE": installed, "PRECOMPILE_CACHE_DIR": f"{folder}/cache", **guests}
    # One at a time: together they would share a compiler.
    for program in ("aot", "jit"):
        build = ["cargo", "build", "--locked", "--release", "--manifest-path", "benches/start/Cargo.toml", "-p", program]
        run(*build, env={**os.environ, "CARGO_TARGET_DIR": programs})
    with report("embedding"):
        main(number_argument(40), installed, programs, guests["LARGE"], guests["SMALL"])
