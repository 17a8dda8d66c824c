//! From what is named on the command line to the modules to compile.

use anyhow::{Result, ensure};
use precompile::artifact::escaped_path;
use precompile::cache::Identity;
use precompile::descriptor;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use walkdir::{DirEntry, WalkDir};

/// The name that stands for standard input and standard output.
pub(crate) const STANDARD: &str = "-";

/// A module to compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    /// Its path, or [`STANDARD`].
    pub(crate) path: PathBuf,
    /// Where it stands below the folder that was named, or its file name.
    pub(crate) relative: PathBuf,
    /// Its size in bytes, by which the work is ordered; 0 where that is unknown.
    pub(crate) bytes: u64,
    /// What file it is, if it is there.
    pub(crate) identity: Option<Identity>,
    /// Whether it is a pipe or the like, which can be read only once.
    pub(crate) is_stream: bool,
    /// When it last changed, as far as that is known.
    pub(crate) modified: Option<SystemTime>,
}

impl Input {
    fn new(path: &Path, relative: PathBuf) -> Input {
        let identity = Identity::at(path);
        // Asked only where the identity hasn't told.
        let metadata = if identity.is_some() { None } else { path.metadata().ok() };
        Input {
            path: path.into(),
            relative,
            bytes: identity.map_or_else(|| metadata.as_ref().map_or(0, Metadata::len), |it| it.size()),
            modified: modified(path),
            is_stream: path == Path::new(STANDARD) || metadata.as_ref().is_some_and(|found| !found.is_file()),
            identity,
        }
    }

    /// The file that is read, also behind standard input.
    pub(crate) fn source(&self) -> &Path {
        if self.is_standard() { Path::new("/dev/stdin") } else { &self.path }
    }

    /// The test that it has no place, beside which an output could be: it is something that this process has open.
    pub(crate) fn is_open(&self) -> bool {
        self.is_standard() || descriptor(&self.path).is_some()
    }

    /// The test that it is read from standard input.
    pub(crate) fn is_standard(&self) -> bool {
        self.path == Path::new(STANDARD)
    }
}

/// When a file last changed, as far as that is known.
pub(crate) fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok().filter(Metadata::is_file)?.modified().ok()
}

/// The rule for symbolic links in folders.
#[derive(Clone, Copy)]
pub(crate) struct Links {
    /// Those are followed, too, that lead out of the folder.
    pub(crate) follow_out: bool,
    /// Outputs have a folder of their own, in which one place more is one output more.
    pub(crate) has_out_dir: bool,
}

/// The modules that were found.
pub(crate) struct Found {
    pub(crate) inputs: Vec<Input>,
    /// What was left out, and why, for people.
    pub(crate) left_out: Vec<String>,
}

/// Every module among these paths: the files, and those in the folders.
///
/// # Errors
///
/// Where a folder can't be read, or holds none.
pub(crate) fn collect(paths: &[PathBuf], links: Links) -> Result<Found> {
    let mut found = Found { inputs: Vec::new(), left_out: Vec::new() };
    for path in paths {
        if path.is_dir() {
            found.folder(path, links)?;
        } else {
            let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            found.inputs.push(Input::new(path, relative));
        }
    }
    Ok(found)
}

impl Found {
    fn folder(&mut self, path: &Path, links: Links) -> Result<()> {
        let root = fs_err::canonicalize(path)?;
        let mut left_out = Vec::new();
        let is_walked = |entry: &DirEntry| {
            if entry.depth() == 0 || !entry.path_is_symlink() {
                return true;
            }
            let is_inside = entry.path().canonicalize().is_ok_and(|target| target.starts_with(&root));
            match (entry.file_type().is_dir(), is_inside) {
                // What it leads to is found where it is.
                (true, true) => links.has_out_dir,
                (is_dir, false) if !links.follow_out => {
                    if is_dir || is_module(entry.path()) {
                        left_out.push(format!(
                            "`{}` leads out of the folder `{}` and is left out: add `--follow-links` to have it",
                            escaped_path(entry.path()),
                            escaped_path(path)
                        ));
                    }
                    false
                }
                _ => true,
            }
        };
        let before = self.inputs.len();
        for entry in
            WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter().filter_entry(is_walked)
        {
            let found = match &entry {
                Ok(entry) if entry.file_type().is_file() => entry.path(),
                Ok(_) => continue,
                Err(error) => match error.path() {
                    // A link to a folder that it is in: all there is found already.
                    Some(_) if error.loop_ancestor().is_some() => continue,
                    // Such as a link that leads nowhere: where it is named like a module, its job will fail.
                    Some(path) => path,
                    None => continue,
                },
            };
            if is_module(found) {
                self.inputs.push(Input::new(found, found.strip_prefix(path)?.into()));
            }
        }
        let but =
            if left_out.is_empty() { "" } else { ", but for what its links lead to: add `--follow-links`" };
        ensure!(
            self.inputs.len() > before,
            "the folder `{}` holds no .wasm or .wat file{but}",
            escaped_path(path)
        );
        self.left_out.extend(left_out);
        Ok(())
    }
}

fn is_module(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wasm" || extension == "wat")
}
