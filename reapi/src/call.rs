//! Calls of a farm, within their time, and again where they fail for now.

use crate::error::{FarmError, is_temporary};
use crate::limits::Limits;
use backon::{ExponentialBuilder, Retryable};
use std::time::Duration;
use tonic::{Response, Status};

/// The time before the second try. Each further one takes twice as long.
const FIRST_DELAY: Duration = Duration::from_millis(200);
/// The longest time between two tries.
const LAST_DELAY: Duration = Duration::from_secs(8);

/// Calls a farm until it answers, or the tries are used up.
pub(crate) async fn call<R, F>(limits: &Limits, each: impl FnMut() -> F) -> Result<R, FarmError>
where
    F: Future<Output = Result<Response<R>, Status>>,
{
    raw(limits, each).await.map_err(|status| FarmError::of(&status))
}

/// The same, with the status of the last try.
pub(crate) async fn raw<R, F>(limits: &Limits, mut each: impl FnMut() -> F) -> Result<R, Status>
where
    F: Future<Output = Result<Response<R>, Status>>,
{
    let once = || {
        let answer = each();
        async { within(limits, answer).await.map(Response::into_inner) }
    };
    once.retry(delays(limits)).when(is_temporary).await
}

/// The delays between the tries, which differ from client to client.
pub(crate) fn delays(limits: &Limits) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_DELAY)
        .with_max_delay(LAST_DELAY)
        .with_max_times(limits.tries.saturating_sub(1))
        .with_jitter()
}

/// Waits for an answer, as long as a call may take.
pub(crate) async fn within<R>(
    limits: &Limits,
    answer: impl Future<Output = Result<R, Status>>,
) -> Result<R, Status> {
    match tokio::time::timeout(limits.call, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(Status::deadline_exceeded(format!("no answer within {} s", limits.call.as_secs_f32()))),
    }
}
