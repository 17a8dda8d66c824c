"""Servers of HTTP, and load on them by Debian's `wrk`."""

import contextlib
import os
import re
import resource
import shutil
import socket
import struct
import subprocess
import sys
import time

from common import ROOT, run

# The component that answers.
GUEST = ROOT / "tests/guests/http-p2.wasm"


def install_wrk():
    """Installs Debian's `wrk`, unless it is there."""
    if not shutil.which("wrk"):
        run("apt-get", "install", "-y", "-qq", "wrk", stderr=subprocess.DEVNULL)


def free_port():
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answer(port, path="/"):
    """The status of an answer, or None where nobody listens yet."""
    try:
        with socket.socket() as connection:
            connection.settimeout(60)
            connection.connect(("127.0.0.1", port))
            connection.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
            with connection.makefile("rb") as head:
                words = head.readline().split()
            return int(words[1]) if words else None
    except ConnectionError:
        return None


@contextlib.contextmanager
def serving(command, stderr=subprocess.DEVNULL):
    """Starts a server, and gives its process, its port and the seconds from its `exec` until its first answer."""
    port = free_port()
    # A descriptor for each connection, which the server inherits: a shell before it would be measured, too.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    words = [str(word).replace("ADDRESS", f"127.0.0.1:{port}") for word in command]
    # The new process notes the time: this one may wait for a processor. It calls nothing that a thread could hold.
    reader, writer = os.pipe()
    options = {"stdout": subprocess.DEVNULL, "stderr": stderr, "text": True}
    note_time = lambda: os.write(writer, struct.pack("d", time.perf_counter()))
    process = subprocess.Popen(words, preexec_fn=note_time, **options)  # noqa: PLW1509
    start = struct.unpack("d", os.read(reader, 8))[0]
    os.close(reader)
    os.close(writer)
    try:
        while (status := answer(port)) is None:
            if process.poll() is not None:
                sys.exit(f"error: `{' '.join(words)}` ended with {process.returncode}")
            time.sleep(0.0001)
        took = time.perf_counter() - start
        if status != 200:
            sys.exit(f"error: `{' '.join(words)}` answers with {status}")
        yield process, port, took
    finally:
        process.terminate()
        process.wait()


def seconds(text):
    """A time as wrk prints it."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[unit]


def load(port, path, connections, duration, script=None):
    """Requests a second, and the latency of which 50 and 99 of 100 have less, in seconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{duration}s", "--latency"]
    command += ["-s", str(script)] if script else []
    text = run(*command, f"http://127.0.0.1:{port}{path}")
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"error: not every request was answered:\n{text}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    return rate, *(seconds(re.search(rf"\s{part}%\s+(\S+)", text).group(1)) for part in (50, 99))
