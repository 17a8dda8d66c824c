//! What a process answers that compiled a module.

use anyhow::{Context, Result};
use precompile::{Cause, CompileError, Compiled, Options, Timings};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Wasmtime panics in some places where it gets no memory: that is no limit of a backend, and nothing to be
/// remembered. Other messages hold names of the module's, which may be anything.
fn is_for_want_of_memory(error: &CompileError) -> bool {
    let panic = match error {
        CompileError::Panic { message, .. } => Some(&**message),
        CompileError::Limit(limit) => match &limit.cause {
            Cause::Panic(message) => Some(&**message),
            _ => None,
        },
        _ => None,
    };
    panic.is_some_and(|message| message.contains("out of memory"))
}

/// What came of it. An artifact follows it.
#[derive(Serialize, Deserialize)]
enum Head {
    Compiled { scan: Duration, compile: Duration, finish: Duration },
    Refused { message: String, is_limit: bool },
    OutOfMemory,
}

/// What came of it.
pub(super) struct Answer {
    head: Head,
    artifact: Vec<u8>,
}

impl Answer {
    pub(super) fn of(compiled: Result<Compiled, CompileError>) -> Answer {
        match compiled {
            Ok(Compiled { artifact, timings: Timings { scan, compile, finish }, .. }) => {
                Answer { head: Head::Compiled { scan, compile, finish }, artifact }
            }
            Err(error) => {
                if is_for_want_of_memory(&error) {
                    return Answer::out_of_memory();
                }
                let head = Head::Refused { message: error.to_string(), is_limit: error.is_limit() };
                Answer { head, artifact: Vec::new() }
            }
        }
    }

    /// That the module takes too much memory.
    pub(super) fn out_of_memory() -> Answer {
        Answer { head: Head::OutOfMemory, artifact: Vec::new() }
    }

    /// What these options made; or the error, of which `too_much` is that they take too much memory.
    pub(super) fn compiled(
        self,
        options: &Options,
        too_much: CompileError,
    ) -> Result<Compiled, CompileError> {
        match self.head {
            Head::OutOfMemory => Err(too_much),
            Head::Compiled { scan, compile, finish } => Ok(Compiled {
                artifact: self.artifact,
                backend: options.backend,
                target: options.target.clone(),
                fallback_from: None,
                timings: Timings { scan, compile, finish },
            }),
            Head::Refused { message, is_limit } => Err(CompileError::Elsewhere { message, is_limit }),
        }
    }

    /// As bytes: the head, and behind them what follows it as it is.
    pub(super) fn encode(&self) -> Result<(Vec<u8>, &[u8])> {
        Ok((postcard::to_stdvec(&self.head)?, &self.artifact))
    }

    /// The answer in these bytes.
    pub(super) fn decode(mut bytes: Vec<u8>) -> Result<Answer> {
        let (head, rest) =
            postcard::take_from_bytes(&bytes).context("the process that was to compile it gave no answer")?;
        let length = bytes.len() - rest.len();
        bytes.drain(..length);
        Ok(Answer { head, artifact: bytes })
    }
}
