//! The sources of guests.

use crate::build::cargo::Cargo;
use crate::build::dependencies::prerequisites;
use crate::build::error::BuildError;
use crate::build::error::io;
use crate::build::inputs::{self, Module};
use crate::build::package;
use crate::build::process::run;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A source of guests.
#[derive(Debug)]
pub(super) enum Source {
    /// A module or a component.
    File(PathBuf),
    /// A folder of modules and components.
    Folder(PathBuf),
    /// A cargo package.
    Package { folder: PathBuf, target: String },
    /// The words of a command that writes a module.
    Command(Vec<String>),
}

impl Source {
    /// Builds the modules. The number distinguishes this source from the others.
    ///
    /// # Errors
    ///
    /// Modules that can't be built.
    pub(super) fn build(&self, cargo: &Cargo, number: usize) -> Result<Vec<Module>, BuildError> {
        match self {
            Source::File(path) => {
                cargo.read(path)?;
                Ok(vec![Module::file(path.clone())])
            }
            Source::Folder(path) => {
                // Cargo looks at all files in the folder.
                cargo.read(path)?;
                inputs::folder(path)
            }
            Source::Package { folder, target } => package::build(cargo, folder, target, number),
            Source::Command(words) => Ok(vec![command(cargo, words, number)?]),
        }
    }

    /// The modules, with the paths that are known without building them.
    ///
    /// # Errors
    ///
    /// A folder or a package without modules.
    pub(super) fn unbuilt(&self, cargo: &Cargo) -> Result<Vec<Module>, BuildError> {
        match self {
            Source::File(path) => Ok(vec![Module::file(path.clone())]),
            Source::Folder(path) => {
                cargo.read(path)?;
                inputs::folder(path)
            }
            Source::Package { folder, .. } => package::unbuilt(cargo, folder),
            Source::Command(words) => Ok(vec![Module::file(module_name(words))]),
        }
    }
}

/// The name of a command's result among several modules: that of the first argument that is a file, or else that
/// of the program.
fn module_name(words: &[String]) -> PathBuf {
    let file = words.iter().skip(1).map(Path::new).find(|path| path.is_file());
    let name = file.or_else(|| words.first().map(Path::new)).and_then(Path::file_name);
    name.unwrap_or_default().into()
}

/// Runs the command with this number, and tells cargo the files that it read.
fn command(cargo: &Cargo, words: &[String], number: usize) -> Result<Module, BuildError> {
    let line = words.join(" ");
    let Some((program, arguments)) = words.split_first().filter(|_| line.contains("{out}")) else {
        return Err(BuildError::NoOutput { command: line });
    };
    let folder = cargo.scratch().join(number.to_string());
    fs::create_dir_all(&folder).map_err(io(&folder))?;
    let name = module_name(words);
    let (out, deps) = (folder.join(name.with_extension("wasm")), folder.join(name.with_extension("d")));
    let filled = |word: &String| {
        word.replace("{out}", &out.display().to_string()).replace("{deps}", &deps.display().to_string())
    };
    // Before the command runs: a failure is mended in one of them.
    words.iter().map(Path::new).filter(|path| path.is_file()).try_for_each(|path| cargo.read(path))?;
    run(Command::new(program).args(arguments.iter().map(filled)))?;
    if line.contains("{deps}") {
        let text = fs::read_to_string(&deps).map_err(io(&deps))?;
        prerequisites(&text).iter().try_for_each(|path| cargo.read(Path::new(path)))?;
    }
    Ok(Module::file(out))
}
