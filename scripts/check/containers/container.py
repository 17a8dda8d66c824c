"""Containers that crun or runc runs, without rights."""

import dataclasses
import itertools
import json
import pathlib
import subprocess
import time

from common import run
from containers.network import Network

# The user, whom no system knows.
USER = 65532
# What every engine mounts.
DEV = {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "noexec", "mode=755", "size=64k"]}
PROC = {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]}
NAMESPACES = ("ipc", "mount", "pid", "uts")
CAPABILITIES = ("ambient", "bounding", "effective", "inheritable", "permitted")
NUMBER = itertools.count()
# What starts containers, with the options by which it makes no cgroups, if there are any.
ENGINES = {"crun": ["crun", "--cgroup-manager", "disabled"], "runc": ["runc"]}
# The time in which a container must start, or end, in seconds.
LONGEST = 60


@dataclasses.dataclass(frozen=True)
class Container:
    """The files and the command line of a container, and what it may do."""

    root: pathlib.Path
    arguments: list
    # Folders of this machine, by their paths in the container: each with `ro` or `rw`.
    volumes: dict = dataclasses.field(default_factory=dict)
    environment: list = dataclasses.field(default_factory=list)
    # A seccomp profile; None for one that allows everything.
    profile: dict | None = None
    is_root_writable: bool = False
    # The network that it shares; None for one of its own, without anybody.
    network: Network | None = None
    engine: str = "crun"
    system: tuple = (DEV, PROC)

    def config(self):
        """The configuration by which a runtime of the OCI starts it."""
        volumes = [
            {"destination": path, "type": "bind", "source": str(folder), "options": ["rbind", "nosuid", "nodev", way]}
            for path, (folder, way) in self.volumes.items()
        ]
        network = {"type": "network"} | ({"path": self.network.path} if self.network else {})
        return {
            "ociVersion": "1.0.2",
            "process": {
                "user": {"uid": USER, "gid": USER},
                "args": [*map(str, self.arguments)],
                "env": self.environment,
                "cwd": "/",
                "capabilities": {kind: [] for kind in CAPABILITIES},
                "noNewPrivileges": True,
            },
            "root": {"path": str(self.root), "readonly": not self.is_root_writable},
            "hostname": "container",
            "mounts": [*self.system, *volumes],
            "linux": {
                "namespaces": [*({"type": name} for name in NAMESPACES), network],
                **({"seccomp": self.profile} if self.profile else {}),
            },
        }

    def start(self, work, tracer=(), **options):
        """Starts it, by an engine that a tracer runs, if there is one. Nothing here limits resources."""
        # The numbers of processes are the namespace's own, and runc's cgroups are not.
        name = f"{work.name}-{next(NUMBER)}"
        bundle = work / name
        bundle.mkdir()
        (bundle / "config.json").write_text(json.dumps(self.config()))
        engine = [*ENGINES[self.engine], "--root", work / self.engine]
        words = [*tracer, *engine, "run", "--bundle", bundle, name]
        return Running(name, engine, subprocess.Popen([*map(str, words)], **options))

    def run(self, work, tracer=(), text=b""):
        """Runs it to its end: its code, what it prints, and its errors."""
        pipes = {stream: subprocess.PIPE for stream in ("stdin", "stdout", "stderr")}
        process = self.start(work, tracer, **pipes).process
        stdout, stderr = process.communicate(text, timeout=LONGEST)
        return process.returncode, stdout.decode(errors="replace"), stderr.decode(errors="replace")


class Running:
    """A container that runs."""

    def __init__(self, name, engine, process):
        self.name, self.engine, self.process = name, engine, process

    def number(self):
        """The number of process 1 on this machine."""
        return json.loads(run(*self.engine, "state", self.name))["pid"]

    def signal(self, name):
        """Sends a signal to process 1, as engines do."""
        run(*self.engine, "kill", self.name, name)

    def await_answer(self, network, path="/", port=8080):
        """Waits until it serves, and returns the seconds that this took."""
        start, said = time.monotonic(), (0, "")
        while time.monotonic() - start < LONGEST and self.process.poll() is None:
            said = network.get(path, port=port)
            if said[0] == 200:
                return time.monotonic() - start
            time.sleep(0.01)
        raise AssertionError(f"it doesn't serve: {said}, code {self.process.poll()}")

    def end(self, signal="TERM"):
        """Sends a signal, waits for the end, and returns the code."""
        self.signal(signal)
        return self.process.wait(LONGEST)
