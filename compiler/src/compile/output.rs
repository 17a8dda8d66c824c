//! Writing an artifact: whole or not at all, wherever a file can be replaced.

mod content;
mod folder;
mod fresh;
mod links;
mod overwrite;
mod replace;
mod trust;

pub use links::descriptor;

use content::Content;
use folder::folder;
use overwrite::Failure;
use precompile_artifact::escaped_path;
use precompile_cache::{Entry, is_damage};
use replace::{Privacy, replace};
use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use thiserror::Error;
use trust::Trust;

/// Why an artifact was not written. What stood at the path before is untouched, unless it is a device, a pipe, or a
/// file that can't be replaced.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The output is one of the inputs.
    #[error("the output `{}` is the input: choose another", escaped_path(path))]
    IsInput {
        /// The output's path.
        path: PathBuf,
    },
    /// The output is there, and no file.
    #[error("can't write `{}`: it is there and not a file", escaped_path(path))]
    NotAFile {
        /// The output's path.
        path: PathBuf,
    },
    /// The folder is not there.
    #[error(
        "can't write `{}`: there is no folder `{}`: make it first",
        escaped_path(path),
        escaped_path(folder)
    )]
    NoFolder {
        /// The output's path.
        path: PathBuf,
        /// The folder it would be in.
        folder: PathBuf,
    },
    /// The output is there, can't be replaced, and is another user's, or open to more users than the input is.
    #[error(
        "can't write `{}`: it can't be replaced, and others may read or change what is written into it: remove it, or \
         choose another output",
        escaped_path(path)
    )]
    Exposed {
        /// The output's path.
        path: PathBuf,
    },
    /// A file that can't be replaced was emptied, and then the file system refused.
    #[error(
        "can't write `{}`: {error}: what it held is gone, since it can't be replaced: make room and compile again",
        escaped_path(path)
    )]
    Lost {
        /// The output's path.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file system refuses.
    #[error("can't write `{}`: {error}", escaped_path(path))]
    Io {
        /// The output's path.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// The outcome of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is another file now.
    New,
    /// It held these bytes already, and was left alone, with its time stamp.
    Unchanged,
}

/// The place of an output, and the input that the output is made from.
///
/// The output is as private as its input, or as the file that it replaces.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    path: &'a Path,
    input: &'a Path,
    is_named: bool,
}

/// The way to an output.
enum Way {
    /// By another file that is renamed to this path, which is no link.
    Replace(PathBuf),
    /// Into what the process has open under this number.
    Open(u32),
    /// Into what is there.
    Into,
}

impl<'a> Destination<'a> {
    /// A place that the user named. A link there is followed, and stays; a device or a pipe is written into.
    pub fn named(path: &'a Path, input: &'a Path) -> Destination<'a> {
        Destination { path, input, is_named: true }
    }

    /// A place that follows from the input's, where others may have put a link: it is replaced itself.
    pub fn derived(path: &'a Path, input: &'a Path) -> Destination<'a> {
        Destination { path, input, is_named: false }
    }

    /// Whether it is written into as it is, such as a device or a pipe, which may take any time.
    pub fn is_stream(&self) -> bool {
        matches!(self.way(), Ok(Way::Into | Way::Open(_)))
    }

    /// Whether a file is there that counts as the output: none behind a link, where the link is to be replaced.
    pub fn is_file(&self) -> bool {
        self.metadata().is_ok_and(|there| there.is_file())
    }

    /// Sees whether it could be written to, before the work that makes what is to be written.
    ///
    /// # Errors
    ///
    /// Where it is the same file as the input, is there and can't be written to, or is to be in a folder that isn't
    /// there.
    pub fn check(&self) -> Result<(), WriteError> {
        self.checked_way().map(drop)
    }

    /// Writes `bytes`, by way of a temporary file beside the output, which is renamed into place.
    ///
    /// Like other compilers' outputs, the file is not forced onto the disk: should the whole system crash at once,
    /// what is left is told apart by its digest, and is made again.
    ///
    /// A file that holds these bytes already keeps its time stamp, so that what is built from it isn't built again. A
    /// running program that has mapped the file which stood there before keeps that one.
    ///
    /// A file that can't be replaced, since it is mounted or its folder can't be written to, is overwritten: not at
    /// once, so that who reads it meanwhile may find a part, which its digest tells.
    ///
    /// # Errors
    ///
    /// Where it can't be written, as [`Destination::check`] says or the file system.
    pub fn write(&self, bytes: &[u8]) -> Result<Written, WriteError> {
        self.place(&Content::Bytes(bytes))?.map_err(|error| self.error(error))
    }

    /// Puts what a cache has there, in the same way.
    ///
    /// # Errors
    ///
    /// As [`Destination::write`]; `None` where the entry turns out to be damaged, and nothing is written.
    pub fn deliver(&self, entry: &Entry) -> Option<Result<Written, WriteError>> {
        match self.place(&Content::Entry(entry)) {
            Ok(Err(error)) if is_damage(&error) => None,
            Ok(written) => Some(written.map_err(|error| self.error(error))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Gives a file a new time, if it is older than `inputs`, the time of the newest thing that it is made from: make
    /// and ninja would have it made again each time. The new time is `read`, when those were looked at, so that what
    /// changes after that is newer. Says whether the time is another now.
    pub fn freshen(&self, inputs: SystemTime, read: SystemTime) -> bool {
        // Where that can't be, the output is right all the same.
        self.is_file() && fresh::freshen(self.path, self.is_named, inputs, read).unwrap_or_default()
    }

    fn place(&self, content: &Content<'_>) -> Result<io::Result<Written>, WriteError> {
        let path = match self.checked_way()? {
            Way::Replace(path) => path,
            Way::Open(number) => {
                return Ok(overwrite::descriptor(number, self.path, content).map(|()| Written::New));
            }
            Way::Into => return Ok(overwrite::stream(self.path, content).map(|()| Written::New)),
        };
        let there = path.symlink_metadata().ok().filter(Metadata::is_file);
        let input = self.input.metadata().ok().filter(Metadata::is_file);
        let folder = folder(&path).metadata().ok();
        let trust = Trust { input: input.as_ref(), folder: folder.as_ref(), is_named: self.is_named };
        // Who owns what is there can change it at any time, whatever it holds now.
        let is_candidate = there.as_ref().is_some_and(|there| there.len() == content.bytes());
        if is_candidate && content.is_in(&path, |there| trust.counts(there)) {
            return Ok(Ok(Written::Unchanged));
        }
        let written = match replace(&path, &Privacy::new(there.as_ref(), &trust), content) {
            Err(error) if overwrite::is_the_way_out(&error) && there.is_some() => {
                match overwrite::file(&path, content, &trust) {
                    None => Err(error),
                    Some(Ok(())) => Ok(()),
                    Some(Err(Failure::Io(error))) => Err(error),
                    Some(Err(Failure::Exposed)) => {
                        return Err(WriteError::Exposed { path: self.path.into() });
                    }
                    Some(Err(Failure::Lost(error))) => {
                        return Err(WriteError::Lost { path: self.path.into(), error: error.kind().into() });
                    }
                }
            }
            written => written,
        };
        Ok(written.map(|()| Written::New))
    }

    fn checked_way(&self) -> Result<Way, WriteError> {
        if self.is_input() {
            return Err(WriteError::IsInput { path: self.path.into() });
        }
        let way = self.way()?;
        if let Way::Replace(path) = &way {
            let folder = folder(path);
            if !folder.is_dir() {
                return Err(WriteError::NoFolder { path: self.path.into(), folder: folder.into() });
            }
        }
        Ok(way)
    }

    fn way(&self) -> Result<Way, WriteError> {
        match self.metadata() {
            Ok(there) if there.is_file() || there.is_symlink() => {}
            Ok(there) if self.is_named && overwrite::is_stream(&there) => return Ok(Way::Into),
            Ok(_) => return Err(WriteError::NotAFile { path: self.path.into() }),
            // Also what a link leads to.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(self.error(error)),
        }
        if !self.is_named {
            return Ok(Way::Replace(self.path.into()));
        }
        let path = links::follow(self.path).map_err(|error| self.error(error))?;
        Ok(descriptor(&path).map_or(Way::Replace(path), Way::Open))
    }

    fn metadata(&self) -> io::Result<Metadata> {
        if self.is_named { self.path.metadata() } else { self.path.symlink_metadata() }
    }

    fn is_input(&self) -> bool {
        let is_file = |metadata: &Metadata| metadata.is_file();
        let (Some(output), Some(input)) =
            (self.metadata().ok().filter(is_file), self.input.metadata().ok().filter(is_file))
        else {
            return false;
        };
        match (number(&output), number(&input)) {
            (Some(output), Some(input)) => output == input,
            _ => {
                let paths = (self.path.canonicalize(), self.input.canonicalize());
                matches!(paths, (Ok(output), Ok(input)) if output == input)
            }
        }
    }

    /// The library's own error names the temporary file, which says nothing to the user.
    fn error(&self, error: io::Error) -> WriteError {
        WriteError::Io { path: self.path.into(), error: error.kind().into() }
    }
}

/// What all names of a file have in common, where the system tells.
#[cfg(unix)]
fn number(there: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<(u64, u64)> {
    None
}
