//! The check that no file is both an input and an output, or two outputs.

use crate::compile::Opts;
use crate::compile::inputs::{Input, STANDARD};
use crate::compile::job::{Job, Output};
use crate::message::Format;
use anyhow::{Result, bail, ensure};
use precompile::artifact::escaped_path;
use precompile::cache::Identity;
use std::collections::{HashMap, HashSet};
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

/// The identity of a file, the same for all ways to write its path, as far as the file system tells.
#[derive(Clone, PartialEq, Eq, Hash)]
enum FileId {
    /// The device and the inode of an existing file.
    Number((u64, u64)),
    Path(PathBuf),
}

/// Finds identities of files, and resolves each folder once.
#[derive(Default)]
struct FileIds {
    folders: HashMap<PathBuf, PathBuf>,
}

/// Checks the inputs, the outputs, and all other files of a plan.
///
/// # Errors
///
/// If a file would have two of these roles, or standard output can't take an artifact.
pub(crate) fn check(jobs: &[&Job], sources: &[PathBuf], opts: &Opts) -> Result<()> {
    let mut ids = FileIds::default();
    let mut inputs: HashSet<_> = sources.iter().map(|path| ids.of(path)).collect();
    inputs.extend(jobs.iter().map(|job| ids.of_input(&job.input)));
    let mut outputs = HashMap::new();
    for job in jobs {
        let (output, input) = (&job.output.path, &job.input.path);
        // An artifact for standard output needs no name.
        let is_nameless = !job.output.is_standard() || opts.project.out_dir.is_some() || jobs.len() > 1;
        if job.input.is_open() && opts.output.is_none() && is_nameless {
            let name = match job.input.is_standard() {
                true => "standard input".into(),
                false => format!("`{}`", escaped_path(input)),
            };
            bail!("the output for {name} has no name: name it with `-o`");
        }
        if job.output.is_standard() {
            ensure!(!stdout().is_terminal(), "an artifact is no text for a terminal: name a file with `-o`");
            ensure!(
                opts.message_format == Format::Human,
                "standard output can't hold both an artifact and JSON: name a file with `-o`"
            );
            continue;
        }
        let id = ids.of_output(&job.output);
        // The job itself refuses to overwrite its own input, with a more precise error.
        ensure!(
            !inputs.contains(&id) || id == ids.of_input(&job.input),
            "the output `{}` is an input: choose another with `-o` or `--out-dir`",
            escaped_path(output)
        );
        // The slices of a fat artifact have one output.
        let twin = outputs.insert(id, input).filter(|other| job.output.fat.is_none() || *other != input);
        if let Some(other) = twin {
            bail!(
                "`{}` and `{}` would both become `{}`: compile them apart, into different folders",
                escaped_path(other),
                escaped_path(input),
                escaped_path(output)
            );
        }
    }
    let to_standard = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new(STANDARD));
    ensure!(!to_standard(&opts.provenance), "`--provenance` takes a file, and not standard output: name one");
    let reports = [("dependency file", &opts.depfile), ("provenance file", &opts.provenance)].into_iter();
    for (name, path) in reports.filter_map(|(name, path)| Some((name, path.as_ref()?))) {
        let id = ids.of(path);
        ensure!(
            !inputs.contains(&id) && outputs.insert(id, path).is_none(),
            "the {name} `{}` is an input or an output: choose another",
            escaped_path(path)
        );
    }
    Ok(())
}

impl FileIds {
    /// The identity of an input, from when it was found.
    fn of_input(&mut self, input: &Input) -> FileId {
        match input.identity {
            Some(identity) => FileId::Number(identity.number()),
            None => self.of(input.source()),
        }
    }

    /// The identity of an output. A link that will be replaced has one of its own, not that of its target.
    fn of_output(&mut self, output: &Output) -> FileId {
        match !output.is_named && output.path.is_symlink() {
            true => self.of_path(&output.path),
            false => self.of(&output.path),
        }
    }

    fn of(&mut self, path: &Path) -> FileId {
        if let Some(identity) = Identity::at(path) {
            return FileId::Number(identity.number());
        }
        self.of_path(path)
    }

    fn of_path(&mut self, path: &Path) -> FileId {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !self.folders.contains_key(folder) {
            let canonical = folder.canonicalize().unwrap_or_else(|_| folder.into());
            self.folders.insert(folder.into(), canonical);
        }
        FileId::Path(self.folders[folder].join(path.file_name().unwrap_or_default()))
    }
}
