"""custom-platform.py FOLDER RUSTC: reports/custom-platform.md, from the libraries and what their hosts printed."""

import pathlib
import re
import subprocess
import sys

folder, rustc = pathlib.Path(sys.argv[1]), sys.argv[2]
FORMS = {
    "pulley": "interpreted where it is, by Pulley (`deserialize_raw`)",
    "code-memory": "Cranelift's code, made executable by the host (`with_custom_code_memory`)",
    "virtual-memory": "Cranelift's code, in memory that the platform maps (`custom-virtual-memory`)",
    "signals": "Winch's code, hardware faults as traps (`custom-native-signals`, too)",
}


def size(name, settings):
    return (folder / f"{name}.{settings}.so").stat().st_size


def needs(name):
    printed = subprocess.run(["nm", "-Du", folder / name], capture_output=True, text=True, check=True).stdout
    return {line.split()[1] for line in printed.splitlines()}


print("# Without an operating system\n")
print(f"""Made by `scripts/measure/custom-platform.sh` with {rustc}: shared libraries for x86-64 without an
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

What the host's allocator and its mappings gave, in bytes: with the guest opened and instantiated, of which 65536 are
the guest's memory and as many its stack, where it is interpreted; at most, while it ran; and after it.

| form | at rest | at most | afterwards |
|------|--------:|--------:|-----------:|""")
for form, words in FORMS.items():
    printed = (folder / f"{form}.memory").read_text()
    rest, most, after = re.search(r"memory: (\d+) .* opened, (\d+) at most, (\d+)", printed).groups()
    print(f"| {words} | {rest} | {most} | {after} |")

print("""
## What a feature asks of the platform

Found among the undefined symbols of the libraries; there are no others but the functions that the example asks
of its own host.

| the runtime's feature | functions |
|-----------------------|-----------|""")


def row(feature, functions):
    names = ", ".join(f"`{name}`" for name in sorted(functions) if name.startswith("wasmtime_"))
    print(f"| {feature} | {names} |")


always = needs("pulley.guide.so")
row("any, `pulley` among them", always)
row("`custom-virtual-memory`", needs("virtual-memory.guide.so") - always)
row("`custom-native-signals`", needs("signals.guide.so") - needs("virtual-memory.guide.so"))
row("`custom-sync-primitives`", needs("locks.so") - always)
