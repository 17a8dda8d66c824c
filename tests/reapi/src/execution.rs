//! The execution of actions, and their operations.

use crate::counts::Counts;
use crate::farm::{Farm, lock};
use crate::fault::Fault;
use crate::server::{Service, Streamed};
use crate::worker;
use bazel_remote_apis::build::bazel::remote::execution::v2 as proto;
use bazel_remote_apis::google::longrunning::operations_server::Operations;
use bazel_remote_apis::google::longrunning::{
    CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest,
    ListOperationsResponse, Operation, WaitOperationRequest, operation,
};
use bazel_remote_apis::google::protobuf::{Any, Empty};
use futures_util::stream;
use prost::Message;
use proto::execution_server::Execution as ExecutionService;
use proto::execution_stage::Value;
use proto::{
    ActionResult, Digest, ExecuteOperationMetadata, ExecuteRequest, ExecuteResponse, WaitExecutionRequest,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, watch};
use tonic::{Request, Response, Status, async_trait};

/// An action that is executed.
pub(crate) struct Execution {
    name: String,
    digest: Digest,
    state: watch::Sender<State>,
    cancelled: Notify,
}

/// The state of an action.
#[derive(Clone)]
enum State {
    At(Value),
    Ended(Box<ExecuteResponse>),
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

impl Execution {
    /// Begins an action, which waits for a worker.
    fn begin(farm: &Arc<Farm>, digest: Digest) -> Arc<Execution> {
        let name = format!("operations/{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let state = watch::Sender::new(State::At(Value::Queued));
        let execution = Arc::new(Execution { name, digest, state, cancelled: Notify::new() });
        lock(&farm.operations).insert(execution.name.clone(), Arc::clone(&execution));
        let (farm, begun) = (Arc::clone(farm), Arc::clone(&execution));
        tokio::spawn(async move {
            let work = work(&farm, &begun);
            tokio::select! {
                result = work => {
                    let (result, status) = match result {
                        Ok(result) => (Some(result), None),
                        Err(status) => (None, Some(rpc(&status))),
                    };
                    let response = ExecuteResponse { result, status, ..ExecuteResponse::default() };
                    begun.state.send_replace(State::Ended(Box::new(response)));
                }
                () = begun.cancelled.notified() => Counts::add(&farm.counts.cancelled, 1),
            }
        });
        execution
    }

    /// The operation in a state.
    fn operation(&self, state: &State) -> Operation {
        let (stage, response) = match state {
            State::At(stage) => (*stage, None),
            State::Ended(response) => (Value::Completed, Some(response)),
        };
        let metadata = ExecuteOperationMetadata {
            stage: stage as i32,
            action_digest: Some(self.digest.clone()),
            ..ExecuteOperationMetadata::default()
        };
        Operation {
            name: self.name.clone(),
            metadata: Some(any("ExecuteOperationMetadata", &metadata)),
            done: response.is_some(),
            result: response.map(|response| operation::Result::Response(any("ExecuteResponse", &**response))),
        }
    }

    /// The operation as it changes. With `cut`, the stream ends after the first state.
    fn stream(self: &Arc<Execution>, cut: bool) -> Streamed<Operation> {
        let execution = Arc::clone(self);
        let seen = execution.state.subscribe();
        Box::pin(stream::unfold((execution, seen, 0), move |(execution, mut seen, number)| async move {
            if number > 0 {
                let is_over =
                    matches!(*seen.borrow(), State::Ended(_)) && !seen.has_changed().unwrap_or(false);
                if cut || is_over || seen.changed().await.is_err() {
                    return None;
                }
            }
            let state = seen.borrow_and_update().clone();
            Some((Ok(execution.operation(&state)), (execution, seen, number + 1)))
        }))
    }
}

/// Waits for a worker, and has it execute an action.
async fn work(farm: &Arc<Farm>, execution: &Execution) -> Result<ActionResult, Status> {
    let places = Arc::clone(&lock(&farm.places));
    let _place = places.acquire_owned().await.map_err(|_| Status::unavailable("no workers"))?;
    execution.state.send_replace(State::At(Value::Executing));
    Counts::add(&farm.counts.executed, 1);
    let result = worker::work(farm, &execution.digest.hash).await?;
    if result.exit_code == 0 {
        lock(&farm.results).insert(execution.digest.hash.clone(), result.clone());
    }
    Ok(result)
}

#[async_trait]
impl ExecutionService for Service {
    type ExecuteStream = Streamed<Operation>;

    async fn execute(
        &self,
        request: Request<ExecuteRequest>,
    ) -> Result<Response<Self::ExecuteStream>, Status> {
        let request = self.admit(request)?;
        let digest = request.action_digest.unwrap_or_default();
        if self.0.store.get(&digest.hash).is_none() {
            return Err(Status::failed_precondition("the action is missing"));
        }
        let known = lock(&self.0.results).get(&digest.hash).cloned().filter(|_| !request.skip_cache_lookup);
        let execution = match known {
            Some(result) => {
                let response = ExecuteResponse {
                    result: Some(result),
                    cached_result: true,
                    ..ExecuteResponse::default()
                };
                let state = watch::Sender::new(State::Ended(Box::new(response)));
                Arc::new(Execution { name: "cached".into(), digest, state, cancelled: Notify::new() })
            }
            None => Execution::begin(&self.0, digest),
        };
        Ok(Response::new(execution.stream(self.0.fault(&[Fault::Cut]).is_some())))
    }

    type WaitExecutionStream = Streamed<Operation>;

    async fn wait_execution(
        &self,
        request: Request<WaitExecutionRequest>,
    ) -> Result<Response<Self::WaitExecutionStream>, Status> {
        let name = self.admit(request)?.name;
        let execution = lock(&self.0.operations).get(&name).cloned();
        let execution = execution.ok_or_else(|| Status::not_found("no such operation"))?;
        Ok(Response::new(execution.stream(false)))
    }
}

#[async_trait]
impl Operations for Service {
    async fn cancel_operation(
        &self,
        request: Request<CancelOperationRequest>,
    ) -> Result<Response<Empty>, Status> {
        let name = self.admit(request)?.name;
        let execution = lock(&self.0.operations).remove(&name);
        execution.ok_or_else(|| Status::not_found("no such operation"))?.cancelled.notify_one();
        Ok(Response::new(Empty {}))
    }

    async fn list_operations(
        &self,
        _: Request<ListOperationsRequest>,
    ) -> Result<Response<ListOperationsResponse>, Status> {
        Err(Status::unimplemented("no list"))
    }

    async fn get_operation(&self, _: Request<GetOperationRequest>) -> Result<Response<Operation>, Status> {
        Err(Status::unimplemented("no single operation"))
    }

    async fn delete_operation(&self, _: Request<DeleteOperationRequest>) -> Result<Response<Empty>, Status> {
        Err(Status::unimplemented("no deletion"))
    }

    async fn wait_operation(&self, _: Request<WaitOperationRequest>) -> Result<Response<Operation>, Status> {
        Err(Status::unimplemented("no single operation"))
    }
}

/// A message with its type.
fn any(name: &str, message: &impl Message) -> Any {
    let type_url = format!("type.googleapis.com/build.bazel.remote.execution.v2.{name}");
    Any { type_url, value: message.encode_to_vec() }
}

fn rpc(status: &Status) -> bazel_remote_apis::google::rpc::Status {
    bazel_remote_apis::google::rpc::Status {
        code: status.code() as i32,
        message: status.message().into(),
        details: Vec::new(),
    }
}
