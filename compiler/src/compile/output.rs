//! The writing of an artifact: whole or not at all, if the file can be replaced.

mod content;
mod folder;
mod fresh;
mod links;
mod overwrite;
mod owners;
mod replace;

pub use links::descriptor;

use content::Content;
use folder::folder;
use overwrite::Failure;
use owners::Owners;
use precompile_artifact::escaped_path;
use precompile_cache::{Entry, is_damage};
use replace::{Privacy, replace};
use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use thiserror::Error;

/// The reason why an artifact was not written. The old content of the path is untouched, unless the path is a device,
/// a pipe, or a file that can't be replaced.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The output is one of the inputs.
    #[error("the output `{}` is the input: choose another", escaped_path(path))]
    IsInput {
        /// The output's path.
        path: PathBuf,
    },
    /// The output exists and isn't a file.
    #[error("can't write `{}`: it is there and not a file", escaped_path(path))]
    NotAFile {
        /// The output's path.
        path: PathBuf,
    },
    /// The folder doesn't exist.
    #[error(
        "can't write `{}`: there is no folder `{}`: make it first",
        escaped_path(path),
        escaped_path(folder)
    )]
    NoFolder {
        /// The output's path.
        path: PathBuf,
        /// The folder of the output.
        folder: PathBuf,
    },
    /// The output exists, can't be replaced, and is another user's or open to more users than the input.
    #[error(
        "can't write `{}`: it can't be replaced, and others may read or change what is written into it: remove it, or \
         choose another output",
        escaped_path(path)
    )]
    Exposed {
        /// The output's path.
        path: PathBuf,
    },
    /// A file that can't be replaced was emptied, and then couldn't be written.
    #[error(
        "can't write `{}`: {error}: its old content is lost, since it can't be replaced: make room and compile again",
        escaped_path(path)
    )]
    Lost {
        /// The output's path.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// The file system refuses the output.
    #[error("can't write `{}`: {error}", escaped_path(path))]
    Io {
        /// The output's path.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
}

/// The outcome of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The output is a new file, or was overwritten.
    New,
    /// The output already held these bytes, and keeps its time stamp.
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

/// The method of writing an output.
enum Method {
    /// Another file is renamed to this path, which is no link.
    Replace(PathBuf),
    /// The process's descriptor of this number is written to.
    Descriptor(u32),
    /// The device or pipe at the path is written to.
    Stream,
}

impl<'a> Destination<'a> {
    /// A place that the user named. A link there is followed, and stays; a device or a pipe is written into.
    pub fn named(path: &'a Path, input: &'a Path) -> Destination<'a> {
        Destination { path, input, is_named: true }
    }

    /// A place that was derived from the input's. Another user may have put a link there, so the link is replaced.
    pub fn derived(path: &'a Path, input: &'a Path) -> Destination<'a> {
        Destination { path, input, is_named: false }
    }

    /// The test for a device, a pipe or a descriptor, which is written to as it is. Writing may take any time.
    pub fn is_stream(&self) -> bool {
        matches!(self.method(), Ok(Method::Stream | Method::Descriptor(_)))
    }

    /// The test that a file is at the place. A file behind a link that is to be replaced doesn't count.
    pub fn is_file(&self) -> bool {
        self.metadata().is_ok_and(|there| there.is_file())
    }

    /// Checks that the output can be written, before its content is made.
    ///
    /// # Errors
    ///
    /// A place that is the same file as the input, that exists and can't be written to, or whose folder doesn't exist.
    pub fn check(&self) -> Result<(), WriteError> {
        self.checked_method().map(drop)
    }

    /// Writes `bytes` to a temporary file beside the output, which is then renamed into place.
    ///
    /// Like other compilers' outputs, the file is not forced onto the disk. If the whole system crashes just then, the
    /// artifact's digest shows the damage, and the artifact is made again.
    ///
    /// A file that already holds these bytes keeps its time stamp, so that nothing is rebuilt from it. A running
    /// program that has mapped the old file keeps the old file.
    ///
    /// A file that can't be replaced, because it is mounted or its folder can't be written to, is overwritten. That is
    /// not atomic: a concurrent reader may find a part, which fails the check of its digest.
    ///
    /// # Errors
    ///
    /// The errors of [`Destination::check`], and those of the file system.
    pub fn write(&self, bytes: &[u8]) -> Result<Written, WriteError> {
        self.place(&Content::Bytes(bytes))?.map_err(|error| self.error(error))
    }

    /// Writes a cache entry, as [`Destination::write`] does. `None` if the entry is damaged; nothing is written then.
    ///
    /// # Errors
    ///
    /// As [`Destination::write`].
    pub fn deliver(&self, entry: &Entry) -> Option<Result<Written, WriteError>> {
        match self.place(&Content::Entry(entry)) {
            Ok(Err(error)) if is_damage(&error) => None,
            Ok(written) => Some(written.map_err(|error| self.error(error))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Gives a file a new time if it is older than `inputs`, the time of its newest input: make and ninja would remake
    /// it each time. The new time is `read`, the time at which the inputs were read, so that a later change of them is
    /// newer. Returns `true` if the time changed.
    pub fn freshen(&self, inputs: SystemTime, read: SystemTime) -> bool {
        // If the time can't be set, the output is correct all the same.
        self.is_file() && fresh::freshen(self.path, self.is_named, inputs, read).unwrap_or_default()
    }

    fn place(&self, content: &Content<'_>) -> Result<io::Result<Written>, WriteError> {
        let path = match self.checked_method()? {
            Method::Replace(path) => path,
            Method::Descriptor(number) => {
                return Ok(overwrite::descriptor(number, self.path, content).map(|()| Written::New));
            }
            Method::Stream => return Ok(overwrite::stream(self.path, content).map(|()| Written::New)),
        };
        let there = path.symlink_metadata().ok().filter(Metadata::is_file);
        let input = self.input.metadata().ok().filter(Metadata::is_file);
        let folder = folder(&path).metadata().ok();
        let owners = Owners { input: input.as_ref(), folder: folder.as_ref(), is_named: self.is_named };
        // A file's owner can change it at any time, whatever it holds now.
        let is_candidate = there.as_ref().is_some_and(|there| there.len() == content.bytes());
        if is_candidate && content.is_in(&path, |there| owners.accepts_owner(there)) {
            return Ok(Ok(Written::Unchanged));
        }
        let written = match replace(&path, &Privacy::new(there.as_ref(), &owners), content) {
            Err(error) if overwrite::is_allowed_after(&error) && there.is_some() => {
                match overwrite::file(&path, content, &owners) {
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

    fn checked_method(&self) -> Result<Method, WriteError> {
        if self.is_input() {
            return Err(WriteError::IsInput { path: self.path.into() });
        }
        let method = self.method()?;
        if let Method::Replace(path) = &method {
            let folder = folder(path);
            if !folder.is_dir() {
                return Err(WriteError::NoFolder { path: self.path.into(), folder: folder.into() });
            }
        }
        Ok(method)
    }

    fn method(&self) -> Result<Method, WriteError> {
        match self.metadata() {
            Ok(there) if there.is_file() || there.is_symlink() => {}
            Ok(there) if self.is_named && overwrite::is_stream(&there) => return Ok(Method::Stream),
            Ok(_) => return Err(WriteError::NotAFile { path: self.path.into() }),
            // The target of a link may be missing, too.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(self.error(error)),
        }
        if !self.is_named {
            return Ok(Method::Replace(self.path.into()));
        }
        let path = links::follow(self.path).map_err(|error| self.error(error))?;
        Ok(descriptor(&path).map_or(Method::Replace(path), Method::Descriptor))
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
        match (file_id(&output), file_id(&input)) {
            (Some(output), Some(input)) => output == input,
            _ => {
                let paths = (self.path.canonicalize(), self.input.canonicalize());
                matches!(paths, (Ok(output), Ok(input)) if output == input)
            }
        }
    }

    /// The error for this output. The standard library's error names the temporary file, which means nothing to the
    /// user.
    fn error(&self, error: io::Error) -> WriteError {
        WriteError::Io { path: self.path.into(), error: error.kind().into() }
    }
}

/// The identity of a file, which all its names share, on a system that tells it.
#[cfg(unix)]
fn file_id(there: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn file_id(_: &Metadata) -> Option<(u64, u64)> {
    None
}
