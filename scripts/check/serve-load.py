#!/usr/bin/env python3
"""serve-load.py [SECONDS]: `precompile-run serve` under load for ten minutes, while its artifact is replaced every second:
clients that read, that hang, that send their bodies slowly, and requests whose guests trap, loop, or take all memory. Each
good request must have its answer, memory and descriptors must not grow, and SIGTERM must lose no request in flight. The
wrong answers of a planted artifact must be found."""

import http.client
import itertools
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import ROOT, TARGET, number_argument, run

GUEST = ROOT / "tests/guests/http-p2.wasm"
MARK = b"version:AAAAAAAA"
# The growth of memory that isn't a leak, in bytes: the allocator's.
SLACK = 24 << 20
DESCRIPTORS = 64


class Server:
    """A server, with the versions of its artifact."""

    def __init__(self, runner, precompile, work):
        self.work, self.precompile = work, precompile
        self.artifacts = [self.version(index) for index in range(2)]
        self.replace(0)
        command = [runner, "serve", "--addr", "127.0.0.1:0", "--timeout", "2s", "--max-memory", "32M", "--reuse", "5"]
        log = (work / "stderr").open("w+")
        self.process = subprocess.Popen([*map(str, command), work / "app.cwasm"], stderr=log, stdout=subprocess.DEVNULL)
        while not (found := re.search(r"serving on http://127\.0\.0\.1:(\d+)/", (work / "stderr").read_text())):
            time.sleep(0.01)
        self.port = int(found.group(1))

    def version(self, index):
        """Compiles a version, whose mark is its number."""
        module, artifact = self.work / f"{index}.wasm", self.work / f"{index}.cwasm"
        module.write_bytes(GUEST.read_bytes().replace(MARK, b"version:%08d" % index))
        backend = ("winch", "cranelift")[index % 2]
        run(self.precompile, "-q", "--backend", backend, "-W", "epoch-interruption", module, "-o", artifact)
        return artifact.read_bytes()

    def replace(self, index):
        """Renames a version into place."""
        fresh = self.work / "fresh"
        fresh.write_bytes(self.artifacts[index])
        fresh.rename(self.work / "app.cwasm")

    def request(self, method, path, body=None):
        """An answer: its status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def usage(self):
        """The resident memory in bytes, and the number of open descriptors."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        resident = int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) << 10
        return resident, len(os.listdir(f"/proc/{self.process.pid}/fd"))


class Faults:
    """The requests that went wrong, and the number of those that went right."""

    def __init__(self):
        self.found, self.right, self.lock = [], 0, threading.Lock()

    def check(self, is_right, what):
        """Counts a request."""
        with self.lock:
            if is_right:
                self.right += 1
            else:
                self.found.append(what)


def good(server, faults, over):
    """Requests that must be answered."""
    for number in itertools.count():
        if over.is_set():
            return
        body = random.randbytes(random.randrange(100_000))
        wanted = [("GET", "/version", None), ("GET", "/", None), ("POST", "/echo", body)][number % 3]
        try:
            status, text = server.request(*wanted)
        except (OSError, http.client.HTTPException) as error:
            faults.check(False, f"{wanted[1]}: {error!r}")
            continue
        is_right = {
            "/version": re.fullmatch(rb"version:0000000[01]", text) is not None,
            "/": text == b"hello\n",
            "/echo": text == body,
        }[wanted[1]]
        faults.check(status == 200 and is_right, f"{wanted[1]}: {status} {text[:60]}")


def bad(server, faults, over):
    """Requests whose guests fail: each has its own error."""
    for path, status in itertools.cycle([("/trap", 500), ("/loop", 504), ("/memory", 500), ("/endless", 504), ("/silent", 500)]):
        if over.is_set():
            return
        try:
            answered = server.request("GET", path)[0]
        except (OSError, http.client.HTTPException) as error:
            answered = error
        faults.check(answered == status, f"{path}: {answered}, not {status}")


def hostile(server, over):
    """Clients that send half a head, a body that comes slowly, or nothing; and leave in the middle."""
    for number in itertools.count():
        if over.is_set():
            return
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            start = [b"", b"GET / HTTP/1.1\r\nhost:", b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n"]
            start.append(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
            try:
                client.sendall(start[number % 4])
                for _ in range(random.randrange(10)):
                    client.sendall(b"a")
                    time.sleep(0.2)
            except OSError:
                pass


def play(server, duration, replace):
    """Load for so many seconds. Returns what went wrong, and how many requests went right."""
    faults, over = Faults(), threading.Event()
    threads = [threading.Thread(target=good, args=(server, faults, over)) for _ in range(4)]
    threads += [threading.Thread(target=bad, args=(server, faults, over)) for _ in range(2)]
    threads += [threading.Thread(target=hostile, args=(server, over)) for _ in range(8)]
    for thread in threads:
        thread.start()
    start, early = time.monotonic(), None
    for number in itertools.count(1):
        if time.monotonic() - start > duration:
            break
        replace(number)
        time.sleep(1)
        if early is None and time.monotonic() - start > duration / 4:
            early = server.usage()
    late = server.usage()
    over.set()
    for thread in threads:
        thread.join()
    print(f"{number - 1} replacements, {faults.right} requests; memory {early[0] >> 20} and {late[0] >> 20} MiB, "
          f"descriptors {early[1]} and {late[1]}")
    if late[0] > early[0] + SLACK:
        faults.found.append(f"memory grows from {early[0]} to {late[0]} bytes")
    if late[1] > early[1] + DESCRIPTORS:
        faults.found.append(f"descriptors grow from {early[1]} to {late[1]}")
    return faults


def end(server):
    """SIGTERM while requests are in flight: each must have its answer."""
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(server.request("GET", "/slow"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    server.process.terminate()
    for thread in threads:
        thread.join()
    code = server.process.wait()
    if code != 0 or answers != [(200, b"slow\n")] * 16:
        sys.exit(f"error: it ended with {code}, after {answers}")
    print("ok: SIGTERM loses none of 16 requests in flight")


def main(duration):
    """A planted fault first, then the load."""
    runner, precompile = TARGET / "tests/run-full", TARGET / "debug/precompile"
    with tempfile.TemporaryDirectory() as folder:
        server = Server(runner, precompile, pathlib.Path(folder))
        wrong = GUEST.read_bytes().replace(MARK, b"version:XXXXXXXX")
        (server.work / "wrong.wasm").write_bytes(wrong)
        run(precompile, "-q", "-W", "epoch-interruption", server.work / "wrong.wasm", "-o", server.work / "wrong.cwasm")
        server.artifacts.append((server.work / "wrong.cwasm").read_bytes())
        found = play(server, 4, lambda _: server.replace(2)).found
        if not found or not all("XXXXXXXX" in fault for fault in found):
            sys.exit(f"error: an artifact that answers wrong is not found: {found[:5]}")
        print(f"ok: {len(found)} wrong answers of a planted artifact are found")
        server.process.kill()
        server.process.wait()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(runner, precompile, pathlib.Path(folder))
        found = play(server, duration, lambda number: server.replace(number % 2)).found
        if found:
            sys.exit(f"error: {len(found)} requests went wrong, such as {found[:5]}")
        print("ok: no wrong answer, and none lost")
        end(server)


run("cargo", "test", "-q", "--no-run", "--test", "serve")
run("cargo", "test", "-q", "--test", "serve", "components_answer")
main(number_argument(600))
