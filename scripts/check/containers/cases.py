"""The ways to run a runner that together make every system call which it needs."""

import dataclasses
import os
import shutil
import subprocess

from containers.container import LONGEST, USER, Container
from wasi_folders import paths, prepare

# The file that engines mount, with a name of the network's peer.
HOSTS = "127.0.0.1 localhost peer.test\n"
PEER = "peer.test:7000"
# Where artifacts, the folders of guests, and a log are.
ARTIFACTS, DATA = "/artifacts", "/data"
WASI = ["--dir", f"{DATA}/own::.", "--dir", f"{DATA}/other::/other"]


@dataclasses.dataclass(frozen=True)
class Case:
    """A command line, and what comes of it."""

    arguments: list
    code: int = 0
    text: bytes = b""
    # Its output is another each time.
    varies: bool = False

    def outcome(self, place, tracer=()):
        """The code and the output of a run to its end, and the errors, which aren't compared."""
        code, stdout, stderr = place.container(self.arguments).run(place.work, tracer, self.text)
        return code, None if self.varies else stdout, stderr


class Waiting(Case):
    """A guest that waits until the command is ended."""

    def outcome(self, place, tracer=()):
        """The code after SIGTERM."""
        pipes = {stream: subprocess.PIPE for stream in ("stdin", "stdout", "stderr")}
        running = place.container(self.arguments).start(place.work, tracer, **pipes)
        first = running.process.stdout.read(1)
        running.signal("TERM")
        _, stderr = running.process.communicate(timeout=LONGEST)
        return running.process.returncode, first, stderr.decode()


class Listening(Case):
    """A component that listens on an address, which it prints."""

    def outcome(self, place, tracer=()):
        """The code and what it heard."""
        running = place.container(self.arguments).start(place.work, tracer, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        address = running.process.stdout.readline().decode().strip()
        is_heard = place.network.is_heard(address) if ":" in address else address
        stdout, stderr = running.process.communicate(timeout=LONGEST)
        return running.process.returncode, (is_heard, stdout), stderr.decode()


class Serving(Case):
    """A server, with requests of each kind; its artifact is replaced meanwhile."""

    REQUESTS = ("/", "/version", "/large", "/trap", "/loop", "/memory", "/environment", f"/fetch/{PEER[:-5]}:8080")

    def outcome(self, place, tracer=()):
        """The code, the statuses, and the answers."""
        container = place.container(self.arguments)
        shutil.copy(place.artifacts / "http-p2.cwasm", place.data / "app.cwasm")
        running = container.start(place.work, tracer, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            running.await_answer(place.network)
            said = [place.network.get(path) for path in self.REQUESTS]
            said.append(place.network.get("/echo", "--data", "x" * 100_000))
            said.append((place.network.get("/health", port=8081)[0], place.network.get("/metrics", port=8081)[0]))
            # Renamed into place, it is found within a tenth of a second.
            shutil.copy(place.artifacts / "other.cwasm", place.data / "new")
            (place.data / "new").rename(place.data / "app.cwasm")
            subprocess.run(["sleep", "1"], check=True)
            said.append(place.network.get("/"))
            code = running.end()
        finally:
            running.process.kill()
            stderr = running.process.communicate()[1].decode()
        return code, [(status, None if status != 200 else body) for status, body in said], stderr


@dataclasses.dataclass(frozen=True)
class Place:
    """A runner's image, with artifacts, a network, and a profile or none."""

    work: object
    root: object
    artifacts: object
    network: object
    profile: dict | None = None

    @property
    def data(self):
        """The folder of guests."""
        return self.work / "data"

    def container(self, arguments):
        """A container of the runner, whose guests' folders are new."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir()
        prepare(self.data, 10)
        for path in paths(os.fsencode(self.data)):
            os.chown(path, USER, USER, follow_symlinks=False)
        hosts = self.work / "hosts"
        hosts.write_text(HOSTS)
        volumes = {ARTIFACTS: (self.artifacts, "ro"), DATA: (self.data, "rw"), "/etc/hosts": (hosts, "ro")}
        return Container(self.root, ["/precompile-run", *arguments], volumes, profile=self.profile, network=self.network)


def artifact(name):
    """The path of an artifact in a container."""
    return f"{ARTIFACTS}/{name}.cwasm"


def small(programs, hello):
    """The cases of modules, which both runners run. `hello` is an artifact's content."""
    yield Case([artifact("hello")])
    yield Case(["-"], text=hello)
    yield Case(["--map", artifact("hello")])
    yield Case(["--fuel", "100000", "--timeout", "30s", "--max-memory", "64M", artifact("fuel")])
    yield Case(["--timeout", "200ms", artifact("loop")], code=124)
    yield from (Case([artifact(name)], code=134) for name in ("trap", "bounds"))
    yield Case(["--invoke", "sum", artifact("sum"), "1000"])
    yield Case(["--preload", f"add={artifact('add')}", "--invoke", "run", artifact("uses")])
    yield Case(["--trust", f"{ARTIFACTS}/guests.pub", artifact("signed")])
    yield Case(["--trust", f"{ARTIFACTS}/guests.pub", artifact("hello")], code=126)
    yield Case(["--check", artifact("hello")])
    yield Case(["--describe"], varies=True)
    yield Case(["--measure", "2", artifact("hello")], varies=True)
    yield Case([*WASI, artifact("primes"), "200000", "primes.txt"])
    yield Case([artifact("none")], code=125)
    yield Waiting([artifact("waits")], code=143)
    # Arguments of those that do nothing without: the kind of end, and the number of a case.
    needed = {"exits": [["proc_exit", "3"], ["abort"], ["unreachable"]], "pointers": [["1"]]}
    codes = {"proc_exit": 3, "abort": 134, "unreachable": 134, "1": 134, "arguments": 1, "descriptors": 41}
    for name in programs:
        for words in needed.get(name, [[]]):
            code = codes.get([name, *words][min(len(words), 1)], 0)
            yield Case([*WASI, artifact(name), *words], code, b"the first line\nthe second\n")


def full(programs, hello):
    """The cases of the full runner."""
    yield from small(programs, hello)
    yield Case([artifact("pulley")])
    connected = ["--tcp", PEER, "--tcp", "127.0.0.1", "--udp", "127.0.0.1"]
    for name in ("sockets-p2", "command-p3"):
        yield Case([*connected, artifact(name), "connect", "127.0.0.1:7000"])
        yield Case([*connected, artifact(name), "lookup", "peer.test"])
    yield Case([*connected, artifact("sockets-p2"), "send", "127.0.0.1:7000"])
    yield Listening([*connected, artifact("sockets-p2"), "listen", "127.0.0.1:7001"])
    for words in (["clocks"], ["random"], ["environment"], ["cat"]):
        yield Case([artifact("command-p3"), *words], text=b"some input")
    yield Case(["--dir", f"{DATA}/own::/data", artifact("command-p3"), "files"])
    yield Serving([
        *("serve", "--addr", "0.0.0.0:8080", "--admin", "0.0.0.0:8081", "--health", "/health", "--metrics", "/metrics"),
        *("--timeout", "1s", "--max-memory", "32M", "--reuse", "2", "--access-log", f"{DATA}/own/log", "--http", "*"),
        *("--env", "GREETING=hello", "--dir", f"{DATA}/own::/own", f"{DATA}/app.cwasm"),
    ])  # fmt: skip
