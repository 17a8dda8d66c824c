//! The execution of actions.

use crate::action::{Action, Messages};
use crate::blob::Blob;
use crate::call::{call, raw};
use crate::capabilities::proto;
use crate::client::Client;
use crate::error::{FarmError, bounded};
use bazel_remote_apis::google::longrunning::{Operation, operation};
use bytes::Bytes;
use prost::Message;
use proto::execution_stage::Value;
use proto::{ActionResult, ExecuteOperationMetadata, ExecuteRequest, ExecuteResponse};
use proto::{GetActionResultRequest, WaitExecutionRequest};
use std::time::Duration;
use tonic::{Code, Status, Streaming};

/// The most times that the stream of an operation is taken up again.
const MOST_STREAMS: u32 = 20;

/// The stage of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for a worker.
    Queued,
    /// A worker executes it.
    Executing,
}

/// The end of an action.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The exit code of the program.
    pub exit_code: i32,
    /// The files that it wrote, of those that were asked for, by name.
    pub outputs: Vec<(String, Bytes)>,
    /// The beginning of what it wrote to standard error.
    pub stderr: String,
    /// It was not executed: the farm had the result.
    pub is_cached: bool,
}

impl Client {
    /// Finds the result of an action, or has it executed. With `again`, it is executed even where there is a result, which
    /// the new one replaces. `staged` hears of its stages. An output may have so many bytes.
    ///
    /// # Errors
    ///
    /// If the farm fails, or takes longer than `longest`. It is then told that nobody waits any more.
    pub async fn run(
        &self,
        action: &Action,
        again: bool,
        longest: Duration,
        max_output_bytes: u64,
        staged: &(dyn Fn(Stage) + Sync),
    ) -> Result<Outcome, FarmError> {
        let messages = action.messages(self.can.function);
        if !again && let Some(result) = self.result(&messages.action).await? {
            // A result whose contents are gone is none.
            if let Ok(outcome) = self.outcome(action, result, max_output_bytes, true).await {
                return Ok(outcome);
            }
        }
        // Where a result was there, it can't be used.
        let mut name = None;
        let executed = self.execute(action, &messages, again, &mut name, staged);
        let executed = tokio::time::timeout(longest, executed).await;
        if let Some(name) = name {
            match executed {
                Ok(Ok(_)) => self.running.remove(&name),
                _ => self.cancel(&name).await,
            }
        }
        let (result, is_cached) = executed.map_err(|_| FarmError::Late(longest))??;
        self.outcome(action, result, max_output_bytes, is_cached).await
    }

    /// The farm's result of an action; `None` where it has none.
    pub(crate) async fn result(&self, action: &Blob) -> Result<Option<ActionResult>, FarmError> {
        let request = GetActionResultRequest {
            instance_name: self.instance.clone(),
            action_digest: Some(action.digest.clone()),
            digest_function: self.can.function.number(),
            ..GetActionResultRequest::default()
        };
        let answer = raw(&self.limits, || {
            let (mut results, request) = (self.results(), request.clone());
            async move { results.get_action_result(request).await }
        });
        match answer.await {
            Ok(result) => Ok(Some(result)),
            Err(status) if status.code() == Code::NotFound => Ok(None),
            Err(status) => Err(FarmError::of(&status)),
        }
    }

    /// Uploads what is missing, and has an action executed. `name` becomes that of the operation.
    async fn execute(
        &self,
        action: &Action,
        messages: &Messages,
        again: bool,
        name: &mut Option<String>,
        staged: &(dyn Fn(Stage) + Sync),
    ) -> Result<(ActionResult, bool), FarmError> {
        let mut blobs = vec![&messages.command, &messages.folder, &messages.action];
        blobs.extend(action.files.iter().map(|file| &file.content));
        let mut uploads = 0;
        loop {
            self.upload(&blobs).await?;
            match self.execute_once(messages, again, name, staged).await {
                // The farm may have lost a content since, as one that was started again.
                Err(FarmError::Lost(_)) if uploads < 2 => uploads += 1,
                other => return other,
            }
        }
    }

    async fn execute_once(
        &self,
        messages: &Messages,
        again: bool,
        name: &mut Option<String>,
        staged: &(dyn Fn(Stage) + Sync),
    ) -> Result<(ActionResult, bool), FarmError> {
        let request = ExecuteRequest {
            instance_name: self.instance.clone(),
            skip_cache_lookup: again,
            action_digest: Some(messages.action.digest.clone()),
            digest_function: self.can.function.number(),
            ..ExecuteRequest::default()
        };
        let started = || {
            call(&self.limits, || {
                let (mut executor, request) = (self.executor(), request.clone());
                async move { executor.execute(request).await }
            })
        };
        let mut stream = started().await?;
        for _ in 0..MOST_STREAMS {
            match self.follow(stream, name, staged).await {
                Ok(Some(response)) => return ended(response),
                // The server ended the stream, or lost the connection.
                Ok(None) => {}
                Err(status) if crate::error::is_temporary(&status) => {}
                Err(status) => return Err(FarmError::of(&status)),
            }
            stream = match &*name {
                None => started().await?,
                Some(known) => {
                    let request = WaitExecutionRequest { name: known.clone() };
                    let waiting = raw(&self.limits, || {
                        let (mut executor, request) = (self.executor(), request.clone());
                        async move { executor.wait_execution(request).await }
                    });
                    match waiting.await {
                        Ok(stream) => stream,
                        // A server that was started again knows nothing of it.
                        Err(status) if status.code() == Code::NotFound => started().await?,
                        Err(status) => return Err(FarmError::of(&status)),
                    }
                }
            };
        }
        Err(FarmError::Busy("the stream of an action's stages breaks again and again".into()))
    }

    /// Follows an operation to its end; `None` where the stream ends before.
    async fn follow(
        &self,
        mut stream: Streaming<Operation>,
        name: &mut Option<String>,
        staged: &(dyn Fn(Stage) + Sync),
    ) -> Result<Option<ExecuteResponse>, Status> {
        // Nothing need come while an action waits or runs. The connection itself is known to live.
        while let Some(operation) = stream.message().await? {
            if !operation.name.is_empty() && name.as_deref() != Some(&operation.name) {
                if let Some(old) = name.replace(operation.name.clone()) {
                    self.running.remove(&old);
                }
                self.running.add(&operation.name);
            }
            if !operation.done {
                stage(&operation).into_iter().for_each(staged);
                continue;
            }
            // Read out: servers end a connection on which many streams are dropped, and with it all that is under way.
            let _ = tokio::time::timeout(self.limits.connect, async {
                while let Ok(Some(_)) = stream.message().await {}
            })
            .await;
            return match operation.result {
                Some(operation::Result::Response(any)) => {
                    let response = ExecuteResponse::decode(&*any.value);
                    response.map(Some).map_err(|_| Status::data_loss("an action ends with another message"))
                }
                Some(operation::Result::Error(status)) => {
                    Err(Status::new(Code::from_i32(status.code), status.message))
                }
                None => Err(Status::data_loss("an action ends without a result")),
            };
        }
        Ok(None)
    }

    /// Writes a result into the farm's cache.
    pub(crate) async fn set_result(&self, action: &Blob, result: ActionResult) -> Result<(), FarmError> {
        let request = proto::UpdateActionResultRequest {
            instance_name: self.instance.clone(),
            action_digest: Some(action.digest.clone()),
            action_result: Some(result),
            digest_function: self.can.function.number(),
            ..proto::UpdateActionResultRequest::default()
        };
        let written = call(&self.limits, || {
            let (mut results, request) = (self.results(), request.clone());
            async move { results.update_action_result(request).await }
        });
        written.await.map(drop)
    }
}

/// The stage of an operation that has not ended.
fn stage(operation: &Operation) -> Option<Stage> {
    let metadata = ExecuteOperationMetadata::decode(&*operation.metadata.as_ref()?.value).ok()?;
    match Value::try_from(metadata.stage).ok()? {
        Value::Queued => Some(Stage::Queued),
        Value::Executing => Some(Stage::Executing),
        _ => None,
    }
}

/// The result of an action that has ended, and whether it was found instead of executed.
fn ended(response: ExecuteResponse) -> Result<(ActionResult, bool), FarmError> {
    if let Some(status) = response.status.filter(|status| status.code != 0) {
        let code = Code::from_i32(status.code);
        let said = bounded(&status.message);
        return Err(match code {
            Code::FailedPrecondition => FarmError::Lost(format!("an input ({said})")),
            _ => FarmError::refused(format!("an action fails, {code:?}: {said}")),
        });
    }
    let result = response.result.ok_or_else(|| FarmError::refused("an action ends without a result"))?;
    Ok((result, response.cached_result))
}
