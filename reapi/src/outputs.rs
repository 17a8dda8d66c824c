//! The outputs of an action that has ended.

use crate::action::Action;
use crate::capabilities::proto::ActionResult;
use crate::client::Client;
use crate::error::{FarmError, bounded};
use crate::execution::Outcome;

/// The most bytes of standard error that are read.
const STDERR: u64 = 64 << 10;

impl Client {
    /// The end of an action, with its outputs, of which each may have so many bytes.
    pub(crate) async fn outcome(
        &self,
        action: &Action,
        result: ActionResult,
        max_output_bytes: u64,
        is_cached: bool,
    ) -> Result<Outcome, FarmError> {
        let mut outputs = Vec::new();
        for file in result.output_files {
            // A worker may return anything.
            if !action.outputs.contains(&file.path) || outputs.iter().any(|(name, _)| *name == file.path) {
                continue;
            }
            let Some(digest) = file.digest else { continue };
            // Contents within the message are copies, and servers may leave them out.
            let content = self.read(&digest, max_output_bytes).await?;
            outputs.push((file.path, content));
        }
        let mut stderr = result.stderr_raw;
        if stderr.is_empty()
            && let Some(digest) =
                result.stderr_digest.filter(|it| (1..=STDERR as i64).contains(&it.size_bytes))
        {
            // It is said beside a failure, and not missed.
            stderr = self.read(&digest, STDERR).await.unwrap_or_default().to_vec();
        }
        stderr.truncate(STDERR as usize);
        let stderr = bounded(String::from_utf8_lossy(&stderr).trim());
        Ok(Outcome { exit_code: result.exit_code, outputs, stderr, is_cached })
    }
}
