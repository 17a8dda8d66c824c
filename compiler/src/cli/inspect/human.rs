//! The text that `precompile inspect` prints for people.

use super::object::hexadecimal;
use crate::columns::{left, width};
use crate::shell_words;
use crate::units::size;
use precompile::artifact::Escaped;
use precompile::artifact::manifest::{Export, Import};
use precompile::inspect::{Details, Inspection, Origin, Value};
use precompile::{Backend, WASMTIME_MAJOR};
use std::fmt::Write;
use std::path::Path;

/// The number of a list's entries that are shown without `--all`.
const SHOWN: usize = 10;
/// The maximum length of a line of words, in columns.
const WIDTH: usize = 100;
/// The column at which the words of a line start.
const INDENT: usize = 16;

/// Cranelift's settings that users choose; `true` where Winch heeds them, too.
const SHARED_FLAGS: [(&str, bool); 3] =
    [("regalloc_algorithm", false), ("enable_nan_canonicalization", false), ("unwind_info", true)];

/// The whole report.
pub(super) fn text(path: &Path, inspection: &Inspection, warnings: &[String], all: bool) -> String {
    let mut report = Report { text: String::new(), limit: if all { usize::MAX } else { SHOWN } };
    report.summary(path, inspection);
    if let Some(details) = &inspection.stamped.details {
        report.settings(details);
    }
    if let Some(manifest) = inspection.manifest() {
        let import = |import: Import<'_>| (format!("{} {}", import.module, import.name), import.ty.into());
        report.list("imports", manifest.imports.iter().map(import).collect());
        let export = |export: Export<'_>| (export.name.into(), export.ty.into());
        report.list("exports", manifest.exports.iter().map(export).collect());
    }
    report.sections(inspection);
    if let Some(details) = &inspection.stamped.details {
        report.stock(path, details);
    }
    if !warnings.is_empty() {
        report.heading("beware");
        warnings.iter().for_each(|warning| report.sentence(warning));
    }
    report.text
}

/// The number of zeros at the end of a part that is worth a line: fewer align what follows.
const WORTH_A_LINE_BYTES: u64 = 256;

struct Report {
    text: String,
    limit: usize,
}

impl Report {
    fn summary(&mut self, path: &Path, inspection: &Inspection) {
        let unknown = || "unknown".to_owned();
        let backend = inspection.backend().map_or_else(unknown, |backend| backend.to_string());
        self.line(&path.display().to_string());
        self.words("kind", &inspection.kind.to_string());
        self.words("backend", &backend);
        self.words("target", &inspection.target().map_or_else(unknown, String::from));
        match &inspection.origin {
            Origin::Ours { manifest, digest_ok } => {
                let versions = (&manifest.precompile_version, &manifest.wasmtime_version);
                self.words("made by", &format!("precompile {}, wasmtime {}", versions.0, versions.1));
                self.words("platform", manifest.platform.name());
                self.words("source BLAKE3", &hexadecimal(&manifest.source_blake3));
                self.words("digest", if *digest_ok { "right" } else { "wrong: damaged" });
            }
            Origin::Upstream => {
                let version = &inspection.stamped.version;
                let patch = if inspection.stamped.details.is_some() { ", patch unknown" } else { "" };
                self.words("made by", &format!("wasmtime {version}{patch}"));
            }
        }
        if let Some(level) = inspection.opt_level() {
            self.words("optimised", &level);
        }
        if let Some(details) = &inspection.stamped.details {
            self.words("CPU features", &details.cpu_features.join(", "));
        }
        if let Some(features) = inspection.features_stamped() {
            self.words("features", &features.join(", "));
        }
        if let Some(manifest) = inspection.manifest() {
            self.words("of them used", &manifest.features_used.join(", "));
        }
    }

    fn settings(&mut self, details: &Details) {
        self.heading("settings");
        for setting in &details.settings {
            let size = match setting.value {
                Value::Bytes(bytes) => unit(bytes),
                _ => None,
            };
            let size = size.map(|size| format!(" ({size})")).unwrap_or_default();
            self.line(&format!("  {:<32}{}{size}", setting.name, setting.value));
        }
        let heeded = SHARED_FLAGS.iter().filter(|(_, winch)| *winch || details.backend == Backend::Cranelift);
        for (name, _) in heeded {
            let value = match details.shared_flag(name) {
                Some("true") => "y",
                Some("false") => "n",
                Some(word) => word,
                None => continue,
            };
            self.line(&format!("  {name:<32}{value}"));
        }
    }

    fn list(&mut self, heading: &str, entries: Vec<(String, String)>) {
        self.heading(&format!("{heading}: {}", entries.len()));
        let shown = &entries[..entries.len().min(self.limit)];
        let columns = shown.iter().map(|(name, _)| width(name)).max().unwrap_or_default().min(48);
        for (name, ty) in shown {
            self.line(&format!("  {}  {ty}", left(name, columns)));
        }
        if shown.len() < entries.len() {
            self.line(&format!("  … and {} more: `--all` lists them", entries.len() - shown.len()));
        }
    }

    fn sections(&mut self, inspection: &Inspection) {
        self.heading("file");
        self.line(&format!("  {:<28}{:>12}{:>14}", "part", "offset", "bytes"));
        for section in &inspection.sections {
            self.size(&section.name, &section.offset.to_string(), section.bytes);
            if section.zeros_at_end >= WORTH_A_LINE_BYTES {
                self.size("  zeros at its end", "", section.zeros_at_end);
            }
        }
        self.size("padding", "", inspection.padding_bytes);
        self.size("whole", "", inspection.file_bytes);
    }

    fn size(&mut self, name: &str, offset: &str, bytes: u64) {
        let unit = unit(bytes).unwrap_or_default();
        self.line(format!("  {}{offset:>12}{bytes:>14}  {unit}", left(name, 28)).trim_end());
    }

    fn stock(&mut self, path: &Path, details: &Details) {
        self.heading(&format!("stock wasmtime {WASMTIME_MAJOR}"));
        let stock = &details.stock;
        if !stock.obstacles.is_empty() {
            self.line("  can't load it:");
            stock.obstacles.iter().for_each(|obstacle| self.sentence(obstacle));
            return;
        }
        let mut command = String::from("  ");
        stock.environment.iter().for_each(|variable| command += &format!("{variable} "));
        command += "wasmtime run --allow-precompiled ";
        // Flags are our own words, and numbers: they need no quotes.
        stock.flags.iter().for_each(|flag| command += &format!("{flag} "));
        self.line(&(command + &shell_words::quoted_file(path)));
    }

    fn heading(&mut self, heading: &str) {
        let _ = writeln!(self.text, "\n{heading}");
    }

    /// A name and the list of its words.
    fn words(&mut self, name: &str, words: &str) {
        let words = if words.is_empty() { "none" } else { words };
        self.broken(&format!("{name:<INDENT$}"), words, INDENT);
    }

    fn sentence(&mut self, sentence: &str) {
        self.broken("  ", sentence, 4);
    }

    /// A start and a text behind it, with line breaks at spaces where a line gets too long.
    fn broken(&mut self, start: &str, text: &str, indent: usize) {
        let mut line = start.to_owned();
        let mut columns = start.len();
        for (index, word) in text.split(' ').enumerate() {
            let word_columns = width(word);
            if index > 0 && columns + 1 + word_columns > WIDTH {
                self.line(&line);
                line = " ".repeat(indent);
                columns = indent;
            } else if index > 0 {
                line.push(' ');
                columns += 1;
            }
            line += word;
            columns += word_columns;
        }
        self.line(&line);
    }

    /// One line. Names come from the artifact, so that characters that a terminal obeys are shown as text.
    fn line(&mut self, line: &str) {
        self.text += &format!("{}\n", Escaped(line));
    }
}

/// A size in the largest unit that it fills; `None` where that is bytes.
fn unit(bytes: u64) -> Option<String> {
    (bytes >= 1024).then(|| size(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report { text: String::new(), limit: 2 }
    }

    #[test]
    fn long_lists_are_cut_short() {
        let entries = |count| (0..count).map(|n| (format!("f{n}"), "(func)".into())).collect();
        let mut cut = report();
        cut.list("exports", entries(5));
        assert_eq!(
            cut.text,
            "\nexports: 5\n  f0  (func)\n  f1  (func)\n  … and 3 more: `--all` lists them\n"
        );
        let mut whole = report();
        whole.list("exports", entries(2));
        assert!(!whole.text.contains("more"));
    }

    #[test]
    fn names_of_any_width_stand_in_columns() {
        let mut report = report();
        let names = ["名前", "cafe\u{301}"];
        report.list("exports", names.map(|name| (name.into(), "(func)".into())).to_vec());
        assert_eq!(report.text, "\nexports: 2\n  名前  (func)\n  cafe\u{301}  (func)\n");
    }

    #[test]
    fn lines_are_short_and_tame() {
        let mut report = report();
        report.words("features", &["a-feature"; 40].join(", "));
        assert!(report.text.lines().all(|line| line.len() <= WIDTH), "{}", report.text);
        assert!(report.text.lines().count() > 3);
        report.sentence(&"word ".repeat(60));
        assert!(report.text.lines().all(|line| line.len() <= WIDTH), "{}", report.text);
        report.line("\u{1b}[2J");
        assert!(report.text.ends_with("\\u{1b}[2J\n"));
    }
}
