#!/usr/bin/env python3
"""install-c.py PREFIX [--features LIST] [--profile NAME] [--lean-wasi]: builds the C library, runtime/capi, and
installs it with its headers, a file for pkg-config and a package for CMake. Without `--features`, it has all that
bindings of upstream's library look up, `bindings`. With `--lean-wasi`, WASI is by precompile-wasi, for modules alone.
Needs CMake, for upstream's headers. For Linux."""

import argparse
import json
import pathlib
import shutil
import sys
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
# Importing common goes to the root of the checkout; the prefix is from where the caller is.
HOME = pathlib.Path.cwd()

from common import ROOT, run

CAPI = ROOT / "runtime/capi"
# What rustc names for a static library of this target (`--print native-static-libs`).
STATIC_LIBS = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc"


def build(features, profile, lean_wasi):
    """Builds the library, and returns its two files, and upstream's headers for these features."""
    manifest = CAPI / "lean/Cargo.toml" if lean_wasi else CAPI / "Cargo.toml"
    command = ["cargo", "build", "-q", "--manifest-path", manifest, "--profile", profile, "--features", features]
    printed = run(*command, "--message-format", "json-render-diagnostics")
    files, headers = [], None
    for line in printed.splitlines():
        message = json.loads(line)
        package = message.get("package_id", "")
        if message["reason"] == "build-script-executed" and "wasmtime-c-api-impl@" in package:
            headers = pathlib.Path(message["out_dir"], "include")
        if message["reason"] == "compiler-artifact" and message["target"]["name"] == "precompile_capi":
            files = [pathlib.Path(file) for file in message["filenames"]]
    by_suffix = {file.suffix: file for file in files}
    return by_suffix[".so"], by_suffix[".a"], headers


def link(folder, name, to):
    path = folder / name
    path.unlink(missing_ok=True)
    path.symlink_to(to)


def install(prefix, shared, static, headers):
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    major, minor, _ = version.split(".")
    # As in runtime/capi/build.rs.
    abi = f"{major}.{minor}" if major == "0" else major
    lib = prefix / "lib"
    lib.mkdir(parents=True, exist_ok=True)
    shutil.copy(shared, lib / f"libprecompile_runtime.so.{version}")
    shutil.copy(static, lib / "libprecompile_runtime.a")
    link(lib, f"libprecompile_runtime.so.{abi}", f"libprecompile_runtime.so.{version}")
    link(lib, "libprecompile_runtime.so", f"libprecompile_runtime.so.{abi}")
    # The names that programs and bindings of upstream's library ask for.
    link(lib, "libwasmtime.so", f"libprecompile_runtime.so.{abi}")
    link(lib, "libwasmtime.a", "libprecompile_runtime.a")
    shutil.copytree(headers, prefix / "include", dirs_exist_ok=True)
    for header in sorted((CAPI / "include").iterdir()):
        shutil.copy(header, prefix / "include")
    values = {"@VERSION@": version, "@ABI@": abi, "@STATIC_LIBS@": STATIC_LIBS}
    folders = {".pc": lib / "pkgconfig", ".cmake": lib / "cmake/PrecompileRuntime"}
    for template in sorted((CAPI / "install").glob("*.in")):
        text = template.read_text()
        for name, value in values.items():
            text = text.replace(name, value)
        name = pathlib.Path(template.stem)
        folder = folders[name.suffix]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix", type=pathlib.Path)
    parser.add_argument("--features", default="bindings")
    parser.add_argument("--profile", default="c-library")
    parser.add_argument("--lean-wasi", action="store_true")
    given = parser.parse_args()
    prefix = HOME / given.prefix
    install(prefix, *build(given.features, given.profile, given.lean_wasi))
    print(f"installed in {prefix}")


main()
