#!/usr/bin/env python3
"""attest.py: two users, each with a key and a folder of their own. One compiles 50 modules on one thread by each backend
and signs them; the other compiles them again on all threads, and signs those that are the same to the byte. A host that
demands both signatures takes all. A compiler that changes one byte, whatever it signs, gets no second signature."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import ROOT, TARGET, blake3, ends_with, run, shared

MODULES = 50
# Users without rights, if this one may be them.
USERS = {"first": 65531, "second": 65532}


def module(number):
    """A module with some functions, another for each number."""
    functions = "".join(
        f'(func (export "f{n}") (param i32 f64) (result f64) (local i64)'
        + f"(local.set 2 (i64.mul (i64.extend_i32_s (local.get 0)) (i64.const {number * 977 + n})))"
        + f"(if (result f64) (i64.lt_s (local.get 2) (i64.const {number})) (then (f64.sqrt (local.get 1)))"
        + " (else (f64.load (i32.and (local.get 0) (i32.const 65528))))))"
        for n in range(number % 7 + 1)
    )
    return f"(module (memory 1) (data (i32.const {number}) \"{number}\") {functions})"


class Builder:
    """A user with a key and a folder."""

    def __init__(self, name, precompile, work):
        self.name, self.precompile, self.folder = name, precompile, work / name
        self.folder.mkdir()
        self.user = USERS[name] if os.geteuid() == 0 and shutil.which("setpriv") else None
        if self.user:
            os.chown(self.folder, self.user, self.user)
        self.run("keygen", "--no-password", "-o", "own.key")

    def command(self, *arguments):
        """A command of this user's, with nothing of this process's environment."""
        user = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups"] if self.user else []
        clean = ["env", "-i", f"HOME={self.folder}", "PATH=/usr/bin:/bin", "PRECOMPILE_NO_CACHE=1"]
        return [*map(str, [*user, *clean, "sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", self.folder])] + [
            str(self.precompile),
            *map(str, arguments),
        ]

    def run(self, *arguments):
        """A command that must succeed."""
        return run(*self.command(*arguments), stderr=subprocess.DEVNULL)

    def receive(self, path):
        """A copy of another's file."""
        copy = self.folder / path.name
        shutil.copyfile(path, copy)
        if self.user:
            os.chown(copy, self.user, self.user)
        return copy


def changed(artifact, digest_of):
    """An artifact with one byte of its code changed, and the digest that is right for it."""
    headers = int.from_bytes(artifact[40:48], "little")
    entry, count = (int.from_bytes(artifact[at : at + 2], "little") for at in (58, 60))
    image = headers + entry * count
    end = image + 16 + int.from_bytes(artifact[image + 12 : image + 16], "little")
    forged = bytearray(artifact[:end])
    # In the middle of the largest section, which is the code.
    sections = [artifact[headers + at * entry :][:entry] for at in range(count)]
    start, length = max(
        ((int.from_bytes(it[24:32], "little"), int.from_bytes(it[32:40], "little")) for it in sections), key=lambda it: it[1]
    )
    forged[start + length // 2] ^= 1
    return bytes(forged) + digest_of(bytes(forged)).digest() + bytes(4)


def main():
    """Compiles, signs, attests, and plants."""
    shared("build_precompile")
    # A folder that each user may read.
    work = pathlib.Path(tempfile.mkdtemp())
    work.chmod(0o755)
    precompile = work / "precompile"
    shutil.copy(TARGET / "debug/precompile", precompile)
    try:
        first, second = (Builder(name, precompile, work) for name in USERS)
        programs = [*sorted((ROOT / "benches/programs").glob("*.wasm")), *sorted((ROOT / "tests/guests").glob("*.wasm"))]
        for number in range(MODULES - len(programs)):
            path = work / f"module{number:02}.wat"
            path.write_text(module(number))
            programs.append(path)
        assert len(programs) == MODULES
        for builder in (first, second):
            run(precompile, "trust", "add", work / "both", builder.folder / "own.pub", stderr=subprocess.DEVNULL)
        run(precompile, "trust", "add", "--threshold", 2, work / "both", second.folder / "own.pub", stderr=subprocess.DEVNULL)
        for backend in ("winch", "cranelift"):
            for program in programs:
                source = first.receive(program)
                artifact = first.folder / f"{program.stem}.cwasm"
                first.run("-q", "-j", 1, "--backend", backend, source.name, "-o", artifact.name)
                first.run("sign", "--key", "own.key", artifact.name)
                source, artifact = second.receive(program), second.receive(artifact)
                ends_with(3, "", precompile, "verify", "--trust", work / "both", artifact)
                second.run("attest", artifact.name, "--source", source.name, "--sign", "own.key")
                run(precompile, "verify", "--trust", work / "both", artifact)
            print(f"ok: {len(programs)} modules by {backend}, compiled by one user, are vouched for by another")
        digest_of = blake3()
        for program in programs[:5]:
            artifact = first.folder / f"{program.stem}.cwasm"
            artifact.write_bytes(changed(artifact.read_bytes(), digest_of))
            first.run("sign", "--key", "own.key", artifact.name)
            run(precompile, "verify", "--public-key", first.folder / "own.pub", artifact)
            copy = second.receive(artifact)
            ends_with(
                1, "not signed", *second.command("attest", copy.name, "--source", program.name, "--sign", "own.key")
            )
            assert copy.read_bytes() == artifact.read_bytes()
            ends_with(3, "", precompile, "verify", "--trust", work / "both", copy)
        print("ok: a compiler that changes one byte gets no second signature")
    finally:
        shutil.rmtree(work)


main()
