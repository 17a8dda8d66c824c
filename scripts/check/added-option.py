#!/usr/bin/env python3
"""added-option.py: adds a `-O` option, a setting of the contract and a verb, each to a copy of the sources, and counts
the files and places that it takes. A copy must build, and the addition must work and reach the cache's key. More files
than GOALS says are a failure."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from common import ROOT, TARGET, run

OPTIONS = "compiler/src/options/options.rs"
TABLE = "compiler/src/options/settings/table.rs"
CONFIG = "compiler/src/backend/config.rs"
CONTRACT = "artifact/src/contract.rs"
APPLY = "artifact/src/config.rs"
TUNABLES = "compiler/src/backend/tunables.rs"
STOCK = "compiler/src/inspect/stock.rs"
MAIN = "compiler/src/cli/main.rs"

# Each place of an addition: a file, a text there that stands once, and the text in its stead.
OPTION = [
    (OPTIONS, "    pub nan_canonicalization: bool,\n", "&    /// Cranelift verifies its own code.\n    pub debug_verifier: bool,\n"),
    (OPTIONS, "            nan_canonicalization: false,\n", "&            debug_verifier: false,\n"),
    (
        TABLE,
        "pub(super) static SETTINGS: &[NamedSetting] = &[\n",
        '&    setting("O", "debug-verifier", Kind::Bool(|o, on| o.debug_verifier = on), "Cranelift verifies its code"),\n',
    ),
    (CONFIG, ".cranelift_debug_verifier(false)", ".cranelift_debug_verifier(options.debug_verifier)"),
]
SETTING = [
    (CONTRACT, "    pub generate_address_map: bool,\n", "&    /// The layout of code follows branch hints.\n    pub branch_hinting: bool,\n"),
    (CONTRACT, "        generate_address_map: true,\n    };", "        generate_address_map: true,\n        branch_hinting: false,\n    };"),
    (APPLY, "            generate_address_map,\n        } = *self;", "            generate_address_map,\n            branch_hinting,\n        } = *self;"),
    (APPLY, ".wasm_branch_hinting(fixed::BRANCH_HINTING)", ".wasm_branch_hinting(branch_hinting)"),
    (TUNABLES, '        ("branch_hinting", Value::Bool(fixed::BRANCH_HINTING)),\n', ""),
    (
        TABLE,
        "pub(super) static SETTINGS: &[NamedSetting] = &[\n",
        '&    setting("O", "branch-hinting", Kind::Bool(|o, on| o.contract.branch_hinting = on), "branch hints count"),\n',
    ),
]
VERB = [
    (MAIN, "mod version;\n", "&mod wasmtime;\n"),
    (MAIN, "    Man(man::Opts),\n", "&    Wasmtime(wasmtime::Opts),\n"),
    (
        MAIN,
        "        Some(Verb::Man(opts)) => opts.run().map(|()| ExitCode::SUCCESS),\n",
        "&        Some(Verb::Wasmtime(opts)) => opts.run().map(|()| ExitCode::SUCCESS),\n",
    ),
    (
        "compiler/src/cli/wasmtime.rs",
        None,
        """//! `precompile wasmtime`: the version of wasmtime.

use crate::message::print_bytes;
use anyhow::Result;
use clap::Args;
use precompile::WASMTIME_VERSION;

/// Print the version of wasmtime
#[derive(Args)]
pub(crate) struct Opts {}

impl Opts {
    pub(crate) fn run(&self) -> Result<()> {
        Ok(print_bytes(format!("{WASMTIME_VERSION}\\n").as_bytes())?)
    }
}
""",
    ),
]
# The files that an addition takes at most.
GOALS = {"-O option": (OPTION, 3), "contract setting": (SETTING, 5), "verb": (VERB, 2)}


def add(copy, places):
    """Makes an addition in a copy, and returns the number of files that it took."""
    for name, before, after in places:
        path = copy / name
        if before is None:
            path.write_text(after)
            continue
        text = path.read_text()
        if text.count(before) != 1:
            sys.exit(f"error: `{name}` has {text.count(before)} times what stands in this script: {before.strip()}")
        path.write_text(text.replace(before, after.replace("&", before, 1) if after.startswith("&") else after))
    return len({name for name, _, _ in places})


def fields(precompile, folder, *options):
    """The fields of the key under which a module is compiled with these options, as the miss of another names them."""
    command = [precompile, "-v", "--cache-dir", "cache", "-o", "a.cwasm", *options, "m.wat"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr


def main():
    """Adds each, and prints a table."""
    os.environ.pop("PRECOMPILE_NO_CACHE")
    print("| addition | files | places | at most |\n|----------|------:|-------:|--------:|")
    failed = []
    # In the end, what the checkout makes stands there again.
    with contextlib.ExitStack() as at_the_end, tempfile.TemporaryDirectory() as work:
        at_the_end.callback(run, "cargo", "build", "-q", "--bins")
        work = pathlib.Path(work)
        (work / "m.wat").write_text("(module (memory 1))")
        for name, (places, most) in GOALS.items():
            copy = work / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            for path in run("git", "ls-files", "-z").split("\0")[:-1]:
                if (ROOT / path).is_file():
                    (copy / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / path, copy / path)
            files = add(copy, places)
            print(f"| {name} | {files} | {len(places)} | {most} |")
            if files > most:
                failed.append(f"a {name} takes {files} files")
            run("cargo", "build", "-q", "--bins", cwd=copy, env={**os.environ, "CARGO_TARGET_DIR": str(TARGET)})
            check(name, TARGET / "debug/precompile", work)
    for failure in failed:
        print(f"error: {failure}")
    sys.exit(bool(failed))


def check(name, precompile, folder):
    """The addition works; one that concerns code is a field of the cache's key without a line for it."""
    if name == "verb":
        if run(precompile, "wasmtime").count(".") != 2:
            sys.exit("error: the verb that was added prints no version")
        return
    option, field = ("debug-verifier", "debug_verifier") if name == "-O option" else ("branch-hinting", "settings.branch_hinting")
    fields(precompile, folder)
    missed = fields(precompile, folder, "-O", option)
    if f"`{field}` `false` instead of `true`" not in missed:
        sys.exit(f"error: `-O {option}` is no field of the key: {missed}")


main()
