//! The names of settings, listed and suggested.

use super::table::{Kind, SETTINGS};
use crate::options::similar::similar;
use precompile_artifact::features::{self, WasmFeatures};

/// The letters of settings.
const LETTERS: [char; 4] = ['W', 'D', 'O', 'C'];

/// The letter and the name that were probably meant by an unknown name.
pub(super) fn meant(letter: char, name: &str) -> Option<(char, String)> {
    let meant = |letter: char| {
        let names = names(letter);
        similar(name, names.iter().map(String::as_str)).map(|meant| (letter, meant.to_string()))
    };
    meant(letter).or_else(|| LETTERS.into_iter().find_map(meant))
}

/// The names that may follow a letter.
pub fn names(letter: char) -> Vec<String> {
    let settings = SETTINGS.iter().filter(|setting| setting.letters.contains(letter));
    let proposals = if letter == 'W' { proposals() } else { Vec::new() };
    settings.map(|setting| setting.name.into()).chain(proposals).collect()
}

/// The names of all proposals, without floating point, which is part of every version of WebAssembly.
fn proposals() -> Vec<String> {
    features::names(WasmFeatures::all().difference(WasmFeatures::FLOATS))
}

/// The text of `-W help` and the like.
pub fn help(letter: char) -> String {
    let mut lines = Vec::new();
    for setting in SETTINGS.iter().filter(|setting| setting.letters.contains(letter)) {
        let value = match setting.kind {
            Kind::Bool(_) => "[=y|n]",
            Kind::Bytes(_) => "=SIZE",
            // The name alone means yes.
            Kind::Word(words, _) if words.starts_with("y, n") => "[=VALUE]",
            Kind::Word(..) => "=VALUE",
        };
        let words = match setting.kind {
            Kind::Word(words, _) => format!(" ({words})"),
            _ => String::new(),
        };
        lines.push(format!("  -{letter} {:<40} {}{words}", format!("{}{value}", setting.name), setting.help));
    }
    if letter == 'W' {
        lines.push("\nProposals; `y` stamps one in any case, `n` refuses modules that use it:".into());
        lines.extend(proposals().iter().map(|name| format!("  -W {name}[=y|n]")));
    }
    if letter == 'O' {
        lines.push("\n`-O0`, `-O1`, `-O2`, `-Os`: `opt-level`; `-O3` is `-O2`, `-Oz` is `-Os`".into());
    }
    lines.join("\n") + "\n"
}
