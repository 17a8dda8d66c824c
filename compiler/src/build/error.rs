//! Why a build script has nothing to embed.

use crate::artifact::Escaped;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a build script has nothing to embed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Only cargo calls build scripts.
    #[error("`OUT_DIR` is not set: call this from a build script that cargo runs")]
    NoCargo,
    /// Nothing was added.
    #[error("there is nothing to compile: add a guest, such as `.file(\"plugin.wasm\")`")]
    NoInput,
    /// There is no command; this one installs it.
    #[error(
        "there is no `precompile` in the PATH: run `{0}`, name it by the variable `PRECOMPILE`, or have the build \
         script compile with the feature `in-process`"
    )]
    NoTool(&'static str),
    /// The command that was found is another one's.
    #[error("`{}` says that it is `{found}`, but this is precompile {wanted}: run `{install}`", shown(path))]
    OtherVersion {
        /// The command.
        path: PathBuf,
        /// What it says of itself.
        found: String,
        /// This crate's version.
        wanted: &'static str,
        /// The command that installs it.
        install: &'static str,
    },
    /// A program can't be started, or a file can't be read or written.
    #[error("`{}`: {error}", shown(path))]
    Io {
        /// The program or file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// No backend makes code for the target.
    #[error(
        "no backend makes code for `{target}`: `.fallback(Fallback::Pulley)` has it interpreted, with the runtime's \
         feature `pulley`"
    )]
    Target {
        /// Cargo's `TARGET`.
        target: String,
    },
    /// A folder holds no modules.
    #[error("the folder `{}` holds no .wasm or .wat file", shown(path))]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A name that would be another order to cargo, or another name.
    #[error(
        "`{}` can't be told to cargo, whose lines hold no control characters, nothing but UTF-8, no white space at \
         their end, and no `=` in what a guest is embedded by: rename it",
        shown(.0)
    )]
    Unspeakable(PathBuf),
    /// Two inputs would have the same name.
    #[error("two inputs are named `{name}`: compile one of them under a name of its own")]
    SameName {
        /// What both would be embedded by.
        name: String,
    },
    /// There is no guest package.
    #[error(
        "the folder `{}` holds no cargo package: {}",
        shown(folder),
        if *exists { "it has no `Cargo.toml`" } else { "there is no such folder" }
    )]
    NoPackage {
        /// The folder.
        folder: PathBuf,
        /// Whether it is there.
        exists: bool,
    },
    /// A guest package needs a Rust target.
    #[error(
        "to build `{}`, the Rust target `{target}` is needed: run `rustup target add {target}`",
        shown(package)
    )]
    NoRustTarget {
        /// The package's folder.
        package: PathBuf,
        /// The target.
        target: String,
    },
    /// A guest package makes nothing that could be compiled.
    #[error(
        "the package `{}` has neither a binary nor a `cdylib`: add `crate-type = [\"cdylib\"]`",
        shown(package)
    )]
    NoModule {
        /// The package's folder.
        package: PathBuf,
    },
    /// What builds a guest has failed.
    #[error("`{command}` failed ({status})\n{output}")]
    Guest {
        /// The command.
        command: String,
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// A command without `{out}`, or without any word.
    #[error("the command `{command}` writes no module: name the file that it writes `{{out}}`")]
    NoOutput {
        /// The command.
        command: String,
    },
    /// Modules can't be compiled: each with its reason.
    #[error("{}", .0.iter().map(|(input, error)| format!("`{}`: {error}", shown(input))).collect::<Vec<_>>().join("\n"))]
    Compile(Vec<(PathBuf, String)>),
    /// What is asked for can't be had.
    #[error("{0}")]
    Refused(String),
}

/// A path, on one line.
fn shown(path: &Path) -> String {
    Escaped(&path.to_string_lossy()).to_string()
}

/// An error that names a file.
pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.into();
    |error| BuildError::Io { path, error }
}
