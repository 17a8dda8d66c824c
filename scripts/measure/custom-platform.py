#!/usr/bin/env python3
"""custom-platform.py: builds examples/custom-platform in each of its forms, as a shared library without an operating
system, runs each in its host, and measures them beside upstream's smallest embedding. Writes
reports/custom-platform.md. Installs a C compiler, binutils and Debian's Rust."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import CACHE, ROOT, TARGET, ends_with, report, run, shared

EXAMPLE = ROOT / "examples/custom-platform"
UPSTREAM = ROOT / "benches/smallest-upstream"
PRECOMPILE = TARGET / "debug/precompile"
REMOVED = tempfile.TemporaryDirectory()
WORK = pathlib.Path(REMOVED.name)
FORMS = {
    "pulley": "interpreted where it is, by Pulley (`deserialize_raw`)",
    "code-memory": "Cranelift's code, made executable by the host (`with_custom_code_memory`)",
    "virtual-memory": "Cranelift's code, in memory that the platform maps (`custom-virtual-memory`)",
    "signals": "Winch's code, hardware faults as traps (`custom-native-signals`, too)",
}
# Settings that change the size, for ours and for upstream's alike.
BEST = "-Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort"
BEST_LINK = [f"-B{WORK}", "-fuse-ld=lld", "-Wl,--icf=all", "-Wl,--pack-dyn-relocs=relr", "-Wl,-z,norelro"]
BEST_LINK += ["-Wl,--build-id=none", "-Wl,--hash-style=gnu", "-Wl,--no-rosegment", "-Wl,-z,noseparate-code"]

# What each form may ask for, and nothing else.
ALWAYS = {"host_allocate", "host_fail", "host_free", "host_log", "host_opened", "host_report"}
ALWAYS |= {"wasmtime_tls_get", "wasmtime_tls_set"}
IMAGES = {f"wasmtime_memory_image_{name}" for name in ("free", "map_at", "new")}
VIRTUAL_MEMORY = IMAGES | {f"wasmtime_{name}" for name in ("mmap_new", "mprotect", "munmap", "page_size")}
LOCKS = {f"wasmtime_sync_lock_{name}" for name in ("acquire", "free", "release")}
LOCKS |= {f"wasmtime_sync_rwlock_{name}" for name in ("free", "read", "read_release", "write", "write_release")}
ALLOWED = {
    "pulley": ALWAYS,
    "code-memory": ALWAYS | {"host_make_executable", "host_make_writable"},
    "virtual-memory": ALWAYS | VIRTUAL_MEMORY,
    "signals": ALWAYS | VIRTUAL_MEMORY | {"wasmtime_init_traps"},
    "pulley,sync-primitives": ALWAYS | LOCKS,
}
DEFINES = {
    "pulley": [],
    "code-memory": ["-DPLATFORM_CODE_MEMORY"],
    "virtual-memory": ["-DPLATFORM_VIRTUAL_MEMORY"],
    "signals": ["-DPLATFORM_VIRTUAL_MEMORY", "-DPLATFORM_NATIVE_SIGNALS"],
}
OPTIONS = {
    "pulley": "--target pulley64 --platform freestanding",
    "code-memory": "--target x86_64-unknown-none --cpu x86-64-v3 --platform freestanding",
    "virtual-memory": "--target x86_64-unknown-none --cpu x86-64-v3 --platform freestanding",
    "signals": "--target x86_64-unknown-none --cpu x86-64-v3 --backend winch",
}


def library(folder, features, entry, output, settings, target="x86_64-unknown-none"):
    """Builds a package as a shared library, whose only export is the entry."""
    best = settings == "best"
    json = ["-Zjson-target-spec"] if target.endswith(".json") else []
    build = ["cargo", "+debian", "build", "-q", "--locked", "--release", *json, "--features", features]
    build += ["--target", target, "-Zbuild-std=core,alloc", "-Zbuild-std-features=compiler-builtins-mem"]
    own = {"RUSTFLAGS": BEST if best else "", "CARGO_PROFILE_RELEASE_OPT_LEVEL": "z" if best else "s"}
    run(*build, cwd=folder, env={**os.environ, **own})
    built = pathlib.Path(os.environ["CARGO_TARGET_DIR"], target.removesuffix(".json"), "release")
    archive = built / f"lib{folder.name.replace('-', '_')}.a"
    exports = WORK / "exports"
    exports.write_text(f"{{ global: {entry}; local: *; }};\n")
    link = ["gcc", "-shared", "-nostdlib", "-Wl,--gc-sections", f"-Wl,-u,{entry}", "-Wl,-s"]
    link += [f"-Wl,--version-script={exports}", *(BEST_LINK if best else [])]
    run(*link, "-o", WORK / output, archive)


def size(name, settings):
    return (WORK / f"{name}.{settings}.so").stat().st_size


def needs(name):
    """The functions that a library asks for."""
    return {line.split()[1] for line in run("nm", "-Du", WORK / name).splitlines()}


def others(form, name, settings):
    """The functions that a library asks for and isn't allowed, or is and doesn't."""
    # A panic that aborts at once tells nobody.
    silent = {"host_fail"} if settings == "best" else set()
    return needs(name) ^ (ALLOWED[form] - silent)


def only_these(form, name, settings):
    """The library must ask for the form's functions, and for no others."""
    if found := others(form, name, settings):
        sys.exit(f"error: {form}, {settings}: not as it is allowed: {', '.join(sorted(found))}")


def compile_guest(name, *options):
    """Compiles the guest, without room for memories to grow into, which would be allocated."""
    growth = ["-O", "memory-reservation-for-growth=0"]
    run(PRECOMPILE, "-q", *growth, *options, EXAMPLE / "guest.wat", "-o", WORK / name)


def answers(expected, *command, stderr=subprocess.DEVNULL):
    """The command must print this."""
    command = [*map(str, command)]
    printed = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False).stdout.strip()
    if printed != expected:
        sys.exit(f"error: `{' '.join(command)}` prints {printed}, not {expected}")


def run_all(form, name, settings, hard_float=False):
    """The guest's results, its traps, and what happens where there is no memory."""
    guest, host = WORK / f"{form}.cwasm", WORK / "host"
    shutil.copy(WORK / name, WORK / "libguest.so")
    build = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", *DEFINES[form], "-rdynamic", "-o", host]
    build += [EXAMPLE / "host/main.c", EXAMPLE / "host/platform.c"]
    run(*build, f"-L{WORK}", "-lguest", f"-Wl,-rpath,{WORK}")
    with open(WORK / f"{form}.memory", "w") as memory:
        answers("20615", host, guest, 1000, stderr=memory)
    # Unreachable, divided by zero, out of bounds, too deep.
    for argument, code in ((-1, "E509"), (-2, "E507"), (-3, "E501"), (-4, "E500")):
        ends_with(1, f"error: {code}", host, guest, argument)
    answers("1", host, guest, -5)
    # The host has no more: for the guest's growth, for its instance, for an engine.
    answers("-1", host, guest, -5, 2000000)
    ends_with(1, "error: E30", host, guest, 10, 50000)
    if settings == "best":
        ends_with(132, "", host, guest, 10, 1000)
    else:
        ends_with(3, "failed: memory allocation of", host, guest, 10, 1000)
    # Machine code for a processor that may lack instructions calls functions, which pass numbers otherwise.
    if not hard_float:
        code = "E204 E206" if form == "pulley" else "E206"
        ends_with(1, code, host, WORK / "baseline.cwasm", 10)
    print(f"ok: {form} runs, traps, and comes to its end without memory")


def check():
    """Builds all libraries, and runs ours."""
    shared("apt_install", "binutils", "gcc")
    shared("debian_toolchain", "rust-web-src", "lld-14")
    shared("build_precompile")
    os.environ |= {"CARGO_TARGET_DIR": str(CACHE / "examples-custom-platform"), "RUSTC_BOOTSTRAP": "1"}
    # The linker by the name under which gcc looks for it.
    (WORK / "ld.lld").symlink_to(shutil.which("ld.lld-14"))
    baseline = ["--target", "x86_64-unknown-none", "--platform", "freestanding"]
    compile_guest("baseline.cwasm", *baseline)
    for form in FORMS:
        compile_guest(f"{form}.cwasm", *OPTIONS[form].split())
        for settings in ("guide", "best"):
            name = f"{form}.{settings}.so"
            library(EXAMPLE, form, "guest_work", name, settings)
            only_these(form, name, settings)
            run_all(form, name, settings)

    # Locks are asked for where they are wanted, and the look finds what is not allowed.
    library(EXAMPLE, "pulley,sync-primitives", "guest_work", "locks.so", "guide")
    only_these("pulley,sync-primitives", "locks.so", "guide")
    if not others("pulley", "locks.so", "guide"):
        sys.exit("error: functions that are not allowed were not found")
    print("ok: each form asks for its functions and for no others")

    # A target that a file describes: one whose functions pass floating-point numbers in registers.
    library(EXAMPLE, "code-memory", "guest_work", "json.so", "guide", "x86_64-guest-none.json")
    only_these("code-memory", "json.so", "guide")
    run_all("code-memory", "json.so", "guide", hard_float=True)
    answers("20615", WORK / "host", WORK / "baseline.cwasm", 1000)
    print("ok: a target in JSON works, and its floating-point registers make any processor do")

    for settings in ("guide", "best"):
        library(UPSTREAM, "", "run", f"yardstick.{settings}.so", settings)
        library(UPSTREAM, "custom", "run", f"yardstick-custom.{settings}.so", settings)


def row(feature, functions):
    names = ", ".join(f"`{name}`" for name in sorted(functions) if name.startswith("wasmtime_"))
    print(f"| {feature} | {names} |")


def main(rustc):
    """Prints the tables, from the libraries and what their hosts printed."""
    print("# Without an operating system\n")
    print(f"""Made by `scripts/measure/custom-platform.py` with {rustc}: shared libraries for x86-64 without an
operating system, in bytes, of [examples/custom-platform](../examples/custom-platform). Errors are numbers.

"Guide" is opt-level s, link-time optimisation, one codegen unit, panic=abort, stripped, the core library built;
"best" is opt-level z, no locations, no `Debug`, panics that abort at once, and a linker that folds equal functions
and packs relocations. Upstream's smallest embedding is rebuilt from its description, with the same settings:
wasmtime with the feature `runtime` alone, which can run nothing on this target, and with `custom-virtual-memory`
and `custom-native-signals`, as it runs. Ours adds to the same wasmtime the manifest, the reasons of a mismatch,
and, for Pulley, the interpreter; what remains is wasmtime's own code, so that with equal settings there is little
to be gained.
""")
    yardstick = {settings: size("yardstick", settings) for settings in ("guide", "best")}
    custom = {settings: size("yardstick-custom", settings) for settings in ("guide", "best")}
    print("| form | guide | of `runtime` alone | of what runs | best | of `runtime` alone | of what runs | best, of `runtime` alone by the guide |")
    print("|------|------:|------:|------:|------:|------:|------:|------:|")
    for form, words in FORMS.items():
        cells = [words]
        for settings in ("guide", "best"):
            bytes_ = size(form, settings)
            cells += [str(bytes_), f"{bytes_ / yardstick[settings]:.2f}", f"{bytes_ / custom[settings]:.2f}"]
        cells += [f"{size(form, 'best') / yardstick['guide']:.2f}"]
        print("| " + " | ".join(cells) + " |")
    print(f"| upstream, `runtime` alone | {yardstick['guide']} | | | {yardstick['best']} | | | |")
    print(f"| upstream, as it runs | {custom['guide']} | | | {custom['best']} | | | |")

    print("""
## Memory

Memory that the host's allocator and its mappings gave, in bytes: with the guest opened and instantiated, of which 65536 are
the guest's memory and as many its stack, where it is interpreted; at most, while it ran; and after it.

| form | at rest | at most | afterwards |
|------|--------:|--------:|-----------:|""")
    for form, words in FORMS.items():
        printed = (WORK / f"{form}.memory").read_text()
        rest, most, after = re.search(r"memory: (\d+) .* opened, (\d+) at most, (\d+)", printed).groups()
        print(f"| {words} | {rest} | {most} | {after} |")

    print("""
## Demands of a feature on the platform

Found among the undefined symbols of the libraries; there are no others but the functions that the example asks
of its own host.

| the runtime's feature | functions |
|-----------------------|-----------|""")

    always = needs("pulley.guide.so")
    row("any, `pulley` among them", always)
    row("`custom-virtual-memory`", needs("virtual-memory.guide.so") - always)
    row("`custom-native-signals`", needs("signals.guide.so") - needs("virtual-memory.guide.so"))
    row("`custom-sync-primitives`", needs("locks.so") - always)


check()
with report("custom-platform"):
    main(run("rustc", "+debian", "-V").strip())
