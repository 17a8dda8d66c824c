"""Functions that the scripts in Python share. Importing it changes to the root of the checkout."""

import contextlib
import importlib
import io
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.chdir(ROOT)
# Builds may live outside the clone, so that the next clone finds them.
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "precompile-dev"
CACHE.mkdir(parents=True, exist_ok=True)
# The folder that cargo builds into.
TARGET = ROOT / (os.environ.get("CARGO_TARGET_DIR") or "target")
# A script compiles what it checks or measures.
os.environ["PRECOMPILE_NO_CACHE"] = "1"
# What commands print comes between, in its order.
sys.stdout.reconfigure(line_buffering=True)


def number_argument(default):
    """The number that is this script's argument, or else the default."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else default


def run(*command, **options):
    """Runs a command that must succeed, and returns what it prints."""
    done = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, text=True, check=False, **options)
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        sys.exit(f"error: `{' '.join(map(str, command))}` ended with {done.returncode}")
    return done.stdout


def shared(function, *arguments):
    """Calls a function of common.sh, and returns what it prints."""
    return run("bash", "-c", 'source scripts/lib/common.sh; "$@"', "bash", function, *arguments).strip()


def corpus(*names):
    """The paths of real modules, which are fetched where they are missing."""
    return [pathlib.Path(line).resolve() for line in run("scripts/lib/corpus.sh", *names).splitlines()]


def from_pypi(package, version, module=None):
    """A module of PyPI's package of that name, installed where it is missing."""
    folder = CACHE / f"{package}-{version}"
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--root-user-action=ignore"]
        run(*pip, "--target", folder, f"{package}=={version}")
    sys.path.insert(0, str(folder))
    return importlib.import_module(module or package)


def blake3():
    """The function `blake3` of PyPI's package of that name, for forgeries whose digests are right."""
    return from_pypi("blake3", "1.0.5").blake3


def measured(command, environment):
    """The seconds from start to exit of a command, which must succeed, those of the processor, and its peak memory in bytes."""
    null = [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_WRONLY, 0) for number in (1, 2)]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment, file_actions=null)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"error: {' '.join(command[:6])} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def ends_with(code, words, *command, stderr_only=True):
    """The command must end with this code, as a shell has it, and report these words."""
    stdout = subprocess.DEVNULL if stderr_only else subprocess.PIPE
    stderr = subprocess.PIPE if stderr_only else subprocess.STDOUT
    done = subprocess.run([*map(str, command)], stdout=stdout, stderr=stderr, text=True, check=False, errors="replace")
    ended = done.returncode if done.returncode >= 0 else 128 - done.returncode
    said = done.stderr if stderr_only else done.stdout
    if ended != code or words not in said:
        sys.exit(f"error: exit code {ended}, not {code} with `{words}`: {said}")


class _Both(io.StringIO):
    """Shows what is printed, and keeps it."""

    def __init__(self, shown):
        super().__init__()
        self.shown = shown

    def write(self, text):
        self.shown.write(text)
        self.shown.flush()
        return super().write(text)


@contextlib.contextmanager
def report(name):
    """Writes what is printed to the report of this name, too, unless it ends with an error."""
    with contextlib.redirect_stdout(_Both(sys.stdout)) as text:
        yield
    (ROOT / f"reports/{name}.md").write_text(text.getvalue())
