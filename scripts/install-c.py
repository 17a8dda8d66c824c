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

from common import ROOT, TARGET, run

CAPI = ROOT / "runtime/capi"
# What rustc names for a static library of this target (`--print native-static-libs`).
STATIC_LIBS = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc"
# The ending of each kind of library.
FILES = {"staticlib": "a", "cdylib": "so"}


def build(kind, features, profile, lean_wasi, *flags):
    """Builds a library of this kind, and returns its file, and upstream's headers for these features."""
    manifest = CAPI / "lean/Cargo.toml" if lean_wasi else CAPI / "Cargo.toml"
    command = ["cargo", "rustc", "-q", "--lib", "--crate-type", kind, "--manifest-path", manifest]
    command += ["--profile", profile, "--features", features, "--message-format", "json-render-diagnostics"]
    # The library has one name, with whatever features and WASI: cargo would take another build's for this one's.
    name = f"libprecompile_capi.{FILES[kind]}"
    built = TARGET / {"dev": "debug"}.get(profile, profile)
    for file in (built / name, built / "deps" / name):
        file.unlink(missing_ok=True)
    library = headers = None
    for line in run(*command, "--", *flags).splitlines():
        message = json.loads(line)
        package = message.get("package_id", "")
        if message["reason"] == "build-script-executed" and "wasmtime-c-api-impl@" in package:
            headers = pathlib.Path(message["out_dir"], "include")
        if message["reason"] == "compiler-artifact" and message["target"]["name"] == "precompile_capi":
            library = pathlib.Path(message["filenames"][0])
    return library, headers


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
    how = (given.features, given.profile, given.lean_wasi)
    static, headers = build("staticlib", *how)
    # What runtime/capi/src/no_backtrace.rs is about.
    shared, _ = build("cdylib", *how, "--cfg", "no_backtrace")
    install(prefix, shared, static, headers)
    print(f"installed in {prefix}")


main()
