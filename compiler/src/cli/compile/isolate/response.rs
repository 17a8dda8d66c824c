//! Responses of an isolated process.

use super::confinement::Confinement;
use super::diagnostics::{self, bounded};
use super::frame;
use crate::compile::elsewhere::checked;
use anyhow::{Result, anyhow};
use precompile::{BackendError, Cause, CompileError, Compiled, ErrorKind, Options, Timings};
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::time::Duration;

/// Tells whether an error is a panic for want of memory, as Wasmtime panics in some places without it. Such a panic is
/// no limit of a backend. Only panics are looked at: other messages hold names from the module, which may be anything.
fn is_for_want_of_memory(error: &CompileError) -> bool {
    let panic = match error {
        CompileError::Backend(BackendError::Panic { message, .. }) => Some(&**message),
        CompileError::Unsupported(unsupported) => match &unsupported.cause {
            Cause::Panic(message) => Some(&**message),
            _ => None,
        },
        _ => None,
    };
    panic.is_some_and(|message| message.contains("out of memory"))
}

/// The response without the artifact, which follows it.
#[derive(Serialize, Deserialize)]
enum Head {
    Confinement(Confinement),
    CodeBytes(u64),
    Compiled { scan: Duration, compile: Duration, finish: Duration, artifact_bytes: u64 },
    Refused { message: String, kind: ErrorKind },
    OutOfMemory,
}

/// A response.
pub(super) struct Response {
    head: Head,
    artifact: Vec<u8>,
}

impl From<Head> for Response {
    fn from(head: Head) -> Response {
        Response { head, artifact: Vec::new() }
    }
}

impl Response {
    /// The maximum size of a head, in bytes: a message, and a few numbers.
    const MAX_HEAD_BYTES: u64 = diagnostics::MAX_BYTES as u64 + 64;

    pub(super) fn of(compiled: Result<Compiled, CompileError>) -> Response {
        match compiled {
            Ok(Compiled { artifact, timings, .. }) => Response::of_artifact(artifact, timings),
            Err(error) if is_for_want_of_memory(&error) => Response::out_of_memory(),
            Err(error) => Response::refused(&error.to_string(), error.kind()),
        }
    }

    pub(super) fn of_artifact(artifact: Vec<u8>, timings: Timings) -> Response {
        let Timings { scan, compile, finish } = timings;
        let artifact_bytes = artifact.len() as u64;
        Response { head: Head::Compiled { scan, compile, finish, artifact_bytes }, artifact }
    }

    pub(super) fn refused(message: &str, kind: ErrorKind) -> Response {
        Head::Refused { message: bounded(message), kind }.into()
    }

    /// The response for a module that takes too much memory.
    pub(super) fn out_of_memory() -> Response {
        Head::OutOfMemory.into()
    }

    pub(super) fn of_confinement(confinement: Confinement) -> Response {
        Head::Confinement(confinement).into()
    }

    pub(super) fn of_code_bytes(bytes: u64) -> Response {
        Head::CodeBytes(bytes).into()
    }

    /// The artifact that these options made of this module, in at most `max_time`; or the error, which is `too_much`
    /// where compiling takes too much memory.
    pub(super) fn compiled(
        self,
        options: &Options,
        module: &[u8],
        max_time: Duration,
        too_much: CompileError,
    ) -> Result<Compiled, CompileError> {
        let elsewhere = |message, kind| CompileError::OtherProcess { message, kind };
        match self.head {
            Head::OutOfMemory => Err(too_much),
            Head::Compiled { scan, compile, finish, artifact_bytes: _ } => {
                let manifest = checked(options, module, &self.artifact).map_err(|problem| {
                    elsewhere(format!("the process that was to compile it {problem}"), ErrorKind::Other)
                })?;
                // A sum of a hostile process's times might overflow.
                let [scan, compile, finish] = [scan, compile, finish].map(|time| time.min(max_time));
                Ok(Compiled {
                    artifact: self.artifact,
                    manifest: Box::new(manifest),
                    backend: options.backend,
                    target: options.target.clone(),
                    fallback_from: None,
                    timings: Timings { scan, compile, finish },
                })
            }
            Head::Refused { message, kind } => Err(elsewhere(bounded(&message), kind)),
            Head::Confinement(_) | Head::CodeBytes(_) => {
                Err(elsewhere(unexpected().to_string(), ErrorKind::Other))
            }
        }
    }

    /// The confinement of the process.
    ///
    /// # Errors
    ///
    /// If the response is to another task.
    pub(super) fn confinement(self) -> Result<Confinement> {
        match self.head {
            Head::Confinement(confinement) => Ok(confinement),
            _ => Err(unexpected()),
        }
    }

    /// The bytes of the module's code.
    ///
    /// # Errors
    ///
    /// If the response is to another task.
    pub(super) fn code_bytes(self) -> Result<u64> {
        match self.head {
            Head::CodeBytes(bytes) => Ok(bytes),
            _ => Err(unexpected()),
        }
    }

    /// The bytes of the head, and of the artifact behind it.
    pub(super) fn encode(&self) -> Result<(Vec<u8>, &[u8])> {
        Ok((frame::encode(&self.head)?, &self.artifact))
    }

    /// Reads a response. An artifact beyond the maximum counts as too much memory.
    ///
    /// # Errors
    ///
    /// If there is no valid response.
    pub(super) fn decode(mut from: impl Read, max_artifact_bytes: u64) -> Result<Response> {
        let head = frame::decode(&mut from, Response::MAX_HEAD_BYTES)?;
        let bytes = match &head {
            Head::Compiled { artifact_bytes, .. } => *artifact_bytes,
            _ => 0,
        };
        if bytes > max_artifact_bytes {
            return Ok(Response::out_of_memory());
        }
        Ok(Response { head, artifact: frame::bytes(&mut from, bytes)? })
    }
}

fn unexpected() -> anyhow::Error {
    anyhow!("the process that was to look at it answers another question")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_honest_response_is_read_and_no_longer_one() {
        let line = "\u{202e}".repeat(2000) + "\n";
        let honest = Response::refused(&line.repeat(100), ErrorKind::Limit);
        let (head, _) = honest.encode().unwrap();
        assert!(head.len() > diagnostics::MAX_BYTES - 3, "{}", head.len());
        let Head::Refused { message, .. } = Response::decode(&*head, 0).unwrap().head else {
            panic!("it says something else")
        };
        assert!(message.starts_with("\\u{202e}\\u{202e}"));
        let longer = "x".repeat(Response::MAX_HEAD_BYTES as usize);
        let longer = Head::Refused { message: longer, kind: ErrorKind::Limit };
        let refused = Response::decode(&*frame::encode(&longer).unwrap(), 0).err().unwrap().to_string();
        assert!(refused.contains("where at most 160"), "{refused}");
    }
}
