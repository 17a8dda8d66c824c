//! The failure of a build script.

use crate::artifact::Escaped;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The reason why a build script has nothing to embed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A program that cargo doesn't run as a build script.
    #[error("`OUT_DIR` is not set: call this from a build script that cargo runs")]
    NoCargo,
    /// A build without guests.
    #[error("there is nothing to compile: add a guest, such as `.file(\"plugin.wasm\")`")]
    NoInput,
    /// A missing command `precompile`, with the command that installs it.
    #[error(
        "there is no `precompile` in the PATH: run `{0}`, name it by the variable `PRECOMPILE`, or have the build \
         script compile with the feature `in-process`"
    )]
    NoTool(&'static str),
    /// A command of another version, or another program.
    #[error("`{}` says that it is `{found}`, but this is precompile {wanted}: run `{install}`", shown(path))]
    OtherVersion {
        /// The command.
        path: PathBuf,
        /// The version that it prints.
        found: String,
        /// This crate's version.
        wanted: &'static str,
        /// The command that installs it.
        install: &'static str,
    },
    /// A program that can't be started, or a file that can't be read or written.
    #[error("`{}`: {error}", shown(path))]
    Io {
        /// The program or file.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// A target that no backend makes code for.
    #[error(
        "no backend makes code for `{target}`: `.fallback(Fallback::Pulley)` has it interpreted, with the runtime's \
         feature `pulley`"
    )]
    Target {
        /// Cargo's `TARGET`.
        target: String,
    },
    /// A folder without modules.
    #[error("the folder `{}` holds no .wasm or .wat file", shown(path))]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A secret key in place of its file's name.
    #[error(
        "a key itself stands in a build script, where others read it: name its file, or a variable as `env:NAME`, and make a \
         new key"
    )]
    ExposedKey,
    /// A name that cargo would read as another instruction, or as another name.
    #[error(
        "`{}` can't be passed to cargo, which takes only UTF-8 without control characters and without white space at \
         the end, and no `=` in the name of an embedded guest: rename it",
        shown(.0)
    )]
    InvalidName(PathBuf),
    /// Two inputs with the same name.
    #[error("two inputs are named `{name}`: compile one of them under a name of its own")]
    SameName {
        /// The name that both would be embedded by.
        name: String,
    },
    /// A missing guest package.
    #[error(
        "the folder `{}` holds no cargo package: {}",
        shown(folder),
        if *exists { "it has no `Cargo.toml`" } else { "there is no such folder" }
    )]
    NoPackage {
        /// The folder.
        folder: PathBuf,
        /// The presence of the folder.
        exists: bool,
    },
    /// A Rust target that a guest package needs and that isn't installed.
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
    /// A guest package without a module to compile.
    #[error(
        "the package `{}` has neither a binary nor a `cdylib`: add `crate-type = [\"cdylib\"]`",
        shown(package)
    )]
    NoModule {
        /// The package's folder.
        package: PathBuf,
    },
    /// A failed command that builds a guest.
    #[error("`{command}` failed ({status})\n{output}")]
    Guest {
        /// The command.
        command: String,
        /// Its exit status.
        status: String,
        /// Its error output.
        output: String,
    },
    /// A command without `{out}`, or without any word.
    #[error("the command `{command}` writes no module: name the file that it writes `{{out}}`")]
    NoOutput {
        /// The command.
        command: String,
    },
    /// Modules that can't be compiled, each with the reason.
    #[error("{}", .0.iter().map(|(input, error)| format!("`{}`: {error}", shown(input))).collect::<Vec<_>>().join("\n"))]
    Compile(Vec<(PathBuf, String)>),
    /// A refused request, with the reason.
    #[error("{0}")]
    Refused(String),
}

/// A path as text on one line.
fn shown(path: &Path) -> String {
    Escaped(&path.to_string_lossy()).to_string()
}

/// An error that names a file.
pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.into();
    |error| BuildError::Io { path, error }
}
