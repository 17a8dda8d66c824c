"""A farm on this machine: BuildGrid's server with PostgreSQL, both of PyPI, and workers of ours."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

from common import CACHE, ROOT, run

VERSIONS = ["buildgrid[database]==0.4.4", "pgserver==0.1.4"]
ENVIRONMENT = CACHE / "buildgrid-0.4.4"
PYTHON = ENVIRONMENT / "bin/python"
WORKER = ROOT / "scripts/lib/grid_worker.py"
# `pgserver` starts the database, and prints its address; it ends with its standard input.
DATABASE = """
import pgserver, sys
server = pgserver.get_server(sys.argv[1], cleanup_mode="stop")
print(server.get_uri().replace("postgresql:", "postgresql+psycopg2:"), flush=True)
sys.stdin.read()
server.cleanup()
"""
CONFIGURATION = """
server:
  - !channel
    address: "127.0.0.1:{port}"
    insecure-mode: true
authorization:
  method: none
connections:
  - !sql-connection &sql
    connection-string: "{database}"
    pool-size: 20
    max-overflow: 40
storages:
  - !disk-storage &storage
    path: "{folder}/storage"
caches:
  - !lru-action-cache &results
    storage: *storage
    max-cached-refs: 100000
    allow-updates: true
    cache-failed-actions: false
schedulers:
  - !sql-scheduler &scheduler
    sql: *sql
    storage: *storage
    action-cache: *results
    poll-interval: 0.2
    bot-poll-interval: 0.2
    bot-session-keepalive-timeout: 20
    session-expiry-timer-interval: 2
    max-execution-timeout: 3600
    property-set: !dynamic-property-set
      match-property-keys: []
      wildcard-property-keys: []
    assigners:
      - !priority-age-assigner
        count: 1
        interval: 0.05
instances:
  - name: ""
    services:
      - !action-cache
        cache: *results
      - !execution
        scheduler: *scheduler
        operation-stream-keepalive-timeout: 1
      - !cas
        storage: *storage
      - !bytestream
        storage: *storage
thread-pool-size: 200
"""


def install():
    """Installs the server, unless it is there."""
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", ENVIRONMENT)
        run(PYTHON, "-m", "pip", "install", "-q", "--root-user-action=ignore", *VERSIONS)


def free_port():
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Grid:
    """A server and its workers."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.server, self.workers = None, {}
        (folder / "storage").mkdir(parents=True)
        self.forget_counts()
        self.plant()
        self.database = subprocess.Popen(
            [PYTHON, "-W", "ignore", "-c", DATABASE, folder / "database"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        uri = self.database.stdout.readline().strip()
        run(ENVIRONMENT / "bin/bgd", "migrate", "apply", uri, stderr=subprocess.DEVNULL)
        configuration = CONFIGURATION.format(port=self.port, database=uri, folder=folder)
        (folder / "server.yml").write_text(configuration)

    @property
    def address(self):
        """The address for `--remote-exec`."""
        return f"grpc://127.0.0.1:{self.port}"

    def start_server(self):
        """Starts the server, and waits until it listens."""
        log = (self.folder / "server.log").open("a")
        command = [ENVIRONMENT / "bin/bgd", "server", "start", self.folder / "server.yml"]
        self.server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        for _ in range(600):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.server.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"error: BuildGrid's server doesn't start:\n{(self.folder / 'server.log').read_text()[-3000:]}")

    def stop_server(self):
        """Kills the server."""
        end(self.server)

    def start_worker(self, name):
        """Starts a worker."""
        log = (self.folder / f"{name}.log").open("a")
        command = [PYTHON, WORKER, f"127.0.0.1:{self.port}", self.folder, name]
        self.workers[name] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def kill_worker(self, name):
        """Kills a worker with what it executes."""
        end(self.workers.pop(name))

    def plant(self, *faults):
        """The faults that the next actions show; those before are forgotten."""
        (self.folder / "faults").write_text("".join(f"{fault}\n" for fault in faults))

    def forget_counts(self):
        """Begins to count anew."""
        (self.folder / "executed").write_text("")

    def executed(self):
        """The number of actions that workers have begun."""
        return len((self.folder / "executed").read_text().splitlines())

    def close(self):
        """Ends all processes."""
        for process in [*self.workers.values(), self.server]:
            end(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.database.communicate(timeout=30)
        end(self.database)


def end(process):
    """Kills a process with those that it started."""
    if process and process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(process.pid) == process.pid:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()


@contextlib.contextmanager
def grid(folder, workers):
    """A farm with so many workers, which is ended in any case."""
    install()
    farm = Grid(folder)
    try:
        farm.start_server()
        for number in range(workers):
            farm.start_worker(f"worker-{number}")
        yield farm
    finally:
        farm.close()
