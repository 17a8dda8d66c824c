//! The capabilities of a farm.

pub(crate) use bazel_remote_apis::build::bazel::remote::execution::v2 as proto;

use crate::error::FarmError;
use crate::function::Function;
use proto::ServerCapabilities;

/// The most bytes of a message of gRPC, unless a server says that it takes fewer: most refuse longer ones.
const MESSAGE: usize = 4 << 20;
/// The part of a message that isn't contents, in bytes.
const FRAME: usize = 64 << 10;

/// The capabilities of a farm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capabilities {
    pub(crate) function: Function,
    /// The most bytes of contents in one message.
    pub(crate) batch: usize,
    /// The largest content that it takes, in bytes.
    pub(crate) max_bytes: u64,
    /// It executes actions.
    pub(crate) executes: bool,
    /// It lets clients write results.
    pub(crate) takes_results: bool,
}

impl Capabilities {
    /// The capabilities that a server tells.
    ///
    /// # Errors
    ///
    /// If it has no store for contents, or names them by no function that is known here.
    pub(crate) fn of(server: &ServerCapabilities) -> Result<Capabilities, FarmError> {
        let Some(cache) = &server.cache_capabilities else {
            return Err(FarmError::refused("it has no store for contents"));
        };
        let Some(function) = Function::best(&cache.digest_functions) else {
            return Err(FarmError::refused("it names contents neither by SHA-256 nor by BLAKE3"));
        };
        let execution = server.execution_capabilities.as_ref();
        // A server that lists no functions for actions has the one that it names.
        let executes = execution.is_some_and(|it| {
            let functions = &it.digest_functions;
            it.exec_enabled && (functions.is_empty() || functions.contains(&function.number()))
        });
        // Zero is the protocol's word for no limit.
        let batch = usize::try_from(cache.max_batch_total_size_bytes).ok().filter(|it| *it > 0);
        let batch = batch.map_or(MESSAGE, |it| it.min(MESSAGE));
        let largest = u64::try_from(cache.max_cas_blob_size_bytes).unwrap_or(0);
        Ok(Capabilities {
            function,
            batch: batch - FRAME.min(batch / 2),
            max_bytes: if largest == 0 { u64::MAX } else { largest },
            executes,
            takes_results: cache
                .action_cache_update_capabilities
                .as_ref()
                .is_some_and(|it| it.update_enabled),
        })
    }
}

/// The most bytes of a message that is read.
pub(crate) const MAX_MESSAGE: usize = 2 * MESSAGE;
