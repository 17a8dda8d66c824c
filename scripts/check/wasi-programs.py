#!/usr/bin/env python3
"""wasi-programs.py: real programs do the same with both implementations of WASI preview 1, which are precompile-wasi,
the runner's feature `wasi-lean`, and wasmtime-wasi, its feature `wasi`.

The C programs of tests/wasi-programs call every function of preview 1 together. They, resvg, flite, the programs of
benches/programs and the modules of tests/guests are compiled by both backends, and run by both runners in copies of the
same folders, which may be changed, or only be read, or belong to another user. Standard output, standard error, exit
code and what is left in the folders must be the same. The programs don't print what docs/wasi.md lists as meant
differences. One is left: the words of a trap by WASI, in whose stead its kind is compared. The components of
tests/guests need WASI 0.2, and are left out.

Planted faults must be found: a folder that only one runner may change, a file that differs, and a function that nobody
imports. Builds the commands, where PRECOMPILE, PRECOMPILE_RUN_LEAN and PRECOMPILE_RUN_FULL don't name them; installs
clang for WASI where it is missing. As root, it runs the programs also as a user without rights."""

import contextlib
import dataclasses
import difflib
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from common import ROOT, TARGET, corpus, run, shared
from wasi_clang import compile_programs
from wasi_folders import differences, left, prepare

BACKENDS = ("cranelift", "winch")
# The ways to give the folder `own`. The folder `other` can always be changed.
CHANGED, READ, FOREIGN = "to be changed", "to be read", "of another user"
USER = 65534
WAYS = [CHANGED, READ, *([FOREIGN] if os.geteuid() == 0 else [])]
INPUT = b"the first line\nthe second line\n" + b"x" * 100 + b"\nno end of a line"
# Standard inputs: a pipe with words, one without any, and files.
PIPE, CLOSED, FILE, NOTHING = "a pipe", "a closed pipe", "own/text.txt", "/dev/null"
SECONDS = 120
# The exit codes of commands that start no guest.
NOT_STARTED = (125, 126, 127)

ARGUMENTS = ["plain", "two words", "", "-x", "--", "\u00fcml\u00e4ut \u20ac"]
ENVIRONMENT = ["PLAIN=value", "EMPTY=", "WORDS=two words", "EQUALS=a=b=c", "TWICE=1", "TWICE=2", "UML\u00c4UT=\u00fc"]
EXITS = [
    *(f"{way} {number}" for way in ("return", "exit", "_exit", "proc_exit") for number in (0, 1, 2, 42, 125, 126)),
    *(f"return {number}" for number in (127, 128, 134, 255, 256, 257, 65536, -1, -128)),
    *(f"proc_exit {number}" for number in (127, 128, 134, 255, 256, 257, 65536, -1, -128)),
    *("raise", "abort", "unreachable", "divide", "overflow", "bounds", "null", "type", "convert", "stack", "end"),
]
# The traps of WASI, with the words of each of the two.
TRAPS = {
    "OUT OF BOUNDS": r"pointer out of bounds: |Pointer out of bounds: ",
    "MISALIGNED": r"pointer not aligned to |Pointer not aligned to ",
    "NO SUCH FLAG": r"no such flag or choice: |Invalid enum value|Invalid flag value|Int conversion error",
}


@dataclasses.dataclass
class Program:
    """A module, and the command lines with which it is run."""

    path: pathlib.Path
    # The arguments of each run.
    runs: list = dataclasses.field(default_factory=lambda: [[]])
    # The options of the runner: of all runs, of each way to give the folders, and the extra files.
    options: list = dataclasses.field(default_factory=list)
    folders: list = dataclasses.field(default_factory=lambda: WAYS)
    files: list = dataclasses.field(default_factory=list)
    # The size of the large folder.
    entries: int = 10
    inputs: list = dataclasses.field(default_factory=lambda: [PIPE])

    @property
    def name(self):
        """The name without `.wasm` and a version."""
        return re.sub(r"-\d.*", "", self.path.stem)


def written(work):
    """These programs, with their arguments."""
    programs = {module.stem: Program(module) for module in compile_programs(work)}
    programs["arguments"].runs = [[], ARGUMENTS, ["x" * 5000]]
    programs["arguments"].options = [option for variable in ENVIRONMENT for option in ("--env", variable)]
    for name in ("streams", "polling"):
        programs[name].inputs = [PIPE, CLOSED, FILE, NOTHING]
    programs["listing"].entries = 2000
    programs["exits"].runs = [line.split() for line in EXITS]
    programs["exits"].folders = [CHANGED]
    cases = (ROOT / "tests/wasi-programs/pointers.c").read_text().count(" case ")
    programs["pointers"].runs = [[str(number)] for number in range(cases)]
    return list(programs.values())


def real():
    """Programs that others wrote, and those that were here before."""
    resvg, flite = corpus("resvg", "flite")
    guests = ROOT / "tests/guests"
    calls = "stat 3 text.txt ; read 3 text.txt ; read 3 link ; write 3 new ; create 3 new ; list 3 ; readlink 3 link"
    yield Program(resvg, [["--zoom", "2", "in.svg", "out.png"]], files=[guests / "picture.svg"])
    yield Program(flite, [["-t", "A sentence to be spoken.", "-o", "speech.wav"], ["--help"]])
    yield Program(guests / "primes.wasm", [["200000", "primes.txt"], ["1000", "none/primes.txt"], []])
    yield Program(guests / "paths.wasm", [calls.split()])
    yield Program(guests / "sum.wasm", [["1000"]], options=["--invoke", "sum"])
    least = {"hash": 1, "interpreter": 1000, "json": 1, "matrix": 1, "nbody": 1000, "sort": 1000}
    for path in sorted((ROOT / "benches/programs").glob("*.wasm")):
        yield Program(path, [[str(least[path.stem])]])


def unimported(precompile, programs, functions, work):
    """The functions that no program imports."""
    imported = set()
    for program in programs:
        artifact = work / f"{program.name}.cranelift.cwasm"
        messages = map(json.loads, run(precompile, "inspect", "--message-format", "json", artifact).splitlines())
        imports = next(message["imports"] for message in messages if message["reason"] == "inspect")
        imported |= {item["name"] for item in imports if item["module"] == "wasi_snapshot_preview1"}
    return sorted(set(functions) - imported)


def named(text):
    """Standard error, with names for the traps of WASI, whose words differ between the two."""
    for name, words in TRAPS.items():
        text = re.sub(rf"(?s)(\n  Caused by:\n)(?:\s+0: In func [^\n]*: |\s+)(?:{words}).*", rf"\1{name}", text)
    return text


@contextlib.contextmanager
def standard_input(name, root):
    """A standard input."""
    if name in (PIPE, CLOSED):
        read, write = os.pipe()
        # A pipe has room for these bytes.
        os.write(write, INPUT if name == PIPE else b"")
        os.close(write)
    else:
        read = os.open(root / name, os.O_RDONLY)
    yield read
    os.close(read)


def outcome(runner, program, artifact, folders, arguments, input_name=PIPE):
    """The outcome of a run in new folders: what it printed, how it ended, what it left."""
    with tempfile.TemporaryDirectory(prefix="wasi-") as root:
        root = pathlib.Path(root)
        prepare(root, program.entries)
        for file in program.files:
            shutil.copy(file, root / "own/in.svg")
        own = "own::.::ro" if folders == READ else "own::."
        command = [runner, *program.options, "--dir", own, "--dir", "other::/other", artifact, *arguments]
        if folders == FOREIGN:
            command = ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", *command]
            root.chmod(0o755)
            for path in (root / "other", root / "other/note.txt"):
                os.chown(path, USER, USER)
        with standard_input(input_name, root) as stdin:
            done = subprocess.run(
                [*map(str, command)], cwd=root, stdin=stdin, capture_output=True, check=False, timeout=SECONDS
            )
            # No more may be taken from standard input than the guest has read.
            rest = os.read(stdin, len(INPUT))
        text = {
            "standard output": done.stdout.decode(),
            "standard error": named(done.stderr.decode()),
            "rest of standard input": rest.decode(),
        }
        if done.returncode in NOT_STARTED and not done.stdout:
            sys.exit(f"error: {program.name} was not started: {done.stderr.decode()}")
        outside = {path.name: path.read_text() for path in (root / "outside").iterdir()}
        if outside != {"secret.txt": "secret\n"} or b"LEAKED" in done.stdout:
            sys.exit(f"error: {program.name} got out of its folders: {outside}")
        return text, done.returncode, left(root)


def compare(lean, full):
    """The differences of two outcomes."""
    found = []
    for stream, text in lean[0].items():
        texts = text.splitlines(), full[0][stream].splitlines()
        found += difflib.unified_diff(*texts, stream, stream, "lean", "full", 0, "")
    if lean[1] != full[1]:
        found.append(f"exit code: {lean[1]} and {full[1]}")
    return found + differences(lean[2], full[2])


def check(program, runners, work):
    """Runs a program in every way, and prints what differs. Returns the number of runs, and of those that differ."""
    runs = failed = 0
    for backend, *way in itertools.product(BACKENDS, program.folders, program.runs, program.inputs):
        artifact = work / f"{program.name}.{backend}.cwasm"
        lean, full = (outcome(runner, program, artifact, *way) for runner in runners)
        runs += 1
        found = compare(lean, full)
        if found:
            failed += 1
            folders, arguments, stdin = way
            print(f"DIFFERENT: {program.name} {' '.join(arguments)[:60]}, {backend}, folder {folders}, input {stdin}:")
            print(*(f"    {line}"[:400] for line in found), sep="\n")
    print(f"{'DIFFERENT' if failed else 'same':9} {program.name:12} {runs:4} runs")
    return runs, failed


def identify(runners, work):
    """Each runner must have its own implementation, which its words for a trap tell."""
    for runner, word in zip(runners, ("pointer", "Pointer"), strict=True):
        command = [runner, work / "pointers.cranelift.cwasm", "1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert f" {word} not aligned" in done.stderr, f"another implementation: {done.stderr}"


def plant(precompile, programs, functions, runners, work):
    """Each planted fault must be found."""
    writing = next(program for program in programs if program.name == "writing")
    artifact = work / "writing.cranelift.cwasm"
    lean = outcome(runners[0], writing, artifact, CHANGED, [])
    full = outcome(runners[1], writing, artifact, READ, [])
    found = compare(lean, full)
    assert any("errno 63" in line for line in found), "a folder that only one runner may change was not found"
    assert any(line.startswith("own/new.txt: ") for line in found), "a file that only one runner made was not found"
    for place in range(len(lean[2][b"own/text.txt"])):
        changed = {**lean[2], b"own/text.txt": [*lean[2][b"own/text.txt"]]}
        changed[b"own/text.txt"][place] = "planted"
        assert len(compare(lean, (lean[0], lean[1], changed))) == 1, "a file that differs was not found"
    assert compare(lean, (lean[0], lean[1] + 1, lean[2])), "another exit code was not found"
    if FOREIGN in WAYS:
        printed = outcome(runners[0], writing, artifact, FOREIGN, [])[0]["standard output"]
        assert ": errno 2\n" in printed, "a folder of another user can be changed"
    missing = unimported(precompile, programs, [*functions, "planted"], work)
    assert missing == ["planted"], f"imported by no program: {missing}"
    print("ok: planted faults are found")


def commands(work):
    """The commands that the environment names, or else those that are built: `precompile`, and the two runners."""
    precompile = os.environ.get("PRECOMPILE")
    if not precompile:
        shared("build_precompile")
    runners = []
    for name, features in (("lean", []), ("full", ["--features", "wasi"])):
        built = os.environ.get(f"PRECOMPILE_RUN_{name.upper()}")
        if not built:
            run("cargo", "build", "-q", "--profile", "runner", "-p", "precompile-runtime", *features)
        # Where every user can read it.
        runners.append(shutil.copy(built or TARGET / "runner/precompile-run", work / name))
    return [precompile or TARGET / "debug/precompile", *runners]


def main():
    """Compiles, runs, compares, and plants."""
    table = (ROOT / "wasi/src/functions.rs").read_text().split("pub static FUNCTIONS")[1].split("];")[0]
    functions = re.findall(r'(?:function\(|name: )"(\w+)"', table)
    assert len(functions) == 46, f"{len(functions)} functions, not 46"
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        work.chmod(0o755)
        precompile, *runners = commands(work)
        own = written(work)
        programs = [*own, *real()]
        for program in programs:
            for backend in BACKENDS:
                artifact = work / f"{program.name}.{backend}.cwasm"
                run(precompile, "-q", "--backend", backend, program.path, "-o", artifact)
        identify(runners, work)
        plant(precompile, own, functions, runners, work)
        results = [check(program, runners, work) for program in programs]
    runs, failed = map(sum, zip(*results, strict=True))
    if failed:
        sys.exit(f"error: {failed} of {runs} runs differ")
    print(f"ok: {len(programs)} programs do the same in {runs} runs by each implementation, and import all functions")


main()
