//! Golden tests: sessions with the two commands, compared with their recorded output.
//!
//! A test is a file in `tests/golden/`. It starts with the session's files, each behind a line `-- NAME --`, and ends
//! with the session behind `-- session --`: a command for the shell behind `$`, then its output, `| ` before a line of
//! standard output, `! ` before one of standard error, and `= CODE` where the exit code is not 0. Values that differ
//! from run to run are replaced: times, sizes, and this machine's triple, unless the file names architectures itself.
//! `$GUESTS` is the folder `tests/guests`. A session that begins with `# exact sizes` keeps the sizes of files. `WASMTIME` stands for the version of wasmtime
//! that is built, and `WASMTIME_MAJOR` for its first number: in the output, in the commands and in the files. A line of
//! JSON that is too long to be reviewed is shown as several, one for each field.
//!
//! `BLESS=1 cargo test --test golden` writes the current output into the files, for review.

#![allow(clippy::disallowed_methods, reason = "a test is told by its environment to bless")]

use libtest_mimic::{Arguments, Failed, Trial};
use precompile::{WASMTIME_MAJOR, WASMTIME_VERSION};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use support::{Ended, Folder, Runner, cargo_precompile, precompile, run, runner};

const SESSION: &str = "session";

/// The ends of the names of fields whose values differ from run to run.
const UNSTABLE_FIELDS: [&str; 5] =
    ["_ns\":", "_unix_s\":", "expected_cranelift_s\":", "expected_winch_s\":", "memory_bytes\":"];

/// The words after numbers that differ from run to run.
const TIMES: [&str; 7] = [" s:", " seconds ago", " s of", " s on", " s, peak", " s with", " ms"];

/// The ends of the names of fields that hold sizes of files, or offsets in them.
const SIZE_FIELDS: [&str; 9] = [
    "\"artifact_bytes\":",
    "stored_bytes\":",
    "kept_bytes\":",
    "removed_bytes\":",
    "whole_bytes\":",
    "entries_bytes\":",
    "estimated_bytes\":",
    "\"size\":",
    "\"offset\":",
];

/// The words after sizes.
const SIZES: [&str; 2] = [" bytes", " KiB"];

/// The length of a line of JSON from which on it is shown as several.
const LONG_LINE: usize = 1000;
/// The length up to which an array or an object within such a line stays on one.
const SHORT_VALUE: usize = 100;

fn main() {
    let folder = support::root().join("tests/golden");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|it| it == "test")).collect();
    files.sort();
    let trials = files.into_iter().map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        Trial::test(name, move || check(&path))
    });
    let trials = trials.chain([Trial::test("long_lines_are_broken", long_lines_are_broken)]);
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn check(path: &Path) -> Result<(), Failed> {
    let expected = fs::read_to_string(path)?;
    let played = play(&expected)?;
    if played == expected {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, played)?;
        return Ok(());
    }
    let line = expected.lines().zip(played.lines()).position(|(expected, played)| expected != played);
    let line = line.unwrap_or_else(|| expected.lines().count().min(played.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("the end").to_owned();
    Err(format!(
        "{}:{}: expected\n  {}\nfound\n  {}\n`BLESS=1 cargo test --test golden -- {}` accepts what is printed now:\n{played}",
        path.display(),
        line + 1,
        at(&expected),
        at(&played),
        path.file_stem().unwrap_or_default().display(),
    )
    .into())
}

/// Runs the session of a file, and returns the file with the current output.
fn play(file: &str) -> Result<String, Failed> {
    let folder = Folder::new();
    let host = target_lexicon::HOST.to_string();
    let names_targets = ["x86_64", "aarch64"].iter().any(|name| file.contains(name));
    let exact_sizes = file.contains("\n# exact sizes\n");
    let (mut name, mut content, mut text) = (None::<&str>, String::new(), String::new());
    for line in file.lines() {
        match line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --")) {
            Some(next) => {
                put(&folder, name, &content)?;
                (name, content) = (Some(next), String::new());
                writeln!(text, "{line}")?;
            }
            None if name == Some(SESSION) => match line.strip_prefix("$ ") {
                Some(command) => {
                    writeln!(text, "{line}")?;
                    let ended = shell(&folder, &with_versions(command));
                    let host = if names_targets { "" } else { host.as_str() };
                    let shown = shown(&ended, &Redaction { host, sizes: !exact_sizes });
                    text += &without_keys(&shown.replace(&*folder.cache().to_string_lossy(), "CACHE"));
                }
                None if line.is_empty() || line.starts_with('#') => writeln!(text, "{line}")?,
                None => {}
            },
            None => {
                writeln!(text, "{line}")?;
                writeln!(content, "{}", with_versions(line))?;
            }
        }
    }
    match name {
        Some(SESSION) => Ok(text),
        _ => Err("the file has no `-- session --`".into()),
    }
}

/// A part of a file, with the versions that placeholders stand for.
fn with_versions(text: &str) -> String {
    text.replace("WASMTIME_MAJOR", WASMTIME_MAJOR).replace("WASMTIME", WASMTIME_VERSION)
}

fn put(folder: &Folder, name: Option<&str>, content: &str) -> Result<(), Failed> {
    if let Some(name) = name {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap())?;
        fs::write(path, content)?;
    }
    Ok(())
}

fn shell(folder: &Folder, command: &str) -> Ended {
    let mut path = vec![binaries().to_path_buf()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut shell = folder.command("sh");
    shell.args(["-c", command]).env("PATH", std::env::join_paths(path).unwrap());
    // Binary files of a session.
    shell.env("GUESTS", support::root().join("tests/guests"));
    // The width for which the help in the files was printed.
    run(shell.env("COLUMNS", "100").env_remove("NO_COLOR"))
}

/// A folder with the commands, each under its name.
#[allow(clippy::print_stderr, reason = "a build of minutes is announced")]
fn binaries() -> &'static Path {
    static FOLDER: std::sync::OnceLock<Folder> = std::sync::OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        eprintln!(
            "building `precompile`, and `precompile-run` with four sets of features: minutes after a change"
        );
        let folder = Folder::new();
        let commands: [(&str, PathBuf); 6] = [
            ("cargo-precompile", cargo_precompile().into()),
            ("precompile", precompile().into()),
            ("precompile-run", runner(Runner::Default).into()),
            ("precompile-run-bare", runner(Runner::Bare).into()),
            ("precompile-run-silent", runner(Runner::Silent).into()),
            ("precompile-run-full", runner(Runner::Full).into()),
        ];
        for (name, path) in commands {
            fs::copy(path, folder.join(name)).unwrap();
        }
        folder
    });
    folder.path()
}

/// The values that are replaced besides times.
struct Redaction<'a> {
    /// This machine's triple; empty where it stays.
    host: &'a str,
    /// Sizes of files are replaced.
    sizes: bool,
}

fn shown(ended: &Ended, redaction: &Redaction<'_>) -> String {
    let mut text = String::new();
    for line in ended.stdout.lines() {
        for line in broken(&redacted(line, redaction)).split('\n') {
            text += format!("| {line}").trim_end();
            text.push('\n');
        }
    }
    for line in ended.stderr.lines() {
        text += format!("! {}", redacted(line, redaction)).trim_end();
        text.push('\n');
    }
    match ended.code {
        Some(0) => {}
        Some(code) => text += &format!("= {code}\n"),
        None => text += "= signal\n",
    }
    text
}

/// A line, or several for a long one that is an object of JSON.
fn broken(line: &str) -> String {
    if line.len() < LONG_LINE || !line.starts_with('{') { line.into() } else { broken_value(line, 0) }
}

/// A value of JSON, with each of its members on a line of its own if it is long. Strings are never broken, and members
/// keep their order. Redacted numbers are no JSON, so that no parser of JSON reads this.
fn broken_value(value: &str, indent: usize) -> String {
    let is_container = value.starts_with(['{', '[']);
    if !is_container || value.len() <= SHORT_VALUE && indent > 0 {
        return value.into();
    }
    let (open, rest) = value.split_at(1);
    let (inner, close) = rest.split_at(rest.len() - 1);
    let lines = members(inner).into_iter().map(|member| {
        // A member of an object begins with its key, and none of ours has a quote in it.
        let end = member.strip_prefix('"').and_then(|text| text.find("\":")).map_or(0, |end| end + 3);
        let (key, value) = member.split_at(end);
        format!("{:indent$}  {key}{}", "", broken_value(value, indent + 2))
    });
    format!("{open}\n{}\n{:indent$}{close}", lines.collect::<Vec<_>>().join(",\n"), "")
}

/// The members of an array or an object, which commas separate.
fn members(inner: &str) -> Vec<&str> {
    let (mut members, mut start, mut depth) = (Vec::new(), 0, 0);
    let (mut in_string, mut is_escaped) = (false, false);
    for (at, char) in inner.char_indices() {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                members.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    members.push(&inner[start..]);
    members
}

/// Long objects have a line for each member, at any depth; short ones, and what is no JSON, stay as they are.
fn long_lines_are_broken() -> Result<(), Failed> {
    let word = "a, \\\"word\\\", ".repeat(LONG_LINE / 10);
    let long = format!(r#"{{"text":"{word}","list":["{word}",{{"size":N,"b":[1,2]}}],"c":{{}}}}"#);
    let expected = format!(
        "{{\n  \"text\":\"{word}\",\n  \"list\":[\n    \"{word}\",\n    {{\"size\":N,\"b\":[1,2]}}\n  ],\n  \"c\":{{}}\n}}"
    );
    for (line, expected) in [(&long, &expected), (&word, &word), (&"{}".to_owned(), &"{}".to_owned())] {
        let found = broken(line);
        if found != *expected {
            return Err(format!("expected\n{expected}\nfound\n{found}").into());
        }
    }
    Ok(())
}

/// A text without the keys of cache entries, which change with the compiler's sources.
fn without_keys(text: &str) -> String {
    let mut text = text.to_owned();
    for mark in ["the entry `", "/filling/", "/entries/"] {
        let starts: Vec<_> = text.match_indices(mark).map(|(at, _)| at + mark.len()).collect();
        for start in starts.into_iter().rev() {
            // Entries are in folders that are named by the beginnings of their keys.
            let is_key = |c: char| c.is_ascii_hexdigit() || c == '/';
            let end = text[start..].find(|c| !is_key(c)).map_or(text.len(), |length| start + length);
            if end - start >= 64 {
                text.replace_range(start..end, "KEY");
            }
        }
    }
    text
}

/// A line with the values replaced that differ from run to run.
fn redacted(line: &str, redaction: &Redaction<'_>) -> String {
    let Redaction { host, sizes } = *redaction;
    // One second is a time, too, and is written otherwise.
    let line = line.replace("1 second ago", "1 seconds ago");
    let line = if host.is_empty() { line } else { line.replace(host, "HOST") };
    let mut text = String::new();
    let mut rest = line.as_str();
    // The text around a number tells whether it is stable.
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end =
            rest[start..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(rest.len(), |it| start + it);
        let (before, number, after) = (&rest[..start], &rest[start..end], &rest[end..]);
        text += before;
        let unstable = TIMES.iter().any(|unit| after.starts_with(unit))
            || UNSTABLE_FIELDS.iter().any(|key| before.ends_with(key))
            || sizes && SIZES.iter().any(|unit| after.starts_with(unit))
            || sizes && SIZE_FIELDS.iter().any(|key| before.ends_with(key));
        text += match number {
            _ if unstable => "N",
            WASMTIME_VERSION => "WASMTIME",
            WASMTIME_MAJOR if before.ends_with("wasmtime ") => "WASMTIME_MAJOR",
            number => number,
        };
        rest = after;
    }
    text + rest
}
