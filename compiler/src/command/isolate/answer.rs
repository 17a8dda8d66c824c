//! What a process answers that compiled a module.

use anyhow::{Context, Result};
use precompile::{CompileError, Compiled, Options, Timings};
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
                let message = error.to_string();
                // Wasmtime panics in some places where it gets no memory: that is no limit of a backend,
                // and nothing to be remembered.
                let head = match message.contains("out of memory") {
                    true => Head::OutOfMemory,
                    false => Head::Refused { message, is_limit: error.is_limit() },
                };
                Answer { head, artifact: Vec::new() }
            }
        }
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
