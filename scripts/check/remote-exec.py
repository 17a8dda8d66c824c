#!/usr/bin/env python3
"""remote-exec.py [MODULES]: compiles modules by both backends on a farm of BuildGrid with two workers, and compares every
artifact with the one that is made here. Then the farm fails: workers are killed, lie or never end, the server is killed
and started again, clients meet, and one is killed. Each run must end in its time, with the right artifacts, and leave
nothing wrong behind. An artifact that was altered must be noticed."""

import contextlib
import filecmp
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, ends_with, number_argument, run
from grid import grid
from modules import write_modules

BACKENDS = ("winch", "cranelift")
# The modules that suffer from a fault, and the bytes of code of each.
FEW, LENGTH = 12, 3000
# The time that an action may take where one never ends, in seconds, and what a run may take then: two tries of three
# times as long, and what is compiled here.
TIMEOUT, LONGEST = 4, 60
PRECOMPILE = TARGET / "quick/precompile"


class Client:
    """A client with a cache and outputs of its own."""

    def __init__(self, farm, work, name, modules):
        self.farm, self.modules = farm, modules
        self.out, self.cache = work / f"out-{name}", work / f"cache-{name}"

    def start(self, backend, *options):
        """Starts a run."""
        command = [PRECOMPILE, "--message-format", "json", "--backend", backend, "--out-dir", self.out / backend]
        command += ["--cache-dir", self.cache, "--remote-exec", self.farm.address, *options, self.modules]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.out)}
        return subprocess.Popen(
            [*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )

    def run(self, *options, longest=LONGEST, backends=BACKENDS):
        """Runs by each backend. Returns how many artifacts the farm compiled, and the warnings."""
        processes = [self.start(backend, *options) for backend in backends]
        return finish(processes, longest)


def finish(processes, longest=LONGEST):
    """Waits for runs that must succeed. Returns how many artifacts the farm compiled, and the warnings."""
    begun, by_farm, warnings = time.monotonic(), 0, ""
    for process in processes:
        try:
            out, error = process.communicate(timeout=max(0.1, longest - (time.monotonic() - begun)))
        except subprocess.TimeoutExpired:
            for each in processes:
                each.kill()
            sys.exit(f"error: a run doesn't end within {longest} s")
        if process.returncode != 0:
            sys.exit(f"error: a run ended with {process.returncode}: {out[-500:]}{error[-2000:]}")
        last = json.loads(out.splitlines()[-1])
        by_farm += last.get("by_farm", 0)
        warnings += error
    return by_farm, warnings


def different(ours, theirs, backends=BACKENDS):
    """The artifacts that aren't the same in both folders."""
    found = []
    for backend in backends:
        names = sorted(path.name for path in (theirs / backend).iterdir())
        _, wrong, missing = filecmp.cmpfiles(ours / backend, theirs / backend, names, shallow=False)
        found += [f"{backend}/{name}" for name in wrong + missing]
    return found


def here(work, modules, name):
    """The artifacts that this machine makes."""
    out = work / f"here-{name}"
    for backend in BACKENDS:
        run(PRECOMPILE, "-q", "--no-cache", "--backend", backend, "--out-dir", out / backend, modules)
    return out


class Checks:
    """The checks, with what they share."""

    def __init__(self, farm, work, count):
        self.farm, self.work, self.count = farm, work, count
        write_modules(work / "all", count, LENGTH)
        write_modules(work / "few", FEW, 2 * LENGTH)
        self.all, self.few = here(work, work / "all", "all"), here(work, work / "few", "few")
        self.clients = 0

    def client(self, modules):
        """A client that knows nothing yet."""
        self.clients += 1
        return Client(self.farm, self.work, str(self.clients), self.work / modules)

    def forget(self):
        """Has the farm forget what it executed: a new module for each of the few."""
        shutil.rmtree(self.work / "few")
        self.clients += 1
        write_modules(self.work / "few", FEW, 2 * LENGTH + 3 * self.clients)
        self.few = here(self.work, self.work / "few", f"few-{self.clients}")
        self.farm.forget_counts()

    def right(self, what, client, expected, begun, note=""):
        """The outputs of a client are those that are made here."""
        wrong = different(client.out, expected)
        if wrong:
            sys.exit(f"error: {what}: {len(wrong)} artifacts differ from those made here, as {wrong[0]}")
        print(f"ok: {what}: {self.farm.executed()} actions executed, {time.monotonic() - begun:.1f} s{note}")

    def whole(self):
        """All modules, and all again."""
        begun, client, longest = time.monotonic(), self.client("all"), 60 + 2 * self.count
        by_farm, warnings = client.run(longest=longest)
        self.right(f"{self.count} modules by both backends", client, self.all, begun)
        total = 2 * self.count
        if by_farm != total or self.farm.executed() != total or warnings:
            sys.exit(f"error: the farm compiled {by_farm} of {total} by {self.farm.executed()} actions: {warnings}")
        altered = next((client.out / "winch").iterdir())
        original = altered.read_bytes()
        altered.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
        if different(client.out, self.all) != [f"winch/{altered.name}"]:
            sys.exit("error: an artifact that was altered isn't noticed")
        self.farm.forget_counts()
        begun, again = time.monotonic(), self.client("all")
        by_farm, _ = again.run(longest=longest)
        self.right("the same by another client", again, self.all, begun)
        if self.farm.executed() != 0 or by_farm != total:
            sys.exit(f"error: {self.farm.executed()} actions were executed again")
        # The first client's cache has all: the farm isn't asked.
        self.farm.stop_server()
        begun = time.monotonic()
        shutil.rmtree(client.out)
        by_farm, warnings = client.run()
        self.right("the same from the client's cache, without a server", client, self.all, begun)
        if by_farm or warnings:
            sys.exit(f"error: an artifact in the cache takes a farm: {warnings}")
        self.farm.start_server()

    def usage(self):
        """Wrong options are named, and so is a worker of another build."""
        far = ["--remote-exec", self.farm.address]
        for options, words in (
            (["--remote-exec", "https://farm.example"], "`--remote-exec`: `https` is no scheme of a farm: use `grpc`"),
            ([*far, "--remote-header", "a=UNSET_ONE"], "the environment variable `UNSET_ONE` isn't set, or no text"),
            ([*far, "--remote-worker", "/nowhere"], "`--remote-worker`: there is no file `/nowhere`"),
            ([*far, "--remote-ca", "/nowhere"], "/nowhere"),
        ):
            ends_with(1, words, PRECOMPILE, "--no-cache", *options, "--out-dir", self.work / "none", self.work / "few")
        ends_with(2, "it has the form NAME=VALUE", PRECOMPILE, *far, "--remote-platform", "linux", self.work / "few")
        said = "this worker is another build of precompile than the one that asks: give it one of the same sources"
        ends_with(1, said, PRECOMPILE, "__worker", "0", self.options(), next((self.work / "few").iterdir()), "none")
        print("ok: wrong options, and a worker of another build")

    def options(self):
        """The options of an action, as the farm has them."""
        command = next(path for path in (self.farm.folder / "storage").rglob("*") if b"__worker" in self.content(path))
        text = command.read_bytes()
        return text[text.index(b"{") : text.rindex(b"}") + 1].decode()

    @staticmethod
    def content(path):
        """The beginning of a file; nothing of a folder."""
        if not path.is_file() or path.stat().st_size > 100_000:
            return b""
        return path.read_bytes()

    def worker_killed(self):
        """A worker is killed while it works, and another one later takes its place."""
        self.forget()
        begun, client = time.monotonic(), self.client("few")
        processes = [client.start(backend) for backend in BACKENDS]
        self.wait_for(3)
        self.farm.kill_worker("worker-1")
        finish(processes, longest=90)
        self.right("a worker that is killed", client, self.few, begun)
        self.farm.start_worker("worker-1")

    def server_killed(self):
        """The server is killed in the middle, and started again."""
        self.forget()
        begun, client = time.monotonic(), self.client("few")
        processes = [client.start(backend) for backend in BACKENDS]
        self.wait_for(3)
        self.farm.stop_server()
        time.sleep(1)
        self.farm.start_server()
        finish(processes, longest=120)
        self.right("a server that is started again", client, self.few, begun)

    def lies(self):
        """Workers lie: each action is executed once more, and no lie is kept."""
        for lie in ("garbage", "other", "nothing"):
            self.forget()
            self.farm.plant(*[lie] * 5)
            begun, client = time.monotonic(), self.client("few")
            client.run()
            self.right(f"5 actions with the fault `{lie}`", client, self.few, begun)
            begun, other = time.monotonic(), self.client("few")
            other.run()
            self.right(f"another client after `{lie}`", other, self.few, begun)
            # What the client has kept is right, too.
            shutil.rmtree(client.out)
            client.run("--verify-inputs")
            self.right(f"the client's cache after `{lie}`", client, self.few, begun)

    def every_worker_lies(self):
        """All workers lie: everything is compiled here, with one warning a run."""
        self.forget()
        self.farm.plant(*["garbage"] * 1000)
        begun, client = time.monotonic(), self.client("few")
        by_farm, warnings = client.run()
        self.farm.plant()
        self.right("workers that all lie", client, self.few, begun)
        if by_farm or warnings.count("warning: the build farm fails: a worker made something else") != 2:
            sys.exit(f"error: {by_farm} artifacts are the farm's, and the warnings are: {warnings}")

    def never(self):
        """An action never ends: it is given up, and compiled here."""
        self.forget()
        self.farm.plant("never", "never")
        begun, client = time.monotonic(), self.client("few")
        client.run("--remote-timeout", f"{TIMEOUT}s", longest=LONGEST)
        self.right("workers that never end", client, self.few, begun)
        for name in list(self.farm.workers):
            self.farm.kill_worker(name)
            self.farm.start_worker(name)

    def two_clients(self):
        """Two clients at once: equal actions are one."""
        self.forget()
        begun, clients = time.monotonic(), [self.client("few") for _ in range(2)]
        finish([client.start(backend) for client in clients for backend in BACKENDS])
        for client in clients:
            self.right("two clients at once", client, self.few, begun)
        # The server looks for the same action, and then adds this one: two that come in the same moment may both be executed.
        # If it didn't look, all would be executed for each client.
        if self.farm.executed() > 3 * FEW:
            sys.exit(f"error: {2 * FEW} different actions were executed {self.farm.executed()} times")

    def client_killed(self):
        """A client is killed, another one interrupted: those after them find nothing wrong."""
        self.forget()
        begun, client = time.monotonic(), self.client("few")
        for deadly in (signal.SIGKILL, signal.SIGINT):
            processes = [client.start(backend) for backend in BACKENDS]
            self.wait_for(self.farm.executed() + 1)
            for process in processes:
                process.send_signal(deadly)
            for process in processes:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=5)
                if process.returncode is None:
                    sys.exit("error: an interrupted client doesn't end within 5 s")
        client.run()
        self.right("a client that was killed, and interrupted", client, self.few, begun)
        other = self.client("few")
        other.run()
        self.right("another client after that", other, self.few, begun)

    def wait_for(self, executed):
        """Waits until workers have begun so many actions, or all."""
        end = time.monotonic() + 30
        while self.farm.executed() < min(executed, 2 * FEW) and time.monotonic() < end:
            time.sleep(0.01)


run("cargo", "build", "-q", "--profile", "quick", "-p", "precompile", "--bin", "precompile", "--features", "remote-exec")
count = number_argument(500)
with tempfile.TemporaryDirectory() as folder, grid(pathlib.Path(folder) / "grid", workers=2) as farm:
    checks = Checks(farm, pathlib.Path(folder), count)
    for check in (
        checks.whole,
        checks.usage,
        checks.worker_killed,
        checks.server_killed,
        checks.lies,
        checks.every_worker_lies,
        checks.never,
        checks.two_clients,
        checks.client_killed,
    ):
        check()
print("ok: a farm compiles what this machine compiles, whatever fails")
