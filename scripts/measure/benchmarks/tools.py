"""The commands that are measured: built, installed or fetched."""

import os
import pathlib
import shutil
import subprocess

from common import CACHE, TARGET, corpus, run, shared

os.environ.pop("PRECOMPILE_NO_CACHE")
# What can't be had: a line for each, with the command that failed and its error.
MISSING = []


def peer(name, *command, **environment):
    """Runs what brings a peer, and need not succeed."""
    command = [*map(str, command)]
    done = subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        lines = done.stdout.splitlines() or [""]
        error = next((line for line in lines if line.startswith("error")), lines[-1])
        shown = " ".join([*(f"{variable}={value}" for variable, value in environment.items()), *command])
        MISSING.append(f"- {name}: `{shown.replace(os.environ['HOME'], '~')}`: {error}\n")


# What the modules are fetched with, which brings Node, and what they and the yardsticks are made with. Node from
# elsewhere brings npm, and Debian has it not beside that.
if not shutil.which("npm"):
    shared("apt_install", "nodejs", "npm")
shared("apt_install", "gcc", "wabt", "time")

run("cargo", "build", "-q", "--release", "-p", "precompile", "--bins")
run("cargo", "build", "-q", "-p", "precompile-runtime", "--profile", "runner", "--features", "pulley")
load = ["cargo", "build", "-q", "--locked", "--release", "--manifest-path", "benches/load/Cargo.toml"]
run(*load, env=os.environ | {"CARGO_TARGET_DIR": str(CACHE / "load")})
PRECOMPILE, RUNNER, LOAD = TARGET / "release/precompile", TARGET / "runner/precompile-run", CACHE / "load/release/load"

WASMER = CACHE / "peers/wasmer/bin/wasmer"
if not WASMER.exists():
    install = ["cargo", "install", "-q", "--locked", "--root", CACHE / "peers/wasmer", "--version", "7.4.2"]
    install += ["--no-default-features", "--features", "sys,wat,compiler,singlepass,cranelift,wasmer-artifact-create"]
    peer("wasmer", *install, "wasmer-cli", CARGO_TARGET_DIR=str(CACHE / "peers-target"))
shutil.rmtree(CACHE / "peers-target", ignore_errors=True)
HAS_WASMER = WASMER.exists()

STOCK = pathlib.Path(shared("stock_wasmtime"))
WASMTIME, WASMTIME_MIN = STOCK / "wasmtime", STOCK / "wasmtime-min"
MODULES = {name: corpus(name)[0] for name in ("resvg", "flite", "esbuild", "ruby")}
