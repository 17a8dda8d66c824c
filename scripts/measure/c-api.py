#!/usr/bin/env python3
"""c-api.py [STEP...]: builds the C library at each step of upstream's guide beside upstream's own, with the same flags
and features, and with each feature. Writes reports/c-api.md, and reports/c-api.json, from which steps that aren't named
are taken. Fails where the library is larger than it may be. Installs CMake, and for the steps with a standard library
of their own uses nightly Rust, or Debian's, which it installs."""

import dataclasses
import datetime
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import ROOT, TARGET, run, shared

KEPT = ROOT / "reports/c-api.json"
REPORT = ROOT / "reports/c-api.md"
# The most that the library may be, of upstream's built alike, without WASI; and its smallest builds, in bytes.
MOST = 1.08
# The most that it may be with WASI by precompile-wasi, of upstream's with WASI.
MOST_LEAN = 0.6
SMALLEST = {"stable": 1_200_000, "unstable": 698_000}
# The folder of each kind of build, so that one doesn't build again what another has.
BUILDS = TARGET / "c-api"
HOST = next(line.removeprefix("host: ") for line in run("rustc", "-vV").splitlines() if line.startswith("host: "))


@dataclasses.dataclass(frozen=True)
class Step:
    """A step of the ladder: how the libraries are built, beside the steps before it."""

    name: str
    # The guide's figure for upstream's C library: Linux on x86_64, 2024-12-12.
    guide: str
    opt_level: str = "s"
    abort: bool = True
    lto: bool = True
    one_unit: bool = True
    strip: bool = True
    logging: bool = False
    flags: tuple = ()
    # Features of a standard library that is built; `None` takes the toolchain's own.
    std: str | None = None
    unstable: bool = False

    def environment(self):
        profile = {
            "OPT_LEVEL": self.opt_level,
            "DEBUG": "0",
            "PANIC": "abort" if self.abort else "unwind",
            "LTO": "true" if self.lto else "false",
            "CODEGEN_UNITS": "1" if self.one_unit else "16",
            "STRIP": "symbols" if self.strip else "none",
            "INCREMENTAL": "false",
            "BUILD_OVERRIDE_OPT_LEVEL": "0",
        }
        environment = {f"CARGO_PROFILE_RELEASE_{name}": value for name, value in profile.items()}
        environment["RUSTFLAGS"] = " ".join(self.flags)
        if self.unstable:
            environment["RUSTC_BOOTSTRAP"] = "1"
        return environment

    def options(self):
        options = []
        if self.std is not None:
            options.append(f"-Zbuild-std=std,{'panic_abort' if self.abort else 'panic_unwind'}")
            if self.std != "default":
                options.append(f"-Zbuild-std-features={self.std}")
        if self.flags or self.std is not None:
            # Flags then hold for the library alone, not for procedural macros.
            options.append(f"--target={HOST}")
        return options


RELEASE = {"opt_level": "3", "abort": False, "lto": False, "one_unit": False, "strip": False}
LINK = ("-Clink-arg=-Wl,--icf=all", "-Clink-arg=-Wl,-z,pack-relative-relocs")
LOCATION = "-Zlocation-detail=none"
ABORT = ("-Zunstable-options", "-Cpanic=immediate-abort")
STABLE = Step("stripped", "1.2M")
STABLE_FLAGS = dataclasses.replace(STABLE, name="flags for the linker", guide="", flags=LINK)
NIGHTLY = dataclasses.replace(STABLE, flags=(LOCATION,), unstable=True)
IMMEDIATE = dataclasses.replace(NIGHTLY, name="panic=immediate-abort", guide="698K", flags=(LOCATION, *ABORT), std="")
SMALLEST_STEP = dataclasses.replace(
    IMMEDIATE,
    name="flags for the linker, fmt-debug=none, std for size",
    guide="",
    flags=(LOCATION, "-Zfmt-debug=none", *ABORT, *LINK, "-Clink-arg=-fuse-ld=lld"),
    std="optimize_for_size",
)
LADDER = [
    Step("no default features", "2.1M", **RELEASE, logging=True),
    Step("logging disabled", "2.1M", **RELEASE),
    Step("opt-level s", "2.4M", **{**RELEASE, "opt_level": "s"}),
    Step("panic=abort", "2.0M", lto=False, one_unit=False, strip=False),
    Step("link-time optimisation", "1.2M", one_unit=False, strip=False),
    Step("one codegen unit", "1.2M", strip=False),
    STABLE,
    STABLE_FLAGS,
    dataclasses.replace(NIGHTLY, name="location-detail=none", guide="1.2M"),
    dataclasses.replace(NIGHTLY, name="build-std", guide="941K", std="default"),
    dataclasses.replace(NIGHTLY, name="no features of std", guide="784K", std=""),
    IMMEDIATE,
    SMALLEST_STEP,
]
FEATURES = ["wasi", "component-model", "gc", "async", "component-model-async", "threads", "pooling", "pulley", "bindings"]
# The packages that the profile `c-library` compiles for size alone.
SMALL = ["precompile-artifact", "precompile-capi"]
# What ours has besides, each on top of opening artifacts and refusing them with the number of every reason.
OWN = ["messages", "describe", "policy", "trust"]
# A feature's step is a name for the command line.
FEATURE_STEPS = [f"feature {name}" for name in [*FEATURES, *OWN]]
# WASI by precompile-wasi, beside upstream's.
LEAN = "feature wasi by precompile-wasi"
FEATURE_STEPS.insert(1, LEAN)


def toolchain(step):
    """The name of a toolchain that takes the step's flags."""
    if not step.unstable:
        return None
    for name in ("nightly", "debian"):
        found = subprocess.run(["rustc", f"+{name}", "--print", "sysroot"], capture_output=True, text=True, check=False)
        library = pathlib.Path(found.stdout.strip(), "lib/rustlib/src/rust/library/std")
        if found.returncode == 0 and (step.std is None or library.exists()):
            return name
    shared("debian_toolchain", "rust-web-src")
    return "debian"


def size(step, features, manifest, *more):
    """Builds a library, and returns its bytes."""
    name = toolchain(step)
    features = [*features, *([] if step.logging else ["disable-logging"])]
    command = ["cargo", *([f"+{name}"] if name else []), "rustc", "-q", "--release", "--lib", "--crate-type", "cdylib"]
    command += ["--locked", "--manifest-path", manifest, *step.options(), "--no-default-features"]
    command += ["--features", ",".join(features), "--message-format", "json-render-diagnostics", *more]
    environment = {**os.environ, **step.environment(), "CARGO_TARGET_DIR": str(BUILDS)}
    found = []
    for line in run(*command, env=environment).splitlines():
        message = json.loads(line)
        if message["reason"] == "compiler-artifact" and "cdylib" in message["target"]["crate_types"]:
            found = [file for file in message["filenames"] if file.endswith(".so")]
    return pathlib.Path(found[0]).stat().st_size


def ours(step, *features, package=SMALL[-1], manifest=ROOT / "runtime/capi/Cargo.toml"):
    small = [*SMALL[:-1], package]
    for_size = [f'profile.release.package.{name}.opt-level="z"' for name in small] if step.opt_level == "s" else []
    # A package with a setting of its own doesn't get this one of its profile.
    if for_size and step.strip:
        for_size.append(f'profile.release.package.{package}.strip="symbols"')
    more = [word for setting in for_size for word in ("--config", setting)]
    # As scripts/install-c.py builds the shared library.
    return size(step, ["portable-digest", *features], manifest, *more, "--", "--cfg", "no_backtrace")


def lean(step):
    """Ours with WASI by precompile-wasi."""
    return ours(step, "wasi", package="precompile-capi-lean", manifest=ROOT / "runtime/capi/lean/Cargo.toml")


def upstream(step, *features):
    return size(step, features, ROOT / "benches/upstream-c-api/Cargo.toml")


def measure(name):
    """The sizes of a step."""
    if name == LEAN:
        return {"ours": lean(STABLE), "upstream": upstream(STABLE, "wasi")}
    if name in FEATURE_STEPS:
        feature = name.removeprefix("feature ")
        sizes = {"ours": ours(STABLE, feature)}
        return sizes if feature in OWN else sizes | {"upstream": upstream(STABLE, feature)}
    step = next(step for step in LADDER if step.name == name)
    return {"upstream": upstream(step), "ours": ours(step), "whole": ours(step, *OWN)}


def table(kept):
    """The report's text."""
    yield "# The C library\n"
    yield f"""Made by `scripts/measure/c-api.py`, for {HOST}: shared libraries, in bytes. Upstream's is its crate of the
same release, re-exported (benches/upstream-c-api), built with the same flags and features; from "opt-level s" on,
neither has unwind tables. Ours has besides the contract: opening with every check, and every reason of a refusal, as a
number; as in the profile `c-library`, the packages {" and ".join(f"`{name}`" for name in SMALL)} are then of opt-level z. The last columns are with the features {", ".join(f"`{name}`" for name in OWN)}, too, which are on by default.

## The steps of upstream's guide

Each with all before it, without WASI and components. The last one isn't the guide's, and its ratio isn't bounded.

| step | guide, 2024 | upstream | ours | ratio | ours, default features | ratio |
|------|------------:|---------:|-----:|------:|-----------------------:|------:|"""
    for step in LADDER:
        if row := kept.get(step.name):
            ratios = [f"{row[kind] / row['upstream']:.3f}" for kind in ("ours", "whole")]
            yield f"| {step.name} | {step.guide or '–'} | {row['upstream']} | {row['ours']} | {ratios[0]} | {row['whole']} | {ratios[1]} |"
    base = kept[STABLE.name]
    yield f"""
## What a feature costs

At the step "{STABLE.name}", each alone, and what it adds to the library without it.

| feature | upstream | ours | ratio | added to ours |
|---------|---------:|-----:|------:|--------------:|"""
    for name in FEATURE_STEPS:
        if row := kept.get(name):
            others = (row["upstream"], f"{row['ours'] / row['upstream']:.3f}") if "upstream" in row else ("–", "–")
            added = row["ours"] - base["ours"]
            yield f"| `{name.removeprefix('feature ')}` | {others[0]} | {row['ours']} | {others[1]} | {added} |"
    yield """
## Origin of the rows

| row | date | commit | toolchain |
|-----|------|--------|-----------|"""
    for name in [*(step.name for step in LADDER), *FEATURE_STEPS]:
        if row := kept.get(name):
            yield f"| {name} | {row['date']} | {row['commit']} | {row['toolchain']} |"


def too_large(kept):
    """The sizes that are larger than they may be."""
    # The last step, which isn't the guide's, is there for its bytes.
    for step in LADDER[:-1]:
        if (row := kept.get(step.name)) and row["ours"] > MOST * row["upstream"]:
            yield f"{step.name}: {row['ours'] / row['upstream']:.3f} of upstream's, more than {MOST}"
    if (row := kept.get(LEAN)) and row["ours"] > MOST_LEAN * row["upstream"]:
        yield f"with lean WASI: {row['ours'] / row['upstream']:.3f} of upstream's, more than {MOST_LEAN}"
    for kind, most in SMALLEST.items():
        sizes = [kept[step.name]["ours"] for step in LADDER if step.unstable == (kind == "unstable") and step.name in kept]
        if sizes and min(sizes) >= most:
            yield f"the smallest {kind} build has {min(sizes)} bytes, not less than {most}"


def check_planted(kept):
    """A library that is too large is found, in sizes that are right otherwise."""
    grown = {name: {**row, "ours": row["upstream"] * 2} for name, row in kept.items() if "upstream" in row}
    if len(list(too_large(grown))) < 2:
        sys.exit("error: a library that is twice as large was not found")


def main():
    known = [*(step.name for step in LADDER), *FEATURE_STEPS]
    wanted = sys.argv[1:] or known
    if unknown := [name for name in wanted if name not in known]:
        sys.exit(f"error: there is no step `{unknown[0]}`: use {', '.join(known)}")
    shared("apt_install", "cmake")
    kept = json.loads(KEPT.read_text()) if KEPT.exists() and sys.argv[1:] else {}
    for name in wanted:
        step = next((step for step in LADDER if step.name == name), STABLE)
        sizes = measure(name)
        version = run("rustc", *([f"+{toolchain(step)}"] if step.unstable else []), "-V").strip()
        origin = {"date": str(datetime.date.today()), "commit": shared("revision"), "toolchain": version}
        kept[name] = sizes | origin
        print(f"{name}: {sizes}")
        KEPT.write_text(json.dumps(kept, indent=1) + "\n")
        if STABLE.name in kept:
            REPORT.write_text("\n".join(table(kept)) + "\n")
    check_planted(kept)
    if found := list(too_large(kept)):
        sys.exit("error: too large: " + "; ".join(found))
    print("ok: the library is as small as it must be")


main()
