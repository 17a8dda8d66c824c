//! Why a build script has nothing to embed.

use std::io;
use std::path::PathBuf;
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
    /// There is no command.
    #[error(
        "there is no `precompile` in the PATH: run `cargo install precompile --version {0} --locked`, name it by the \
         variable `PRECOMPILE`, or have the build script compile with the feature `in-process`"
    )]
    NoTool(&'static str),
    /// The command that was found is another one's.
    #[error(
        "`{}` says that it is `{found}`, but this is precompile {wanted}: run `cargo install precompile --version {wanted} --locked`",
        path.display()
    )]
    OtherVersion {
        /// The command.
        path: PathBuf,
        /// What it says of itself.
        found: String,
        /// This crate's version.
        wanted: &'static str,
    },
    /// A program can't be started, or a file can't be read or written.
    #[error("`{}`: {error}", path.display())]
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
    #[error("the folder `{}` holds no .wasm or .wat file", path.display())]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// Two inputs would have the same name.
    #[error("two inputs are named `{name}`: compile one of them under a name of its own")]
    SameName {
        /// What both would be embedded by.
        name: String,
    },
    /// A guest package needs a Rust target.
    #[error("to build `{}`, the Rust target `{target}` is needed: run `rustup target add {target}`", package.display())]
    NoRustTarget {
        /// The package's folder.
        package: PathBuf,
        /// The target.
        target: String,
    },
    /// A guest package makes nothing that could be compiled.
    #[error("the package `{}` has neither a binary nor a `cdylib`: add `crate-type = [\"cdylib\"]`", package.display())]
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
    #[error("{}", .0.iter().map(|(input, error)| format!("`{}`: {error}", input.display())).collect::<Vec<_>>().join("\n"))]
    Compile(Vec<(PathBuf, String)>),
    /// What is asked for can't be had.
    #[error("{0}")]
    Refused(String),
}

/// An error that names a file.
pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.into();
    |error| BuildError::Io { path, error }
}
