//! Tests of the commands in the README and in `docs/`, run as they stand there.
//!
//! A document's commands are the lines that are indented by four spaces, and the lines behind `$ ` in a fenced block.
//! The commands of a section run one after the other in a folder of their own, which `documents/setup.sh` fills with
//! the files and the other machine that they name. Each must succeed, and print the lines that the document shows
//! below it, but for times, sizes and this machine's triple. A fenced block in another language is a file:
//! `precompile` compiles by a `precompile.toml`, cargo resolves a part of a `Cargo.toml`, and a text of WebAssembly
//! is there under the name in its first line.
//!
//! Commands that can't be run here stand in `documents/not-run.txt`: the document, the beginning of the command or of
//! the block, and the reason. A missing tool that isn't part of every system costs one printed line.

use libtest_mimic::{Arguments, Failed, Trial};
use precompile::artifact::install;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use support::{Folder, Runner, precompile, root, run, runner};

/// The README, and all of `docs/`.
fn documents() -> Vec<String> {
    let files = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: Vec<_> = files.map(|name| format!("docs/{}", name.to_string_lossy())).collect();
    files.push("README.md".into());
    files.sort();
    files
}

fn main() {
    let mut trials = Vec::new();
    let rules = rules();
    let mut used = vec![false; rules.len()];
    for document in documents() {
        let text = fs::read_to_string(root().join(&document)).unwrap();
        for (heading, items) in sections(&text) {
            let mut to_run = Vec::new();
            for item in items {
                match rules.iter().position(|rule| rule.is_about(&document, &item)) {
                    Some(rule) => used[rule] = true,
                    None => to_run.push(item),
                }
            }
            if !to_run.is_empty() {
                let runner = match document.as_str() {
                    // Its first command builds a runner with more features.
                    "docs/debugging.md" => Runner::Full,
                    _ => Runner::Default,
                };
                trials.push(Trial::test(format!("{document}: {heading}"), move || check(&to_run, runner)));
            }
        }
    }
    trials.push(Trial::test("every reason is of something that is there", move || {
        let stale: Vec<_> =
            rules.iter().zip(&used).filter(|(_, used)| !**used).map(|(rule, _)| rule).collect();
        if stale.is_empty() { Ok(()) } else { Err(format!("no longer in its document: {stale:?}").into()) }
    }));
    trials.push(Trial::test("commands are found, and a wrong one is seen", commands_are_found));
    trials.push(Trial::test("messages name the commands of the README", messages_name_its_commands));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The commands by which messages have something installed are those that the README tells first, to the letter.
fn messages_name_its_commands() -> Result<(), Failed> {
    let readme = fs::read_to_string(root().join("README.md"))?;
    let told: Vec<_> = sections(&readme)["Install"].iter().map(|item| item.text().to_owned()).collect();
    let named = [install::COMPILER, install::RUNNER];
    match told.starts_with(&named.map(String::from)) && install::RUNNER_HINT.contains(install::RUNNER) {
        true => Ok(()),
        false => Err(format!("messages name {named:?}, the README has {told:?}").into()),
    }
}

/// A part of a document that a reader may type.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    /// A command for the shell, and the lines that it must print, if they are shown.
    Command(String, Vec<String>),
    /// A file: its language and content.
    File(String, String),
}

impl Item {
    fn text(&self) -> &str {
        match self {
            Item::Command(text, _) | Item::File(_, text) => text,
        }
    }
}

/// The rule for a command or a file that isn't tried here.
#[derive(Debug)]
struct Rule {
    document: String,
    beginning: String,
}

impl Rule {
    fn is_about(&self, document: &str, item: &Item) -> bool {
        self.document == document && item.text().starts_with(&self.beginning)
    }
}

fn rules() -> Vec<Rule> {
    let lines = include_str!("documents/not-run.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("# "));
    let rule = |line: &str| match line.split(" | ").collect::<Vec<_>>()[..] {
        [document, beginning, reason] if !reason.is_empty() => {
            Rule { document: document.into(), beginning: beginning.into() }
        }
        _ => panic!("`{line}` is no document, beginning and reason"),
    };
    lines.map(rule).collect()
}

/// The items of each section, by its heading.
fn sections(text: &str) -> BTreeMap<String, Vec<Item>> {
    let mut sections = BTreeMap::<_, Vec<Item>>::new();
    let (mut heading, mut lines) = (String::from("the beginning"), text.lines());
    while let Some(line) = lines.next() {
        let items = sections.entry(heading.clone()).or_default();
        if let Some(language) = line.strip_prefix("```") {
            let block: Vec<_> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            match language {
                "text" | "console" => items.extend(session(&block)),
                _ => items.push(Item::File(language.into(), block.join("\n") + "\n")),
            }
        } else if let Some(command) = line.strip_prefix("    ") {
            items.push(Item::Command(command.into(), Vec::new()));
        } else if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim().into();
        }
    }
    sections
}

/// The commands behind `$ `, each with the lines that are shown below it.
fn session(block: &[&str]) -> Vec<Item> {
    let mut items = Vec::new();
    for line in block {
        if let Some(command) = line.strip_prefix("$ ") {
            items.push(Item::Command(command.into(), Vec::new()));
        } else if let Some(Item::Command(_, shown)) = items.last_mut() {
            shown.push((*line).into());
        }
    }
    items
}

/// Tries the items of a section, in their order.
#[allow(clippy::print_stdout, reason = "a skipped command says so")]
fn check(items: &[Item], of: Runner) -> Result<(), Failed> {
    let folder = Folder::new();
    for guest in ["sum.c", "sum.wasm", "nested.wasm"] {
        fs::copy(root().join("tests/guests").join(guest), folder.join(guest))?;
    }
    let set_up = shell(&folder, include_str!("documents/setup.sh"));
    if set_up.0 != Some(0) {
        return Err(format!("setup.sh: {set_up:?}").into());
    }
    if of != Runner::Default {
        fs::copy(runner(of), folder.join("bin/precompile-run"))?;
    }
    for item in items {
        match item {
            Item::Command(command, shown) => {
                if let Some(lacking) = lacking(&folder, command) {
                    println!("not run: `{command}`: {lacking}");
                    continue;
                }
                let (code, printed) = shell(&folder, command);
                // A command with shown output may end with another code than 0.
                if code != Some(0) && shown.is_empty() {
                    return Err(format!("`{command}` ended with {code:?}:\n{printed}").into());
                }
                if !comparable(&printed).contains(&comparable(&shown.join(" "))) {
                    return Err(
                        format!("`{command}` printed\n{printed}\nand not\n{}", shown.join("\n")).into()
                    );
                }
            }
            Item::File(language, content) if language == "toml" && content.starts_with("inputs = ") => {
                fs::write(folder.join("precompile.toml"), content)?;
                let (code, printed) = shell(&folder, "precompile");
                if code != Some(0) {
                    return Err(format!("its `precompile.toml` doesn't compile:\n{printed}").into());
                }
                fs::remove_file(folder.join("precompile.toml"))?;
            }
            Item::File(language, content) if language == "toml" => manifest(&folder, content)?,
            Item::File(language, content) if language == "wat" && content.starts_with(";; ") => {
                let name = content.lines().next().unwrap_or_default().trim_start_matches(";; ");
                fs::write(folder.join(name), content)?;
            }
            Item::File(language, content) => {
                let first = content.lines().next().unwrap_or_default();
                return Err(format!("nothing tries the `{language}` that begins with `{first}`").into());
            }
        }
    }
    Ok(())
}

/// A text without its line breaks, which may be there to fit the page, and without values that differ from run to run
/// and from machine to machine: times, sizes, and this machine's triple, for which documents have that of x86-64
/// Linux.
fn comparable(text: &str) -> String {
    let text = text.replace(&target_lexicon::HOST.to_string(), "x86_64-unknown-linux-gnu");
    let mut words: Vec<_> = text.split_whitespace().collect();
    for at in 1..words.len() {
        if ["s:", "bytes"].contains(&words[at]) && words[at - 1].parse::<f64>().is_ok() {
            words[at - 1] = "N";
        }
    }
    words.join(" ")
}

/// The tool of a command that this system lacks, or keeps from working.
fn lacking(folder: &Folder, command: &str) -> Option<String> {
    // The process ends, and holds none of the streams, which are read to their end.
    const ATTACH: &str = "sleep 9 >/dev/null 2>&1 & gdb -q -batch -nx -p $! 2>&1 | grep -q ptrace; found=$?; \
                          kill $!; test $found != 0";
    const TOOLS: [(&str, &str); 6] = [
        ("gdb", "gdb -q -batch -nx -ex starti true"),
        ("gdb -q -batch -nx -p", ATTACH),
        ("hbreak", "gdb -q -batch -nx -ex starti -ex 'hbreak *0' true 2>&1 | grep -q '^Hardware'"),
        ("nm", "nm --help | grep -q just-symbols"),
        ("objdump", "objdump --version"),
        ("perf", "perf record -q -o perf.try true && rm perf.try"),
    ];
    let mentions = |tool: &str| {
        command.split(['|', ';', ' ']).any(|word| word == tool)
            || tool.contains(' ') && command.contains(tool)
    };
    let mut tools = TOOLS.iter().filter(|(tool, _)| mentions(tool));
    tools
        .find(|(_, attempt)| shell(folder, attempt).0 != Some(0))
        .map(|(tool, _)| format!("no `{tool}` that works"))
}

/// Has cargo read a part of a `Cargo.toml` in a folder beside the checkout, and find its dependencies; and has
/// `precompile` find its inputs there.
fn manifest(folder: &Folder, content: &str) -> Result<(), Failed> {
    let host = folder.join("host");
    fs::create_dir_all(host.join("src"))?;
    fs::write(host.join("src/main.rs"), "fn main() {}\n")?;
    fs::write(host.join("Cargo.toml"), format!("[package]\nname = \"host\"\nedition = \"2024\"\n{content}"))?;
    // The same versions as in the workspace.
    fs::copy(root().join("Cargo.lock"), host.join("Cargo.lock"))?;
    let linked =
        format!("ln -sfn {:?} precompile && cd host && cargo tree --offline --quiet", root().canonicalize()?);
    let compiled = " && cp -r ../plugins . && precompile --project Cargo.toml";
    let compiled = if content.contains("[package.metadata.precompile]") { compiled } else { "" };
    let (code, printed) = shell(folder, &(linked + compiled));
    match code {
        Some(0) => Ok(()),
        _ => Err(format!("cargo does nothing with\n{content}\n{printed}").into()),
    }
}

/// The exit code of a command, and all that it printed.
fn shell(folder: &Folder, command: &str) -> (Option<i32>, String) {
    let path = [folder.join("bin"), binaries().path().to_path_buf()];
    #[allow(clippy::disallowed_methods, reason = "a user's commands are found there, too")]
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(path.into_iter().chain(std::env::split_paths(&rest))).unwrap();
    let mut shell: Command = folder.command("sh");
    // Settings of a user's shell are no part of a document.
    let ended = run(shell.args(["-c", command]).env("PATH", path).env("NO_COLOR", "1").env_remove("LANG"));
    (ended.code, ended.stdout + &ended.stderr)
}

/// A folder with the commands, each under its name.
fn binaries() -> &'static Folder {
    static FOLDER: std::sync::OnceLock<Folder> = std::sync::OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Folder::new();
        fs::copy(precompile(), folder.join("precompile")).unwrap();
        fs::copy(runner(Runner::Default), folder.join("precompile-run")).unwrap();
        folder
    })
}

fn commands_are_found() -> Result<(), Failed> {
    let text = "words\n\n    first\n\n## Two\n\n```text\n$ second\nit says\n```\n```toml\na = 1\n```\n    third # why\n";
    let command = |text: &str, shown: &[&str]| {
        Item::Command(text.into(), shown.iter().map(|&line| line.into()).collect())
    };
    let found = sections(text);
    assert_eq!(found["the beginning"], [command("first", &[])]);
    let file = Item::File("toml".into(), "a = 1\n".into());
    let (missing, other) =
        ("[dependencies]\nprecompile-runtime = { path = \"../elsewhere\" }\n", "fn main() {}\n");
    assert_eq!(found["Two"], [command("second", &["it says"]), file.clone(), command("third # why", &[])]);
    let (missing, other) =
        (Item::File("toml".into(), missing.into()), Item::File("rust".into(), other.into()));
    let line = |seconds: u8| format!("compiled in 0.0{seconds} s: `a`, {seconds} bytes");
    assert_eq!(comparable(&line(1)), comparable(&line(2)));
    assert_ne!(comparable("`a`, 1 bytes"), comparable("`b`, 1 bytes"));
    let module = Item::File("wat".into(), ";; empty.wat\n(module)\n".into());
    let compiles = [module, command("precompile -q empty.wat && test -e empty.cwasm", &[])];
    check(&compiles, Runner::Default)?;
    for wrong in [command("false", &[]), command("echo it does", &["it says"]), missing, other] {
        assert!(check(std::slice::from_ref(&wrong), Runner::Default).is_err(), "{wrong:?}");
    }
    Ok(())
}
