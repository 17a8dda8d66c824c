"""auto.py PRECOMPILE RUNNER RESVG FLITE: reports/auto.md."""

import os
import pathlib
import shutil
import statistics
import sys
import tempfile

from timing import messages, wall

MOST = 1.25
RUNS = (1, 10, 1000)
REPETITIONS = 5
BACKENDS = ("cranelift", "winch")

precompile, runner, resvg, flite = (pathlib.Path(path).resolve() for path in sys.argv[1:])
work = pathlib.Path(tempfile.mkdtemp())
programs = pathlib.Path("benches/programs").resolve()
guests = pathlib.Path("tests/guests").resolve()
shutil.copy(guests / "picture.svg", work)
shutil.copy(precompile, work / "precompile")
# Beside the command, so that it is asked how fast code is.
shutil.copy(runner, work / "precompile-run")
corpus = [(program.stem, program, []) for program in sorted(programs.glob("*.wasm"))]
corpus += [
    ("primes, a short run", guests / "primes.wasm", ["1000", "primes.txt"]),
    ("resvg, a small picture", resvg, ["picture.svg", "picture.png"]),
    ("resvg, a large picture", resvg, ["--zoom", "16", "picture.svg", "picture.png"]),
    ("flite, a sentence", flite, ["-t", "A sentence to be spoken.", "none"]),
]
environment = os.environ | {"PRECOMPILE_CACHE_DIR": str(work / "cache")}
environment.pop("PRECOMPILE_NO_CACHE", None)


def costs(module, arguments):
    """What compiling and one run cost with each backend, in seconds."""
    found = {backend: ([], []) for backend in BACKENDS}
    for turn in range(REPETITIONS):
        for backend in BACKENDS if turn % 2 else BACKENDS[::-1]:
            command = [work / "precompile", "-q", "--no-cache", "--backend", backend, module, "-o", "app.cwasm"]
            found[backend][0].append(wall(command, cwd=work))
            found[backend][1].append(wall([work / "precompile-run", "--dir", ".", "app.cwasm", *arguments], cwd=work))
    return {backend: tuple(map(statistics.median, both)) for backend, both in found.items()}


def chosen(module, runs):
    """What `auto` chooses."""
    options = ["--backend", "auto", "--expect-runs", str(runs), "--message-format", "json", "-o", "auto.cwasm"]
    return messages([work / "precompile", *options, module], cwd=work, env=environment)[0]["backend"]


print(f"""# What `--backend auto` chooses

Made by `scripts/auto.sh`. It knows nothing of a module but how much code it holds; how long a run takes, it isn't told
here. What its choice costs beside the better backend, compiling and running together, may be {MOST} at most. Compiling and
one run are measured {REPETITIONS} times each, in turns; so many runs cost so many times one, as `reports/compare.md` shows.

| module | compile: Cranelift (s) | Winch (s) | run: Cranelift (s) | Winch (s) | """ + " | ".join(f"{runs} runs" for runs in RUNS) + " |")
print("|--------|------:|------:|------:|------:|" + "------|" * len(RUNS))
counts, failed, wrong = dict.fromkeys(BACKENDS, 0), [], {backend: 0 for backend in BACKENDS}
slower = []
for name, module, arguments in corpus:
    by = costs(module, arguments)
    cells = []
    slower.append(by["winch"][1] / by["cranelift"][1])
    for runs in RUNS:
        totals = {backend: compile_s + runs * run_s for backend, (compile_s, run_s) in by.items()}
        choice = chosen(module, runs)
        counts[choice] += 1
        ratio = totals[choice] / min(totals.values())
        cells.append(f"{choice}, {ratio:.2f}")
        if ratio > MOST:
            failed.append(f"{name}, {runs} runs: {ratio:.2f}")
        for backend in BACKENDS:
            wrong[backend] += totals[backend] / min(totals.values()) > MOST
    figures = [by["cranelift"][0], by["winch"][0], by["cranelift"][1], by["winch"][1]]
    print(f"| {name} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " | " + " | ".join(cells) + " |")
mean = statistics.geometric_mean(slower)
print(f"""
Cranelift was chosen {counts['cranelift']} times, Winch {counts['winch']} times. To choose always Cranelift would cost more than {MOST} in
{wrong['cranelift']} of these {len(corpus) * len(RUNS)} cases, to choose always Winch in {wrong['winch']}: so the check can fail.

A run takes {mean:.2f} times as long with Winch, in the geometric mean.""")
shutil.rmtree(work)
if failed or min(counts.values()) < 2 or min(wrong.values()) == 0:
    sys.exit(f"error: {'; '.join(failed) or 'the choice is always the same, or can be'}")
