//! The one interface between a build script and cargo: the variables that cargo and the user set, and the
//! instructions that cargo reads on standard output.
//!
//! Cargo follows each line that begins with `cargo::`, and removes white space at its end. Nothing can be
//! quoted. So a value that a line can't hold is refused here: a line break in a file's name would begin an
//! instruction that the file's author chooses, such as one to the linker.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a build script's way to talk to cargo")]

use crate::artifact::{EscapedLines, escaped_path};
use crate::build::error::BuildError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The environment that cargo gave this script.
pub(super) struct Cargo {
    out_dir: PathBuf,
}

impl Cargo {
    /// # Errors
    ///
    /// A program that isn't a build script.
    pub(super) fn new() -> Result<Cargo, BuildError> {
        let out_dir = std::env::var_os("OUT_DIR").ok_or(BuildError::NoCargo)?;
        Ok(Cargo { out_dir: out_dir.into() })
    }

    /// The folder that belongs to this script.
    pub(super) fn out_dir(&self) -> &Path {
        &self.out_dir
    }

    /// A folder in it for the files that are built from guests' sources.
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

    /// A variable of the user's. The script runs again when it changes. An empty variable counts as unset.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        println!("cargo::rerun-if-env-changed={name}");
        std::env::var_os(name).filter(|value| !value.is_empty())
    }

    /// The test that a variable of the user's is set to anything but `0`, `n`, `no` or `false`.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| !matches!(value.to_str(), Some("0" | "n" | "no" | "false")))
    }

    /// The instruction by which the macro `include_cwasm!` finds an artifact by its name.
    ///
    /// # Errors
    ///
    /// A name or a path that an instruction can't hold.
    pub(super) fn embedding(&self, name: &str, artifact: &Path) -> Result<Line, BuildError> {
        // The first `=` would end the variable's name, and so name another guest.
        if name.contains('=') {
            return Err(BuildError::InvalidName(name.into()));
        }
        let path = artifact.to_str().ok_or_else(|| invalid_name(Path::new(name)))?;
        Line::new("rustc-env", &format!("PRECOMPILE_ARTIFACT:{name}={path}"), Path::new(name))
    }

    /// Tells cargo that a file or a folder was read.
    ///
    /// # Errors
    ///
    /// A path that an instruction can't hold.
    pub(super) fn read(&self, path: &Path) -> Result<(), BuildError> {
        let text = path.to_str().ok_or_else(|| invalid_name(path))?;
        Line::new("rerun-if-changed", text, path)?.tell();
        Ok(())
    }

    /// Shows a warning through cargo.
    pub(super) fn warn(&self, text: &str) {
        Cargo::tell(text);
    }

    /// Shows a warning through cargo, for callers without a `Cargo`.
    pub(super) fn tell(text: &str) {
        EscapedLines(text).to_string().lines().for_each(|line| println!("cargo::warning={line}"));
    }

    /// Warns through cargo that a fallback replaced the backend.
    pub(super) fn warn_of_fallback(&self, input: &Path, limit: &str) {
        self.warn(&format!("`{}`: another backend stands in: {limit}", escaped_path(input)));
    }

    /// Shows an error through cargo, and ends the script.
    pub(super) fn fail(text: &str) -> ! {
        EscapedLines(text).to_string().lines().for_each(|line| println!("cargo::error={line}"));
        std::process::exit(1)
    }
}

/// An instruction to cargo, which is one line.
pub(super) struct Line(String);

impl Line {
    fn new(key: &str, value: &str, about: &Path) -> Result<Line, BuildError> {
        match value.contains(char::is_control) || value.ends_with(char::is_whitespace) {
            true => Err(invalid_name(about)),
            false => Ok(Line(format!("cargo::{key}={value}"))),
        }
    }

    /// Prints the instruction for cargo.
    pub(super) fn tell(&self) {
        println!("{}", self.0);
    }
}

fn invalid_name(path: &Path) -> BuildError {
    BuildError::InvalidName(path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_line_cannot_hold_are_refused() {
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
            assert!(error.contains("can't be passed to cargo") && !error.contains('\n'), "{error}");
        }
        for path in [evil, "guests ", "guests\u{a0}", "a\0", "\u{1b}[2J"] {
            assert!(cargo.read(Path::new(path)).is_err(), "{path:?}");
        }
        // Cargo would read another file.
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff.wat"));
            assert!(cargo.read(path).is_err() && cargo.embedding("a", path).is_err());
        }
    }
}
