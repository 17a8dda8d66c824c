//! The walls of each crate: the folders that each folder may import, and no circle among files.

mod crate_sources;
mod graph;

use crate_sources::CrateSources;
use graph::{circle, trespasses};

/// The folders of a crate's sources, each with the folders that it may import besides itself. A file at the top stands
/// for its folder; a file that isn't named may import anything.
type Walls = &'static [(&'static str, &'static [&'static str])];

/// The walls of the compiler's library, from the lowest layer to the highest.
const COMPILER: Walls = &[
    ("version", &[]),
    ("trusted", &[]),
    ("options", &["version"]),
    ("module", &[]),
    ("backend", &["version", "trusted", "options", "module"]),
    ("compile", &["version", "options", "module", "backend", "sign"]),
    ("choose", &["version", "options", "module", "compile"]),
    ("inspect", &["version", "backend"]),
    ("sign", &[]),
    ("build", &["trusted", "options", "module", "compile", "choose", "sign"]),
];

/// The walls of the command, whose verbs don't import each other.
const CLI: Walls = &[
    ("attest", VERB_TOOLS),
    ("audit", VERB_TOOLS),
    ("cache", VERB_TOOLS),
    ("compare", VERB_TOOLS),
    ("compile", VERB_TOOLS),
    ("completions", VERB_TOOLS),
    ("explain", VERB_TOOLS),
    ("explore", VERB_TOOLS),
    ("inspect", VERB_TOOLS),
    ("keygen", VERB_TOOLS),
    ("man", VERB_TOOLS),
    ("reproduce", VERB_TOOLS),
    ("sign", VERB_TOOLS),
    ("symbolize", VERB_TOOLS),
    ("targets", VERB_TOOLS),
    ("trust", VERB_TOOLS),
    ("verify", VERB_TOOLS),
];

/// The files of the command that verbs share.
const VERB_TOOLS: &[&str] = &[
    "artifacts",
    "cache_opts",
    "columns",
    "cpu_levels",
    "demangled",
    "described_host",
    "difference",
    "environment",
    "failures",
    "hinted",
    "host_file",
    "html_page",
    "interrupt",
    "key_source",
    "kind",
    "left_out",
    "message",
    "per_target",
    "process_status",
    "progress",
    "recompile",
    "runner",
    "setting_args",
    "shell_words",
    "signing",
    "threads",
    "trust_file",
    "units",
    "read_artifact",
    "unreadable",
    "usage",
    "value_parsers",
    "walk",
];

const ARTIFACT: Walls = &[("audit", &["*"]), ("mismatch", &["*", "audit"]), ("unmet", &["*", "mismatch"])];

const CACHE: Walls =
    &[("remote", &["bounded", "digest", "error", "key", "layout", "log", "patience", "service"])];

const RUNTIME: Walls = &[("embed", &["*"]), ("open", &["*", "embed"]), ("runner", &[])];

const WASI: Walls = &[("fd", &["*"]), ("path", &["*"])];

#[test]
fn folders_import_only_allowed_ones() {
    for (folder, root, walls) in [
        ("compiler/src", "lib", COMPILER),
        ("compiler/src/cli", "main", CLI),
        ("artifact/src", "lib", ARTIFACT),
        ("cache/src", "lib", CACHE),
        ("runtime/src", "lib", RUNTIME),
        ("runtime/src/runner", "main", &[]),
        ("wasi/src", "lib", WASI),
        ("runtime/capi/src", "lib", &[]),
    ] {
        let sources = CrateSources::read(folder, root);
        let found = trespasses(&sources.imports(), walls);
        assert!(found.is_empty(), "in {folder}:\n{}", found.join("\n"));
        let found = circle(&sources.imports());
        assert!(found.is_none(), "in {folder}: {}", found.unwrap().join(" -> "));
    }
}

/// Each kind of fault is found where it is planted, and none where there is none.
#[test]
fn a_planted_fault_is_found() {
    const LOW: (&str, &str) =
        ("low", "pub(crate) struct Low;\n#[cfg(test)]\nmod tests {\n    use crate::high::High;\n}\n");
    const HIGH: (&str, &str) = ("high", "mod part;\npub(crate) use part::Part;\nuse crate::low::Low;\n");
    const PART: (&str, &str) = ("high::part", "// crate::high\npub(crate) struct Part;\n");
    const WALLS: Walls = &[("low", &[]), ("high", &["low"])];
    let of = |files: &[(&str, &str)]| CrateSources::of(files).imports();
    let whole = of(&[LOW, HIGH, PART]);
    assert!(trespasses(&whole, WALLS).is_empty() && circle(&whole).is_none());
    assert_eq!(whole["high"], ["high::part".into(), "low".into()].into());
    for text in [
        "use crate::high::part::Part;",
        "use crate::{\n    high::{Part, Other as Another},\n};",
        "fn f() { let a = crate::high::part::f(); }",
        "use super::high::Part;",
    ] {
        let found = trespasses(&of(&[("low", text), HIGH, PART]), WALLS);
        assert!(found.contains(&"`low` imports `high::part`".into()), "{text}: {found:?}");
    }
    for text in ["use super::Part;\nuse crate::low::f;", "fn f() { super::super::low::f() }"] {
        let round = circle(&of(&[("low", "use crate::high::Part;"), HIGH, ("high::part", text)]));
        assert!(round.is_some_and(|round| round.first() == round.last()), "{text}");
    }
}
