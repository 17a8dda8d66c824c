//! The answer of a worker, which may be anything.

use super::worker::{REFUSAL, Refusal, is_of_the_module};
use crate::compile::elsewhere::checked;
use crate::compile::isolate::bounded;
use precompile::{CompileError, Compiled, Options, Timings};
use precompile_reapi::Outcome;
use std::time::Duration;

/// The name of the artifact among the outputs.
pub(super) const ARTIFACT: &str = "out.cwasm";

/// The artifact of these options and this module that a worker has made, or its reason why there is none.
///
/// # Errors
///
/// If it made neither.
pub(super) fn read(
    outcome: Outcome,
    options: &Options,
    module: &[u8],
    took: Duration,
) -> Result<Result<Compiled, CompileError>, String> {
    let Outcome { exit_code, outputs, stderr, .. } = outcome;
    if exit_code != 0 {
        return Err(format!("a worker's command ends with {exit_code}: {stderr}"));
    }
    for (name, content) in outputs {
        if name == ARTIFACT {
            let artifact = Vec::from(content);
            let manifest =
                checked(options, module, &artifact).map_err(|problem| format!("a worker {problem}"))?;
            let compile = took;
            return Ok(Ok(Compiled {
                artifact,
                manifest: Box::new(manifest),
                backend: options.backend,
                target: options.target.clone(),
                fallback_from: None,
                timings: Timings { compile, ..Timings::default() },
            }));
        }
        if name == REFUSAL
            && let Ok(Refusal { message, kind }) = serde_json::from_slice(&content)
            && is_of_the_module(kind)
        {
            return Ok(Err(CompileError::OtherProcess { message: bounded(&message), kind }));
        }
    }
    Err("a worker made no artifact, and says that all went well".into())
}
