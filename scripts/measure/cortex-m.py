"""cortex-m.py FOLDER RUSTC: reports/cortex-m.md, from what the program printed, its sections and its symbols."""

import collections
import pathlib
import re
import sys

FLASH, MEMORY = 1 << 20, 128 << 10
folder, rustc = pathlib.Path(sys.argv[1]), sys.argv[2]
figures = {
    name: int(count) for name, count in re.findall(r"^bytes: (\S+) (\d+)$", (folder / "printed").read_text(), re.M)
}
sections = {
    name: int(size, 16)
    for name, size in re.findall(
        r"^ +\[ *\d+\] (\.\S+) +\S+ +[0-9a-f]{8} [0-9a-f]+ ([0-9a-f]+)", (folder / "sections").read_text(), re.M
    )
}

# A symbol is of the crate that its name starts with: what is generic counts where it was written.
crates = collections.Counter()
for line in (folder / "symbols").read_text().splitlines():
    if found := re.match(r"[0-9a-f]+ ([0-9a-f]+) [tTwW] (.*)", line):
        crate = re.search(r"\w+(?=::)", found[2])
        crates[crate[0] if crate else ""] += int(found[1], 16)
SHOWN = [name for name, count in crates.most_common() if name and count >= 8 << 10]


def table(head, rows):
    print(f"| {head} | bytes |\n|------|------:|")
    for name, count in rows:
        print(f"| {name} | {count} |")
    print()


print("# WebAssembly on a microcontroller\n")
print(f"""Made by `scripts/measure/cortex-m.sh` with {rustc}: [examples/cortex-m](../examples/cortex-m),
built for size, in QEMU's Netduino Plus 2. That has an STM32F405, a Cortex-M4, with 1 MiB of flash and 128 KiB
of memory, to which the linker script holds it. QEMU's times are not the processor's: there are none here.
""")

print("## Flash\n")
text, constants = sections[".text"], sections[".rodata"]
others = sections[".vector_table"] + sections[".data"]
rows = [("code", text)]
rows += [(f"of it `{name}`", crates[name]) for name in SHOWN]
rows += [("of it all others", text - sum(crates[name] for name in SHOWN))]
rows += [("constants", constants)]
rows += [("of it the guest's artifact", figures["guest-artifact"])]
rows += [("of it the artifacts that are to be refused", figures["refused-artifacts"])]
rows += [("vectors, and what statics start with", others)]
flash = text + constants + others
rows += [(f"**all**: {flash * 100 / FLASH:.0f} % of 1 MiB", flash)]
table("part", rows)

print("## Memory\n")
static = sections[".data"] + sections[".bss"] + sections.get(".uninit", 0)
own = figures["heap-instantiated"] - figures["guest-memory"] - figures["guest-stack"]
# With the gaps between blocks.
peak = static + figures["heap-extent"] + figures["stack-peak"]
table(
    "what",
    [
        ("static", static),
        ("heap at rest, when the guest is open", figures["heap-opened"]),
        ("heap with an instance", figures["heap-instantiated"]),
        ("of it the guest's memory, one page", figures["guest-memory"]),
        ("of it the guest's stack, as configured", figures["guest-stack"]),
        ("of it all others", own),
        ("heap at its peak", figures["heap-peak"]),
        ("heap up to the highest block", figures["heap-extent"]),
        (f"stack at its peak, of {figures['stack']}", figures["stack-peak"]),
        (f"**all at most**: {peak * 100 / MEMORY:.0f} % of 128 KiB", peak),
    ],
)
print("The heap is counted by the allocator; the stack was painted.")
