//! Tests of the completion scripts, run as their shells run them.

#![allow(clippy::print_stdout, reason = "a test that is left out says so")]

use std::fs;
use std::process::Command;
use support::{Folder, precompile, run};

/// Beginnings of lines, each with its completion.
const REQUESTS: [(&str, &str); 11] = [
    ("precompile --backend w", "winch"),
    ("precompile --target aa", "aarch64"),
    ("precompile --cpu x86-64-v4", "x86-64-v4"),
    ("precompile --platform s", "signals-only"),
    ("precompile --strip n", "names"),
    ("precompile --fallback p", "pulley"),
    ("precompile -W fue", "fuel"),
    ("precompile -D s", "symbols"),
    ("precompile -O opt", "opt-level"),
    ("precompile compile --backend c", "cranelift"),
    ("precompile inspe", "inspect"),
];

/// A folder with a shell's completion script; `None`, with a note, where the machine lacks that shell.
fn script(shell: &str) -> Option<Folder> {
    if Command::new(shell).args(["-c", "exit"]).status().is_err() {
        println!("skipped: there is no {shell} here: install it to have its completions tested");
        return None;
    }
    let folder = Folder::new();
    let ended = run(folder.command(precompile()).args(["completions", shell]));
    fs::write(folder.join("script"), ended.stdout).unwrap();
    Some(folder)
}

#[test]
fn bash_completes_values() {
    let Some(folder) = script("bash") else { return };
    for (line, expected) in REQUESTS {
        let ask = "source ./script; COMP_WORDS=($0); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
                   _precompile precompile \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"; echo \"${COMPREPLY[*]}\"";
        let ended = run(folder.command("bash").args(["--norc", "-c", ask, line]));
        assert_eq!(ended.stdout.trim(), expected, "{line}: {ended:?}");
    }
}

#[test]
fn fish_completes_values() {
    let Some(folder) = script("fish") else { return };
    for (line, expected) in REQUESTS {
        let ask = format!("source ./script; complete -C '{line}'");
        let ended = run(folder.command("fish").args(["--no-config", "-c", &ask]).env("HOME", folder.path()));
        let completed = ended.stdout.split(['\t', '\n']).next();
        assert_eq!(completed, Some(expected), "{line}: {ended:?}");
    }
}

/// The values in zsh's script are read, as zsh runs completions only within its line editor.
#[test]
fn zsh_knows_values() {
    let Some(folder) = script("zsh") else { return };
    let ended = run(folder.command("zsh").args(["-n", "script"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let script = fs::read_to_string(folder.join("script")).unwrap();
    for values in [":(cranelift winch auto)'", ":(hosted signals-only freestanding)'", ":(cranelift pulley)'"]
    {
        assert!(script.contains(values), "{values}");
    }
}
