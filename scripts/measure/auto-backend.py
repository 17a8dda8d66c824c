#!/usr/bin/env python3
"""auto-backend.py: the choices of `--backend auto`, and their costs beside the better backend. Writes
reports/auto-backend.md."""

import math
import os
import pathlib
import shutil
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, corpus, report, run
from timing import messages, wall

MOST = 1.25
RUNS = (1, 10, 1000)
REPETITIONS = 5
BACKENDS = ("cranelift", "winch")

resvg, flite, avr_as, cc1 = corpus("resvg", "flite", "avr-as", "cc1")
run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins")
run("cargo", "build", "-q", "-p", "precompile-runtime", "--profile", "runner")
removed = tempfile.TemporaryDirectory()
work = pathlib.Path(removed.name)
programs = pathlib.Path("benches/programs").resolve()
guests = pathlib.Path("tests/guests").resolve()
shutil.copy(guests / "picture.svg", work)
shutil.copy(TARGET / "release/precompile", work)
# Beside the command, so that it is asked how fast code is.
shutil.copy(TARGET / "runner/precompile-run", work)
(work / "small.c").write_text("int main(void) { return 0; }\n")
(work / "large.c").write_text("".join(f"int f{n}(int x) {{ return x * {n} + x / {n + 2}; }}\n" for n in range(2000)))
(work / "small.s").write_text(".text\nmain: ret\n")
# What the constants of `auto` were made from, and the same programs with little to do.
fitted = [(program.stem, program, []) for program in sorted(programs.glob("*.wasm"))]
short = {"hash": "2", "nbody": "100000", "sort": "20000"}
fitted += [(f"{name}, a short run", programs / f"{name}.wasm", [argument]) for name, argument in short.items()]
# What they were not made from.
held_out = [
    ("primes, a short run", guests / "primes.wasm", ["1000", "primes.txt"]),
    ("resvg, a small picture", resvg, ["picture.svg", "picture.png"]),
    ("resvg, a large picture", resvg, ["--zoom", "16", "picture.svg", "picture.png"]),
    ("flite, a sentence", flite, ["-t", "A sentence to be spoken.", "none"]),
    ("GNU as, a line", avr_as, ["small.s", "-o", "small.o"]),
    ("GCC, a line", cc1, ["-quiet", "-O2", "small.c", "-o", "compiled.s"]),
    ("GCC, 2,000 functions", cc1, ["-quiet", "-O2", "large.c", "-o", "compiled.s"]),
]
environment = os.environ | {"PRECOMPILE_CACHE_DIR": str(work / "cache")}
environment.pop("PRECOMPILE_NO_CACHE", None)


def costs(module, arguments):
    """The costs of compiling and of one run with each backend, in seconds."""
    found = {backend: ([], []) for backend in BACKENDS}
    for turn in range(REPETITIONS):
        for backend in BACKENDS if turn % 2 else BACKENDS[::-1]:
            command = [work / "precompile", "-q", "--no-cache", "--backend", backend, module, "-o", "app.cwasm"]
            # To find the same there is less work.
            (work / "app.cwasm").unlink(missing_ok=True)
            found[backend][0].append(wall(command, cwd=work))
            found[backend][1].append(wall([work / "precompile-run", "--dir", ".", "app.cwasm", *arguments], cwd=work))
    return {backend: tuple(map(statistics.median, both)) for backend, both in found.items()}


def chosen(module, runs, run_time=None):
    """The choice of `auto`."""
    options = ["--backend", "auto", "--expect-runs", str(runs), "--message-format", "json", "-o", "auto.cwasm"]
    options += ["--expect-run-time", run_time] if run_time else []
    return messages([work / "precompile", *options, module], cwd=work, env=environment)[0]["backend"]


def roughly(seconds):
    """A time as somebody would say it: with one digit, 1, 2 or 5."""
    guesses = {f"{digit * 10**power}us": digit * 10**power / 1e6 for power in range(2, 7) for digit in (1, 2, 5)}
    return min(guesses, key=lambda guess: abs(math.log(guesses[guess] / seconds)))


def said_ms(said):
    """In milliseconds."""
    return f"{int(said.removesuffix('us')) / 1000:g} ms"


HEAD = ["module", "compile: Cranelift (s)", "Winch (s)", "run: Cranelift (s)", "Winch (s)", "said"]
HEAD += [f"{runs} runs" for runs in RUNS] + [f"nothing said, {runs} runs" for runs in RUNS]


class Judged:
    """The choices for some programs: a row for each, and how far they were off."""

    def __init__(self, corpus):
        self.cases = len(corpus) * len(RUNS)
        self.counts, self.wrong = dict.fromkeys(BACKENDS, 0), dict.fromkeys(BACKENDS, 0)
        self.failed, self.slower, self.unsaid = [], [], []
        print("\n| " + " | ".join(HEAD) + " |\n|---|" + "---:|" * 4 + "---|" * (len(HEAD) - 5))
        for name, module, arguments in corpus:
            print("| " + " | ".join(self.row(name, module, arguments)) + " |")

    def row(self, name, module, arguments):
        """Measures a program."""
        by = costs(module, arguments)
        said = roughly(by["cranelift"][1])
        self.slower.append(by["winch"][1] / by["cranelift"][1])
        cells = [name, *(f"{by[backend][phase]:.3f}" for phase in (0, 1) for backend in BACKENDS), said_ms(said)]
        for run_time in (said, None):
            for runs in RUNS:
                totals = {backend: compile_s + runs * run_s for backend, (compile_s, run_s) in by.items()}
                choice = chosen(module, runs, run_time)
                ratio = totals[choice] / min(totals.values())
                cells.append(f"{choice}, {ratio:.2f}")
                if run_time is None:
                    self.unsaid.append(ratio)
                    continue
                self.counts[choice] += 1
                if ratio > MOST:
                    self.failed.append(f"{name}, {runs} runs: {ratio:.2f}")
                for backend in BACKENDS:
                    self.wrong[backend] += totals[backend] / min(totals.values()) > MOST
        return cells


def main():
    """Judges all programs, and says what came of it."""
    print(f"""# Choices of `--backend auto`

Made by `scripts/measure/auto-backend.py`. It knows how much code a module holds, how often it is run, and, where that is said, how long
a run takes: here as somebody would say it, with one digit: 1, 2 or 5. In each case: what it chooses, and what that costs
beside the better backend, compiling and running together. With a run's time said, that may be {MOST} at most for the
programs that the constants of `auto` were not made from. Compiling and one run are measured {REPETITIONS} times each, in
turns; so many runs cost so many times one, as `reports/compare.md` shows.""")

    print("\n## Programs that the constants were not made from")
    judged = Judged(held_out)
    counts, wrong, unsaid = judged.counts, judged.wrong, judged.unsaid
    over = sum(ratio > MOST for ratio in unsaid)
    print(f"""
With a run's time said, the choice costs more than {MOST} in {len(judged.failed)} of {judged.cases} cases{"".join(f"; {case}" for case in judged.failed)}.
Cranelift was chosen {counts['cranelift']} times, Winch {counts['winch']} times. To choose always Cranelift would cost more
than {MOST} in {wrong['cranelift']} of these cases, to choose always Winch in {wrong['winch']}: so the check can fail.

With nothing said, the choice costs more than {MOST} in {over} cases, {max(unsaid):.2f} at most. No choice by the module alone can do
without: a renderer that draws a small picture and one that draws a large one are the same module, run as often, and
the better backend is another.

## Programs that they were made from

The rates of a machine are measured with `json`. Where nothing can be run, Winch's code is taken to need as much more
time as it does for the whole runs of these, in the geometric mean.""")
    fit = Judged(fitted)
    print(f"""
With a run's time said, the choice costs more than {MOST} in {len(fit.failed)} of {fit.cases} cases.
A whole run takes {statistics.geometric_mean(fit.slower[:-len(short)]):.2f} times as long with Winch, in the geometric mean.""")
    if judged.failed or min(counts.values()) < 2 or min(wrong.values()) == 0:
        sys.exit(f"error: {'; '.join(judged.failed) or 'the choice is always the same, or can be'}")


with report("auto-backend"):
    main()
