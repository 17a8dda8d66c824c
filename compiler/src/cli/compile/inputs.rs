//! The modules to compile, found from the paths on the command line.

use crate::walk::{Links, walk};
use anyhow::{Result, ensure};
use precompile::artifact::escaped_path;
use precompile::cache::{Digest, Identity};
use precompile::{CodeSize, code_size, descriptor};
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

/// The name that stands for standard input and standard output.
pub(crate) const STANDARD: &str = "-";

/// The part of a module that counts as code where its code isn't known: texts are longer than what they say.
pub(crate) const LEAST_CODE: u64 = 8;

/// A module to compile.
#[derive(Debug)]
pub(crate) struct Input {
    /// The path, or [`STANDARD`].
    pub(crate) path: PathBuf,
    /// The path below the named folder, or else the file name.
    pub(crate) relative: PathBuf,
    /// The size in bytes, by which the work is ordered; 0 where it is unknown.
    pub(crate) bytes: u64,
    /// The file's identity, if the file is there.
    pub(crate) identity: Option<Identity>,
    /// The input is a pipe or the like, which can be read only once.
    pub(crate) is_stream: bool,
    /// The time of the last change, where it is known.
    pub(crate) modified: Option<SystemTime>,
    /// The digest of the content, once it was read for a plan.
    pub(crate) digest: OnceLock<Digest>,
    /// The size of the code, once it was read.
    code: OnceLock<CodeSize>,
}

impl Input {
    fn new(path: &Path, relative: PathBuf) -> Input {
        let identity = Identity::at(path);
        // Needed only without an identity.
        let metadata = if identity.is_some() { None } else { path.metadata().ok() };
        Input {
            path: path.into(),
            relative,
            bytes: identity.map_or_else(|| metadata.as_ref().map_or(0, Metadata::len), |it| it.size()),
            modified: modified(path),
            is_stream: path == Path::new(STANDARD) || metadata.as_ref().is_some_and(|file| !file.is_file()),
            identity,
            digest: OnceLock::new(),
            code: OnceLock::new(),
        }
    }

    /// The size of the code, by the headers of sections; nothing where it can't be told without parsing. It is read once.
    /// Not for streams, which can't be read twice.
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub(crate) fn code_size(&self) -> io::Result<CodeSize> {
        if let Some(code) = self.code.get() {
            return Ok(*code);
        }
        let code = code_size(File::open(&self.path)?, false)?;
        Ok(*self.code.get_or_init(|| code))
    }

    /// The size of the code, if it was read.
    pub(crate) fn known_code_size(&self) -> Option<CodeSize> {
        self.code.get().copied()
    }

    /// The file that is read, also behind standard input.
    pub(crate) fn source(&self) -> &Path {
        if self.is_standard() { Path::new("/dev/stdin") } else { &self.path }
    }

    /// Tells whether this process has the input open, so that there is no folder beside it for an output.
    pub(crate) fn is_open(&self) -> bool {
        self.is_standard() || descriptor(&self.path).is_some()
    }

    /// Tells whether the input is read from standard input.
    pub(crate) fn is_standard(&self) -> bool {
        self.path == Path::new(STANDARD)
    }
}

/// The time of a file's last change, where it is known.
pub(crate) fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok().filter(Metadata::is_file)?.modified().ok()
}

/// The modules among the named paths.
pub(crate) struct Collected {
    pub(crate) inputs: Vec<Input>,
    /// Warnings about links that were left out, for people.
    pub(crate) left_out: Vec<String>,
}

/// Collects every module among these paths: the files, and those in the folders.
///
/// # Errors
///
/// If a folder can't be read, or holds no module.
pub(crate) fn collect(paths: &[PathBuf], links: Links) -> Result<Collected> {
    let mut collected = Collected { inputs: Vec::new(), left_out: Vec::new() };
    for path in paths {
        if path.is_dir() {
            collected.add_folder(path, links)?;
        } else {
            let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            collected.inputs.push(Input::new(path, relative));
        }
    }
    Ok(collected)
}

impl Collected {
    fn add_folder(&mut self, path: &Path, links: Links) -> Result<()> {
        let walked = walk(path, links, is_module)?;
        let left_out = walked.warnings(path, "add `--follow-links` to have it");
        let is_empty = walked.files.is_empty();
        for found in walked.files {
            self.inputs.push(Input::new(&found, found.strip_prefix(path)?.into()));
        }
        let but =
            if left_out.is_empty() { "" } else { ", but for what its links lead to: add `--follow-links`" };
        ensure!(!is_empty, "the folder `{}` holds no .wasm or .wat file{but}", escaped_path(path));
        self.left_out.extend(left_out);
        Ok(())
    }
}

fn is_module(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wasm" || extension == "wat")
}
