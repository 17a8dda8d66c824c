//! The check of docs/invariants.md: each invariant is enforced by what its row names, in the runs that its row names:
//! in the gate, in the full run, or in none.

use std::fs;
use std::path::Path;
use support::root;

/// The runs that enforce something.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Runs {
    gate: bool,
    full: bool,
}

impl Runs {
    /// The words of the table's last column.
    fn words(self) -> &'static str {
        match (self.gate, self.full) {
            (true, true) => "gate, full",
            (true, false) => "gate",
            (false, true) => "full",
            (false, false) => "reading",
        }
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All code of a file, or of the files below a folder.
fn code(path: &Path) -> String {
    match fs::read_dir(path) {
        Ok(entries) => entries.map(|entry| code(&entry.unwrap().path())).collect(),
        Err(_) => fs::read_to_string(path).unwrap_or_default(),
    }
}

/// Words in a row by which its source files need no test.
const OTHERWISE: [&str; 2] = ["runs at each compilation", "lists what is allowed"];

/// Tells whether a source file, or a file below it, has a test.
fn has_test(path: &Path) -> bool {
    [path.to_path_buf(), path.with_extension("")].iter().any(|path| code(path).contains("#[test]"))
}

/// The runs that include a command, as a step or as a part of one.
fn step(command: &str) -> Runs {
    let document = read("docs/checks.md");
    let is_step = |heading: &str| {
        let table = document.split_once(heading).unwrap().1.split("\n## ").next().unwrap();
        table.lines().filter_map(|row| row.split(" | ").nth(1)).any(|cell| cell.contains(command))
    };
    Runs { gate: is_step("\n## The gate\n"), full: is_step("\n## The full run\n") }
}

/// The runs that include the tests of a file, a folder or a script, or that compile it.
fn runs(name: &str) -> Result<Runs, String> {
    let path = root().join(name);
    if !path.exists() {
        return Err(format!("`{name}` is not there"));
    }
    let missing = |what: &str| Err(format!("`{name}` is not run: {what}"));
    let stem = |part: &str| part.trim_end_matches(".rs").to_owned();
    let parts: Vec<_> = name.trim_end_matches('/').split('/').collect();
    let tests = step("scripts/test.sh");
    let runs = match parts[..] {
        ["scripts", ..] => step(name),
        ["clippy.toml"] => step("cargo clippy"),
        ["tests", target, ref rest @ ..] => {
            if !read("tests/Cargo.toml").contains(&format!("name = \"{}\"", stem(target))) {
                return missing("tests/Cargo.toml has no such test");
            }
            // A file in a test's folder is a module of it, or a session.
            let module = |file: &&&str| file.ends_with(".rs");
            if let Some(file) = rest.last().filter(module)
                && !code(path.parent().unwrap()).contains(&format!("mod {};", stem(file)))
            {
                return missing("no file beside it declares the module");
            }
            tests
        }
        ["cache", _, "remote", ..] => step("cargo test -q -p precompile-cache --features remote"),
        ["runtime", _, .., file] => {
            let manifest = read("runtime/Cargo.toml");
            let line = |start: &str, text: &str| {
                text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned()
            };
            let default = line("default = ", &manifest);
            // The features that the file takes: by the manifest, or where its module is declared.
            let block = manifest
                .split("[[")
                .filter(|block| block.starts_with("test]]"))
                .find(|block| block.contains(&format!("\"{}\"", stem(file))));
            let source = code(&root().join("runtime/src"));
            let declared =
                source.split_once(&format!("mod {};", stem(file))).map_or("", |(before, _)| before);
            let declared = declared.lines().next_back().filter(|line| line.starts_with("#[cfg(feature"));
            let taken = match parts[1] {
                "tests" => block.map(|block| line("required-features", block)),
                _ => declared.map(str::to_owned),
            };
            let taken = taken.unwrap_or_default();
            match taken.split('"').nth(1).is_none_or(|feature| default.contains(&format!("\"{feature}\""))) {
                true => tests,
                false => step("scripts/check/all-runtime-features.sh"),
            }
        }
        ["artifact" | "cache" | "compiler" | "plugin" | "wasi" | "xtask", ..] => tests,
        _ => Runs::default(),
    };
    match runs == Runs::default() && name.starts_with("scripts/") {
        true => missing("it is no step of `.ci/run` or `.ci/full`"),
        false => Ok(runs),
    }
}

/// The fault of a row, if it has one. A row has the invariant, its enforcement, and the runs of that.
fn wrong(row: &str) -> Option<String> {
    let [holder, place] = row.trim_matches('|').split(" | ").skip(1).collect::<Vec<_>>()[..] else {
        return Some(format!("no row of three columns: {row}"));
    };
    let (mut all, mut code_of_row) = (Runs::default(), String::new());
    let quoted: Vec<_> = holder.split('`').skip(1).step_by(2).collect();
    let is_path = |name: &str| !name.contains(' ') && (name.contains('/') || name.ends_with(".toml"));
    for name in &quoted {
        let found = match *name {
            name if name.contains("/src/")
                && !has_test(&root().join(name))
                && !OTHERWISE.iter().any(|words| holder.contains(words)) =>
            {
                Err(format!("`{name}` has no test"))
            }
            name if is_path(name) => {
                code_of_row += &code(&root().join(name));
                runs(name)
            }
            command if command.starts_with("cargo ") => Ok(step(command)),
            name if [".rs", ".sh", ".py"].iter().any(|ending| name.ends_with(ending)) => {
                Err(format!("`{name}` has no folder"))
            }
            _ => Ok(Runs::default()),
        };
        match found {
            Ok(found) => all = Runs { gate: all.gate || found.gate, full: all.full || found.full },
            Err(error) => return Some(error),
        }
    }
    let is_test = |name: &&&str| name.matches('_').count() > 2 && !name.contains(['/', '.']);
    let unknown = |name: &&&str| !code_of_row.contains(&format!("fn {name}("));
    if let Some(test) = quoted.iter().filter(is_test).find(unknown) {
        return Some(format!("no file of the row has the test `{test}`"));
    }
    let place = place.trim();
    (place != all.words()).then(|| format!("`{place}` should be `{}`: {row}", all.words()))
}

#[test]
fn each_invariant_is_held_where_the_table_says() {
    let text = read("docs/invariants.md");
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 60, "{rows:#?}");
    let wrong: Vec<_> = rows.iter().filter_map(|row| wrong(row)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each kind of fault is found.
#[test]
fn wrong_rows_are_found() {
    for right in [
        "| a | `tests/limits.rs` `time_runs_from_the_start` | gate |",
        "| a | `scripts/check/killed-processes.py` | full |",
        "| a | `runtime/tests/gc.rs` | full |",
        "| a | `runtime/src/runner/preview2.rs` | full |",
        "| a | `cargo xtask size --check`, `tests/golden/run.test`, `scripts/measure/strip.py` | gate, full |",
        "| a | `artifact/src/terminal.rs`, `compiler/src/backend/unsupported.rs` | gate |",
        "| a | `compiler/src/backend/check_stamp.rs` runs at each compilation | gate |",
        "| a | nobody but who reads it | reading |",
    ] {
        assert_eq!(wrong(right), None);
    }
    for planted in [
        "| a | `tests/limits.rs` | full |",
        "| a | `tests/limits.rs` `no_test_has_this_name` | gate |",
        "| a | `tests/limitless.rs` | gate |",
        "| a | `tests/documents/setup.rs` | gate |",
        "| a | `scripts/lib/corpus.sh` | full |",
        "| a | `scripts/check/killed-processes.py` | gate |",
        "| a | `killed-processes.py` | full |",
        "| a | `runtime/tests/gc.rs` | gate |",
        "| a | `compiler/src/backend/check_stamp.rs` | gate |",
        "| a | `runtime/src/no_such_file.rs` | gate |",
        "| a | nobody but who reads it | gate |",
        "| a | `scripts/check/killed-processes.py` |",
    ] {
        assert!(wrong(planted).is_some(), "{planted}");
    }
}

/// The places that may hold `unsafe` code, which is denied elsewhere: files, and declarations of modules.
const TRUSTED: [&str; 13] = [
    "compiler/src/lib.rs: mod trusted;",
    "runtime/capi/src/lib.rs: mod abi;",
    "runtime/capi/src/lib.rs: mod no_backtrace;",
    "runtime/capi/src/lib.rs: mod no_compiler;",
    "runtime/capi/src/lib.rs: mod opaque;",
    "runtime/src/lib.rs: mod open;",
    "runtime/src/runner/main.rs: fn open(",
    "runtime/src/runner/main.rs: fn open_read(",
    "runtime/src/runner/main.rs: mod no_unwind;",
    "runtime/src/runner/main.rs: mod start;",
    "runtime/src/runner/measure.rs: fn open(",
    "runtime/src/runner/plugin.rs: mod exit;",
    "wasi/plugin/src/interface.rs: ",
];

/// The items of some code that are allowed `unsafe`.
fn allowed(path: &str, code: &str) -> Vec<String> {
    let code = code.replace("expect(", "allow(");
    let item = |rest: &str| {
        let line = rest
            .lines()
            .map(str::trim_start)
            .find(|line| ["mod ", "fn ", "pub"].iter().any(|it| line.starts_with(it)));
        format!("{path}: {}", line.unwrap_or_default())
    };
    // The allowed lints end before the reason, which begins with a quote.
    let is_unsafe = |rest: &&str| {
        let list = rest.split([')', '"']).next().unwrap_or_default();
        list.split(',').any(|lint| lint.trim() == "unsafe_code")
    };
    code.match_indices("allow(")
        .map(|(at, start)| &code[at + start.len()..])
        .filter(is_unsafe)
        .map(item)
        .collect()
}

#[test]
fn unsafe_code_stands_where_it_is_allowed() {
    let packages =
        ["artifact", "cache", "compiler", "plugin", "runtime", "runtime/capi", "wasi", "wasi/plugin"];
    let mut folders: Vec<_> = packages.map(|name| root().join(name).join("src")).into();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            found.extend(allowed(&name, &code(&path)));
        }
    }
    found.sort();
    assert!(
        found.len() == TRUSTED.len()
            && found.iter().zip(TRUSTED).all(|(found, known)| found.starts_with(known)),
        "{found:#?}"
    );
    for crate_root in [
        "artifact/src/lib.rs",
        "cache/src/lib.rs",
        "compiler/src/lib.rs",
        "compiler/src/cli/main.rs",
        "compiler/src/cargo_precompile.rs",
        "runtime/src/lib.rs",
        "runtime/src/runner/main.rs",
        "runtime/capi/src/lib.rs",
    ] {
        let denied = ["#![deny(unsafe_code)]", "#![forbid(unsafe_code)]"]
            .iter()
            .any(|line| read(crate_root).contains(line));
        assert!(denied, "{crate_root} allows `unsafe` code");
    }
    for planted in [
        "#[allow(unsafe_code, reason = \"\")]",
        "#[allow(dead_code, unsafe_code)]",
        "#[expect(\n    dead_code,\n    unsafe_code,\n    reason = \"(it is)\"\n)]\n#[allow(unused)]",
        "#[cfg_attr(unix, allow(unsafe_code))]",
    ] {
        assert_eq!(allowed("a.rs", &format!("{planted}\nfn planted() {{}}")), ["a.rs: fn planted() {}"]);
    }
    let harmless =
        "#[allow(dead_code, reason = \"no unsafe_code\")]\nfn it() { thing.expect(\"unsafe_code\") }";
    assert!(allowed("a.rs", harmless).is_empty());
}
