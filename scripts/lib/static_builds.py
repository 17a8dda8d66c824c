"""Builds of both commands, linked statically or not."""

import os
import platform
import shutil
import subprocess

from common import TARGET, run, shared

GLIBC, MUSL = (f"{platform.machine()}-unknown-linux-{libc}" for libc in ("gnu", "musl"))
# What makes a program of glibc's static. It needs a target: procedural macros are shared libraries.
STATIC = "-Ctarget-feature=+crt-static"
# The package, the binary, and the profile of each command.
PRECOMPILE = ("precompile", "precompile", "release")
RUNNER = ("precompile-runtime", "precompile-run", "runner")


def static_target():
    """The target of static builds, and its flags: musl's, or glibc's where musl's library can't be had."""
    added = subprocess.run(["rustup", "-q", "target", "add", MUSL], capture_output=True, text=True, check=False)
    if added.returncode == 0:
        shared("apt_install", "musl-tools")
        return MUSL, ""
    print(f"not tried: musl, whose library rustup can't install: {added.stderr.strip().splitlines()[-1]}")
    shared("apt_install", "gcc", "libc6-dev")
    return GLIBC, STATIC


def build(command, into, target=None, flags="", features=()):
    """Builds a command, and copies it to this path. Without a target it is a dynamic one, for this machine."""
    package, binary, profile = command
    # Two kinds of flags for one target share no folder: each would build all anew.
    folder = TARGET / "static" if flags else TARGET
    environment = os.environ | {"RUSTFLAGS": flags, "CARGO_TARGET_DIR": str(folder)}
    words = ["cargo", "build", "-q", "--locked", "--profile", profile, "-p", package, "--bin", binary]
    words += ["--target", target] if target else []
    words += ["--features", ",".join(features)] if features else []
    run(*words, env=environment)
    shutil.copy(folder / (target or "") / profile / binary, into)
    return into
