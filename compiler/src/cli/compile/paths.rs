//! No file may be two of inputs, outputs, and what is read or written besides.

use crate::compile::Opts;
use crate::compile::inputs::Input;
use crate::compile::job::{Job, Output};
use crate::message::Format;
use anyhow::{Result, bail, ensure};
use precompile::artifact::escaped_path;
use precompile::cache::Identity;
use std::collections::{HashMap, HashSet};
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

/// What is the same for all the ways to write a file's path, as far as what is there tells.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Name {
    /// Of a file that is there: its device and its number there.
    Number((u64, u64)),
    Path(PathBuf),
}

/// Finds names, and each folder once.
#[derive(Default)]
struct Names {
    folders: HashMap<PathBuf, PathBuf>,
}

/// # Errors
///
/// Where a file would be two of them, or standard output can't hold what would go there.
pub(crate) fn check(jobs: &[Job], sources: &[PathBuf], opts: &Opts) -> Result<()> {
    let mut names = Names::default();
    let mut inputs: HashSet<_> = sources.iter().map(|path| names.of(path)).collect();
    inputs.extend(jobs.iter().map(|job| names.of_input(&job.input)));
    let mut outputs = HashMap::new();
    for job in jobs {
        let (output, input) = (&job.output.path, &job.input.path);
        // What goes to standard output needs no name.
        let is_nameless = !job.output.is_standard() || opts.out_dir.is_some() || jobs.len() > 1;
        if job.input.is_open() && opts.output.is_none() && is_nameless {
            let name = match job.input.is_standard() {
                true => "standard input".into(),
                false => format!("`{}`", escaped_path(input)),
            };
            bail!("what comes from {name} has no name: name the output with `-o`");
        }
        if job.output.is_standard() {
            ensure!(!stdout().is_terminal(), "an artifact is no text for a terminal: name a file with `-o`");
            ensure!(
                opts.message_format == Format::Human,
                "standard output can't hold both an artifact and JSON: name a file with `-o`"
            );
            continue;
        }
        let identity = names.of_output(&job.output);
        // Its own input it doesn't overwrite either, but may have more to say about it.
        ensure!(
            !inputs.contains(&identity) || identity == names.of_input(&job.input),
            "the output `{}` is an input: choose another with `-o` or `--out-dir`",
            escaped_path(output)
        );
        if let Some(other) = outputs.insert(identity, input) {
            bail!(
                "`{}` and `{}` would both become `{}`: compile them apart, into different folders",
                escaped_path(other),
                escaped_path(input),
                escaped_path(output)
            );
        }
    }
    if let Some(depfile) = &opts.depfile {
        let identity = names.of(depfile);
        ensure!(
            !inputs.contains(&identity) && !outputs.contains_key(&identity),
            "the dependency file `{}` is an input or an output: choose another",
            escaped_path(depfile)
        );
    }
    Ok(())
}

impl Names {
    /// As it was when it was found.
    fn of_input(&mut self, input: &Input) -> Name {
        match input.identity {
            Some(identity) => Name::Number(identity.number()),
            None => self.of(input.source()),
        }
    }

    /// A link that is to be replaced is no name of what it leads to.
    fn of_output(&mut self, output: &Output) -> Name {
        match !output.is_named && output.path.is_symlink() {
            true => self.of_path(&output.path),
            false => self.of(&output.path),
        }
    }

    fn of(&mut self, path: &Path) -> Name {
        if let Some(identity) = Identity::at(path) {
            return Name::Number(identity.number());
        }
        self.of_path(path)
    }

    fn of_path(&mut self, path: &Path) -> Name {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !self.folders.contains_key(folder) {
            let canonical = folder.canonicalize().unwrap_or_else(|_| folder.into());
            self.folders.insert(folder.into(), canonical);
        }
        Name::Path(self.folders[folder].join(path.file_name().unwrap_or_default()))
    }
}
