#!/usr/bin/env python3
"""shared-trust.py: machines that share a cache, to which an attacker can write. A builder signs what it stores; a machine
that trusts the builder's key takes that alone, says once what else it found, and compiles it itself. A machine without a
trust file takes what the attacker stored, which shows that the attack works. PRECOMPILE names a binary with the feature
`shared-cache`; it is built if it is not named."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import blake3, run, shared


class Machine:
    """A machine with a cache of its own."""

    def __init__(self, precompile, folder, bucket):
        self.precompile, self.folder, self.bucket = precompile, folder, bucket
        folder.mkdir()
        self.sequence = 0

    def compile(self, text, *options, keep=False):
        """Compiles a module, and returns what came of it, the artifact, and the warnings."""
        if not keep:
            shutil.rmtree(self.folder / "cache", ignore_errors=True)
        self.sequence += 1
        source, output = self.folder / "app.wat", self.folder / f"{self.sequence}.cwasm"
        source.write_text(text)
        command = [self.precompile, "--message-format", "json", "--cache-remote", f"file://{self.bucket}"]
        command += ["--cache-dir", self.folder / "cache", "-o", output, *options, source]
        environment = {name: value for name, value in os.environ.items() if name != "PRECOMPILE_NO_CACHE"}
        done = subprocess.run(
            [*map(str, command)], capture_output=True, text=True, check=False, env=environment, cwd=self.folder
        )
        assert done.returncode == 0, done.stderr
        outcome = json.loads(done.stdout.splitlines()[0])["cache"]
        warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
        return outcome, output.read_bytes(), warnings


def objects(bucket):
    """The objects in the shared cache, by path."""
    return {path: path.read_bytes() for path in bucket.rglob("*") if path.is_file()}


def forged(victim, donor, digest):
    """An object under the victim's key with the donor's artifact, whose digests all agree."""
    record, _, _ = victim.split(b"\n", 2)
    _, _, blob = donor.split(b"\n", 2)
    record = json.loads(record)
    record["outcome"] = {"blob": {"blake3": digest(blob), "bytes": len(blob)}}
    line = json.dumps(record, separators=(",", ":")).encode()
    return line + b"\n" + digest(line).encode() + b"\n" + blob


def check(what, condition, *found):
    """Ends with an error where a condition doesn't hold."""
    if not condition:
        sys.exit(f"error: {what}: {found}")
    print(f"{what}: right")


def main():
    """Plays the machines' parts."""
    digest_of = blake3()

    def digest(data):
        return digest_of(data).hexdigest()

    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        precompile = os.environ.get("PRECOMPILE")
        if not precompile:
            precompile = str(work / "precompile")
            shared("build_variant", "shared-cache", precompile)
        bucket = work / "bucket"
        bucket.mkdir()
        for name in ["builder", "attacker"]:
            run(precompile, "keygen", "--no-password", "-o", work / f"{name}.key", stderr=subprocess.DEVNULL)
        machines = ["builder", "user", "attacker", "other"]
        builder, user, attacker, other = (Machine(precompile, work / name, bucket) for name in machines)
        trust, signs = ["--trust", work / "builder.pub"], ["--sign", work / "builder.key"]
        app = "(module (func (export \"answer\") (result i32) i32.const 42))"
        evil = app.replace("42", "66")

        # An artifact that is compiled under a trust, and not signed, isn't sent.
        outcome, unsigned, warnings = user.compile(app, *trust)
        check("unsigned, and kept here", outcome == "miss" and not warnings and not objects(bucket), outcome, warnings)
        outcome, again, _ = user.compile(app, *trust, keep=True)
        check("but found here", outcome == "hit" and again == unsigned, outcome)

        outcome, signed, warnings = builder.compile(app, *signs)
        check("signed, and sent", outcome == "miss" and not warnings and len(objects(bucket)) == 1, outcome, warnings)
        assert signed != unsigned
        ((place, good),) = objects(bucket).items()
        outcome, taken, warnings = user.compile(app, *trust)
        check("taken by who trusts the key", outcome == "hit" and taken == signed and not warnings, outcome, warnings)
        outcome, taken, warnings = builder.compile(app, *signs)
        check("taken by who signs", outcome == "hit" and taken == signed and not warnings, outcome, warnings)

        # The attacker's objects: each is whole, and of the right key.
        place.unlink()
        attacker.compile(app)
        plain = place.read_bytes()
        place.unlink()
        attacker.compile(app, "--sign", work / "attacker.key")
        foreign = place.read_bytes()
        before = set(objects(bucket))
        attacker.compile(evil)
        (evil_place,) = set(objects(bucket)) - before
        evil_plain = objects(bucket)[evil_place]
        builder.compile(evil.replace("66", "67"), *signs)
        (old_place,) = set(objects(bucket)) - before - {evil_place}
        attacks = {
            "unsigned": (plain, "unsigned"),
            "signed by the attacker": (foreign, "which isn't trusted"),
            "another module's, unsigned": (forged(good, evil_plain, digest), "another module"),
            "another module's, signed by the builder": (forged(good, objects(bucket)[old_place], digest), "another module"),
        }
        for what, (attack, why) in attacks.items():
            place.write_bytes(attack)
            outcome, made, warnings = user.compile(app, *trust)
            right = outcome == "miss" and made == unsigned and len(warnings) == 1 and why in warnings[0]
            check(f"refused: {what}", right, outcome, warnings)
            check(f"left as it is: {what}", place.read_bytes() == attack)
            # The builder puts its own there again.
            outcome, made, warnings = builder.compile(app, *signs)
            right = outcome == "miss" and made == signed and len(warnings) == 1 and place.read_bytes() != attack
            check(f"mended: {what}", right, outcome, warnings)

        # Where an isolated process alone may parse a text, another module's artifact can't be told from the text's.
        place.write_bytes(forged(good, objects(bucket)[old_place], digest))
        outcome, made, warnings = user.compile(app, "--isolate", *trust)
        right = outcome == "miss" and made == unsigned and len(warnings) == 1 and "isolated process alone" in warnings[0]
        check("refused: of a text, for an isolated process", right, outcome, warnings)

        # A machine without a trust file takes the attacker's entry: the attack works. With a trust file afterwards, what was
        # taken without it isn't used.
        place.write_bytes(plain)
        outcome, believed, _ = other.compile(app)
        check("believed without a trust file", outcome == "hit" and believed == unsigned, outcome)
        outcome, _, warnings = other.compile(app, *trust, keep=True)
        check("and not used with one", outcome == "miss" and len(warnings) == 1, outcome, warnings)
        # A key that is no longer trusted: what it signed is no longer used either.
        place.write_bytes(good)
        user.compile(app, *trust)
        outcome, _, warnings = user.compile(app, "--trust", work / "attacker.pub", keep=True)
        check("removed with its key", outcome == "miss" and len(warnings) == 1, outcome, warnings)


main()
