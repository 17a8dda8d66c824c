//! The one gate between a build script and cargo: what cargo and the user say in the environment, and what
//! cargo reads on standard output.
//!
//! Cargo obeys each line that begins with `cargo::`, and takes off what is white at its end; nothing can be
//! quoted. So what a line can't hold is refused here: a line break in a file's name would begin an order of
//! the file's own, such as one to the linker.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a build script's way to talk to cargo")]

use crate::artifact::{EscapedLines, escaped_path};
use crate::build::error::BuildError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What cargo told this script.
pub(super) struct Cargo {
    out_dir: PathBuf,
}

impl Cargo {
    /// # Errors
    ///
    /// Where this isn't a build script.
    pub(super) fn new() -> Result<Cargo, BuildError> {
        let out_dir = std::env::var_os("OUT_DIR").ok_or(BuildError::NoCargo)?;
        Ok(Cargo { out_dir: out_dir.into() })
    }

    /// The folder that belongs to this script.
    pub(super) fn out_dir(&self) -> &Path {
        &self.out_dir
    }

    /// A folder in it for what becomes of guests' sources.
    pub(super) fn scratch(&self) -> PathBuf {
        self.out_dir.join("precompile-guests")
    }

    /// A variable that cargo sets for this run.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// The number of jobs that cargo runs at once.
    pub(super) fn jobs(&self) -> usize {
        self.given("NUM_JOBS").and_then(|jobs| jobs.parse().ok()).unwrap_or(1)
    }

    /// A variable of the user's, upon whose change the script runs again. An empty one is as good as none.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        println!("cargo::rerun-if-env-changed={name}");
        std::env::var_os(name).filter(|value| !value.is_empty())
    }

    /// The test that a variable of the user's says yes, in any way but a no.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| !matches!(value.to_str(), Some("0" | "n" | "no" | "false")))
    }

    /// The line that has the macro `include_cwasm!` find an artifact by its name.
    ///
    /// # Errors
    ///
    /// Where the name or the path can't be told to cargo.
    pub(super) fn embedding(&self, name: &str, artifact: &Path) -> Result<Line, BuildError> {
        // The first `=` would end the variable's name: it would be that of another guest.
        if name.contains('=') {
            return Err(BuildError::Unspeakable(name.into()));
        }
        let path = artifact.to_str().ok_or_else(|| unspeakable(Path::new(name)))?;
        Line::new("rustc-env", &format!("PRECOMPILE_ARTIFACT:{name}={path}"), Path::new(name))
    }

    /// Says that a file or a folder was read.
    ///
    /// # Errors
    ///
    /// Where its name can't be told to cargo.
    pub(super) fn read(&self, path: &Path) -> Result<(), BuildError> {
        let text = path.to_str().ok_or_else(|| unspeakable(path))?;
        Line::new("rerun-if-changed", text, path)?.tell();
        Ok(())
    }

    /// Has cargo show a warning.
    pub(super) fn warn(&self, text: &str) {
        Cargo::tell(text);
    }

    /// The same, for who has no part in the script.
    pub(super) fn tell(text: &str) {
        EscapedLines(text).to_string().lines().for_each(|line| println!("cargo::warning={line}"));
    }

    /// Has cargo show that another backend stepped in.
    pub(super) fn warn_of_fallback(&self, input: &Path, limit: &str) {
        self.warn(&format!("`{}`: another backend stands in: {limit}", escaped_path(input)));
    }

    /// Has cargo show an error, and ends the script.
    pub(super) fn fail(text: &str) -> ! {
        EscapedLines(text).to_string().lines().for_each(|line| println!("cargo::error={line}"));
        std::process::exit(1)
    }
}

/// An order to cargo, which is one line.
pub(super) struct Line(String);

impl Line {
    fn new(order: &str, value: &str, about: &Path) -> Result<Line, BuildError> {
        match value.contains(char::is_control) || value.ends_with(char::is_whitespace) {
            true => Err(unspeakable(about)),
            false => Ok(Line(format!("cargo::{order}={value}"))),
        }
    }

    /// Has cargo obey it.
    pub(super) fn tell(&self) {
        println!("{}", self.0);
    }
}

fn unspeakable(path: &Path) -> BuildError {
    BuildError::Unspeakable(path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_cannot_hold_is_refused() {
        let cargo = Cargo { out_dir: "out".into() };
        let told = |name: &str, path: &str| cargo.embedding(name, Path::new(path)).map(|line| line.0);
        assert_eq!(
            told("guests/a b", "/out/a b.cwasm").unwrap(),
            "cargo::rustc-env=PRECOMPILE_ARTIFACT:guests/a b=/out/a b.cwasm"
        );
        let evil = "a\ncargo::rustc-link-arg=-Wl,x";
        for (name, path) in
            [(evil, "/out/a"), ("a", evil), ("a\r", "/out/a"), ("a=b", "/out/a"), ("a", "/out/a ")]
        {
            let error = told(name, path).unwrap_err().to_string();
            assert!(error.contains("can't be told to cargo") && !error.contains('\n'), "{error}");
        }
        for path in [evil, "guests ", "guests\u{a0}", "a\0", "\u{1b}[2J"] {
            assert!(cargo.read(Path::new(path)).is_err(), "{path:?}");
        }
        // Another would be read.
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff.wat"));
            assert!(cargo.read(path).is_err() && cargo.embedding("a", path).is_err());
        }
    }
}
