//! The walls of each crate: which folder may import which, and no circle among files.

mod crate_sources;
mod graph;

use crate_sources::CrateSources;
use graph::{circle, trespasses};

/// The folders of a crate's sources, each with those that it may import besides itself. A file at the top stands for
/// its folder; one that isn't named may import anything.
type Walls = &'static [(&'static str, &'static [&'static str])];

/// The library that compiles, from the lowest layer to the highest.
const COMPILER: Walls = &[
    ("version", &[]),
    ("trusted", &[]),
    ("options", &["version"]),
    ("module", &[]),
    ("backend", &["version", "trusted", "options", "module"]),
    ("compile", &["version", "options", "module", "backend"]),
    ("choose", &["version", "options", "module", "compile"]),
    ("inspect", &["version", "backend"]),
    ("build", &["trusted", "options", "module", "compile", "choose"]),
];

/// The command, whose verbs don't import each other.
const CLI: Walls = &[
    ("cache", VERB_TOOLS),
    ("compare", VERB_TOOLS),
    ("compile", VERB_TOOLS),
    ("completions", VERB_TOOLS),
    ("explain", VERB_TOOLS),
    ("inspect", VERB_TOOLS),
    ("man", VERB_TOOLS),
    ("targets", VERB_TOOLS),
];

/// The files of the command that verbs share.
const VERB_TOOLS: &[&str] = &[
    "cache_opts",
    "cpus",
    "environment",
    "hinted",
    "host_file",
    "interrupt",
    "kind",
    "message",
    "process_status",
    "progress",
    "runner",
    "setting_args",
    "shell_words",
    "threads",
    "unreadable",
    "usage",
];

const ARTIFACT: Walls = &[("mismatch", &["*"]), ("unmet", &["*"])];

const CACHE: Walls = &[("remote", &["bounded", "digest", "error", "key", "layout", "log", "patience"])];

const RUNTIME: Walls = &[("embed", &["*"]), ("open", &["*"]), ("runner", &[])];

#[test]
fn folders_import_what_they_may() {
    for (folder, root, walls) in [
        ("compiler/src", "lib", COMPILER),
        ("compiler/src/cli", "main", CLI),
        ("artifact/src", "lib", ARTIFACT),
        ("cache/src", "lib", CACHE),
        ("runtime/src", "lib", RUNTIME),
        ("runtime/src/runner", "main", &[]),
    ] {
        let sources = CrateSources::read(folder, root);
        let found = trespasses(&sources.imports(), walls);
        assert!(found.is_empty(), "in {folder}:\n{}", found.join("\n"));
        let found = circle(&sources.imports());
        assert!(found.is_none(), "in {folder}: {}", found.unwrap().join(" -> "));
    }
}
