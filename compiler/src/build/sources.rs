//! Where guests come from.

use crate::build::BuildError;
use crate::build::cargo::Cargo;
use crate::build::error::io;
use crate::build::inputs::{self, Module};
use crate::build::package;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where guests come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A module or a component.
    File(PathBuf),
    /// A folder of them.
    Folder(PathBuf),
    /// A cargo package.
    Package { folder: PathBuf, target: String },
    /// The words of a command that writes one.
    Command(Vec<String>),
}

impl Source {
    /// The modules, once they are built. The number tells this source from the others.
    ///
    /// # Errors
    ///
    /// Where they can't be built.
    pub(super) fn build(&self, cargo: &Cargo, number: usize) -> Result<Vec<Module>, BuildError> {
        match self {
            Source::File(path) => {
                cargo.read(path)?;
                Ok(vec![Module::file(path.clone())])
            }
            Source::Folder(path) => {
                // Cargo looks at all that is in it.
                cargo.read(path)?;
                inputs::folder(path)
            }
            Source::Package { folder, target } => package::build(cargo, folder, target, number),
            Source::Command(words) => Ok(vec![command(cargo, words, number)?]),
        }
    }

    /// What can be said of the modules while they aren't built.
    ///
    /// # Errors
    ///
    /// Where a folder or a package holds none.
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

/// What a command's result is called where there are several: by the first of its arguments that is a file,
/// or else by the program.
fn module_name(words: &[String]) -> PathBuf {
    let file = words.iter().skip(1).map(Path::new).find(|path| path.is_file());
    let name = file.or_else(|| words.first().map(Path::new)).and_then(Path::file_name);
    name.unwrap_or_default().into()
}

/// Runs the command with this number, and tells cargo what it read.
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
    // Before it runs: what fails is mended in one of them.
    words.iter().map(Path::new).filter(|path| path.is_file()).try_for_each(|path| cargo.read(path))?;
    run(Command::new(program).args(arguments.iter().map(filled)))?;
    if line.contains("{deps}") {
        let text = fs::read_to_string(&deps).map_err(io(&deps))?;
        prerequisites(&text).iter().try_for_each(|path| cargo.read(Path::new(path)))?;
    }
    Ok(Module::file(out))
}

/// Runs a command to its end, with its output kept for when it fails.
///
/// # Errors
///
/// Where it can't be started, or fails.
pub(super) fn run(command: &mut Command) -> Result<Vec<u8>, BuildError> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().map_err(io(program))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(BuildError::Guest {
        command: format!("{command:?}"),
        status: output.status.to_string(),
        output: String::from_utf8_lossy(&output.stderr).trim_end().into(),
    })
}

/// What the first rule of a dependency file depends on, as compilers and cargo write it.
pub(super) fn prerequisites(text: &str) -> Vec<String> {
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    // A colon without a blank behind it is part of a path.
    let (_, rule) = text.lines().next().and_then(|line| line.split_once(": ")).unwrap_or_default();
    let mut paths = vec![String::new()];
    let mut characters = rule.chars().peekable();
    while let Some(mut character) = characters.next() {
        let escaped = match (character, characters.peek()) {
            ('\\', Some(' ' | '#')) | ('$', Some('$')) => characters.next(),
            _ => None,
        };
        match escaped {
            None if character == ' ' => paths.push(String::new()),
            _ => {
                character = escaped.unwrap_or(character);
                paths.last_mut().into_iter().for_each(|path| path.push(character));
            }
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependency_files_are_read() {
        for (text, expected) in [
            ("out.wasm: a.c b.h\n", &["a.c", "b.h"][..]),
            ("out.wasm: a.c \\\n  dir/b.h\n\ndir/b.h:\n", &["a.c", "dir/b.h"]),
            ("C:\\out\\x.wasm: C:\\in\\a.c my\\ file.c a$$b.c\n", &["C:\\in\\a.c", "my file.c", "a$b.c"]),
            ("", &[]),
        ] {
            assert_eq!(prerequisites(text), expected, "{text:?}");
        }
    }
}
