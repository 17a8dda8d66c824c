#!/usr/bin/env python3
"""existence.py [MODULES]: the time in which a plan asks far stores for 10,000 entries, each of whose answers takes 50 ms:
WebDAV, S3 and Redis. 5 s are the most. A store that answers one question at a time must be found slower. Writes
reports/existence.md. PRECOMPILE names a binary with the feature `shared-cache`; it is built if it is not named."""

import asyncio
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import number_argument, report, shared

DELAY, MOST = 0.05, 5.0


class Store:
    """A store that has nothing, and tells so after a while."""

    def __init__(self, in_turn):
        self.questions, self.now, self.at_once = 0, 0, 0
        self.turn = asyncio.Lock() if in_turn else None

    async def wait(self, questions):
        """The time of an answer, to so many questions at once."""
        self.questions += questions
        self.now += 1
        self.at_once = max(self.at_once, self.now)
        if self.turn:
            async with self.turn:
                await asyncio.sleep(DELAY)
        else:
            await asyncio.sleep(DELAY)
        self.now -= 1

    async def http(self, reader, writer):
        """Answers requests without a body that nothing is there."""
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            await self.wait(1)
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    async def redis(self, reader, writer):
        """Answers all commands that have arrived together."""
        pending = b""
        while part := await reader.read(1 << 16):
            pending += part
            answers, pending = self.answers(pending)
            if answers:
                await self.wait(sum(answer == b":0\r\n" for answer in answers))
                writer.write(b"".join(answers))

    @staticmethod
    def answers(pending):
        """The answers to the whole commands in these bytes, and the bytes that are left."""
        answers = []
        while True:
            lines = pending.split(b"\r\n", 1)
            if len(lines) < 2 or not lines[0].startswith(b"*"):
                return answers, pending
            # Every argument is a line with its length, and a line: none of these holds a line break.
            count = 1 + 2 * int(lines[0][1:])
            parts = pending.split(b"\r\n", count)
            if len(parts) <= count:
                return answers, pending
            answers.append(b":0\r\n" if parts[2] == b"EXISTS" else b"+OK\r\n")
            pending = parts[count]


class Serving:
    """A store on this machine, served in a thread."""

    def __init__(self, kind, in_turn=False):
        self.kind, self.ready, self.loop = kind, threading.Event(), asyncio.new_event_loop()
        threading.Thread(target=self.serve, args=(in_turn,), daemon=True).start()
        self.ready.wait()

    def serve(self, in_turn):
        asyncio.set_event_loop(self.loop)
        self.store = Store(in_turn)
        answer = self.store.redis if self.kind == "redis" else self.store.http
        server = self.loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()

    def url(self):
        """The store's URL, and the variables that it takes."""
        if self.kind == "s3":
            keys = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"}
            return f"s3://bucket/prefix?endpoint=http://127.0.0.1:{self.port}", keys
        return f"{self.kind}://127.0.0.1:{self.port}/{'0' if self.kind == 'redis' else 'store'}", {}


def write_modules(folder, count):
    for number in range(count):
        (folder / f"m{number}.wat").write_text(f'(module (func (export "f{number}")))')


def seconds(command, environment, limit):
    """The time of a plan; the limit and more where it takes longer."""
    start = time.perf_counter()
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return time.perf_counter() - start
    if done.returncode != 0 or done.stderr.count("\n") > 1:
        sys.exit(f"error: the plan ended with {done.returncode}: {done.stderr[:500]}")
    return time.perf_counter() - start


def main(count, precompile, work):
    modules = work / "modules"
    modules.mkdir()
    write_modules(modules, count)
    time.sleep(3)
    environment = {"PATH": os.environ["PATH"], "HOME": str(work), "PRECOMPILE_CACHE_DIR": str(work / "cache")}
    command = [precompile, "--plan", "--message-format", "json", "--out-dir", str(work / "out"), str(modules)]
    # The keys are known from here on.
    seconds(command, environment, 60)
    alone = seconds(command, environment, 60)

    def asked(serving, limit):
        url, variables = serving.url()
        return seconds(command, {**environment, **variables, "PRECOMPILE_CACHE_REMOTE": url}, limit)

    print("# Questions to a far store\n")
    print(f"Made by `scripts/measure/existence.py {count}`: a plan of {count:,} modules that no store has, whose keys are known.")
    print(f"Every answer takes {DELAY * 1e3:.0f} ms. Without a store, the plan takes {alone:.2f} s.\n")
    print("| store | seconds | at most | questions | round trips at once |")
    print("|-------|--------:|--------:|----------:|--------------------:|")
    failed = []
    for kind in ("webdav", "s3", "redis"):
        serving = Serving(kind)
        time_taken = asked(serving, 60)
        store = serving.store
        print(f"| {kind} | {time_taken:.2f} | {MOST:.0f} | {store.questions:,} | {store.at_once} |", flush=True)
        if time_taken > MOST:
            failed.append(f"{kind} takes {time_taken:.2f} s, beyond {MOST}")
        if store.questions != count:
            failed.append(f"{kind} was asked {store.questions} questions, and not {count}")
    planted = Serving("webdav", in_turn=True)
    if asked(planted, MOST * 1.2) <= MOST:
        failed.append("a store that answers one question at a time is not noticed")
    print("\nA store that answers one question at a time was found slower.")
    for fault in failed:
        print(f"\nerror: {fault}")
    if failed:
        sys.exit(1)


os.environ.pop("PRECOMPILE_NO_CACHE")
with tempfile.TemporaryDirectory() as folder:
    named = os.environ.get("PRECOMPILE")
    if not named:
        named = os.path.join(folder, "precompile")
        shared("build_variant", "shared-cache", named)
    with report("existence"):
        main(number_argument(10_000), named, pathlib.Path(folder))
