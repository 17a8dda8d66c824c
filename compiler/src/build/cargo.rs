//! The one gate between a build script and cargo: what cargo and the user say in the environment, and what
//! cargo reads on standard output.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a build script's way to talk to cargo")]

use crate::build::BuildError;
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

    /// How many jobs cargo runs at once.
    pub(super) fn jobs(&self) -> usize {
        self.given("NUM_JOBS").and_then(|jobs| jobs.parse().ok()).unwrap_or(1)
    }

    /// A variable of the user's, upon whose change the script runs again. An empty one is as good as none.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        println!("cargo::rerun-if-env-changed={name}");
        std::env::var_os(name).filter(|value| !value.is_empty())
    }

    /// Whether a variable of the user's says yes, in any way but a no.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| !matches!(value.to_str(), Some("0" | "n" | "no" | "false")))
    }

    /// Has the macro `include_cwasm!` find an artifact by its name.
    pub(super) fn embed(&self, name: &str, artifact: &Path) {
        println!("cargo::rustc-env=PRECOMPILE_ARTIFACT:{name}={}", artifact.display());
    }

    /// Says that a file or a folder was read.
    pub(super) fn read(&self, path: &Path) {
        println!("cargo::rerun-if-changed={}", path.display());
    }

    /// Has cargo show a warning.
    pub(super) fn warn(&self, text: &str) {
        Cargo::tell(text);
    }

    /// The same, for who has no part in the script.
    pub(super) fn tell(text: &str) {
        text.lines().for_each(|line| println!("cargo::warning={line}"));
    }

    /// Has cargo show that another backend stepped in.
    pub(super) fn warn_of_fallback(&self, input: &Path, limit: &str) {
        self.warn(&format!("`{}`: another backend stands in: {limit}", input.display()));
    }

    /// Has cargo show an error, and ends the script.
    pub(super) fn fail(text: &str) -> ! {
        text.lines().for_each(|line| println!("cargo::error={line}"));
        std::process::exit(1)
    }
}
