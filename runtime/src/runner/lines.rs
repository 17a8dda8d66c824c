//! The way to the lines of source of a trap, in a build that doesn't show them. Small runners do without.

use crate::failure::Failure;
use precompile_runtime::Program;
#[cfg(all(feature = "describe", not(feature = "addr2line")))]
use precompile_runtime::artifact::install::RUNNER_HINT;

/// The failure of a call, with the way to its lines of source if the artifact has them.
#[cfg(all(feature = "describe", not(feature = "addr2line")))]
pub(crate) fn hinted(failure: Failure, program: &Program) -> Failure {
    match program.manifest().settings.wasm_backtrace_details && failure.is_trap() {
        true => failure
            .with_hint(
                "the artifact has lines of source, and this build doesn't show them: use a runner with the feature \
                 `addr2line`, or `precompile symbolize`",
            )
            .with_hint(RUNNER_HINT),
        false => failure,
    }
}

/// The failure of a call.
#[cfg(not(all(feature = "describe", not(feature = "addr2line"))))]
pub(crate) fn hinted(failure: Failure, _: &Program) -> Failure {
    failure
}
