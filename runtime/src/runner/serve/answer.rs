//! The answer of a guest to a request.

use super::guest::Guest;
use super::instance::Instance;
use super::overdue::Overdue;
use super::slots::Slots;
use crate::failure::Failure;
use http::{Request, Response};
use precompile_runtime::wasmtime::{self, Trap};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use wasmtime_wasi_http::handler::Proxy;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p3::Request as ThirdRequest;
use wasmtime_wasi_http::{Error, WasiBody, WasiHttpView};

/// A request without an answer.
pub(super) enum NoAnswer {
    /// The time was up.
    Late,
    /// There was no place for an instance, or no memory.
    NoInstance(String),
    /// The guest trapped.
    Trapped(String),
    /// The guest answered with an error, or ended without an answer.
    Failed(String),
}

/// The end of a guest's work on a request.
type Ended = Result<(), NoAnswer>;

/// The receiver of an answer.
type Sender = oneshot::Sender<Result<Response<WasiBody>, Error>>;

/// Has a guest answer a request, in a task of its own: it may go on after the answer.
pub(super) async fn answer(
    slots: &Arc<Slots>,
    guest: &Arc<Guest>,
    request: Request<WasiBody>,
    deadline: Option<Instant>,
) -> Result<Response<WasiBody>, NoAnswer> {
    let (sender, receiver) = oneshot::channel();
    let (slots, guest) = (Arc::clone(slots), Arc::clone(guest));
    let work = async move {
        let _overdue = deadline.map(Overdue::watch);
        let work = work(&slots, &guest, request, sender, deadline);
        match deadline {
            None => work.await,
            Some(deadline) => {
                let work = tokio::time::timeout_at(deadline.into(), work).await;
                work.unwrap_or(Err(NoAnswer::Late))
            }
        }
    };
    let task = tokio::spawn(work);
    // Nobody waits for the answer any more if the client leaves before it.
    let abandoned = AbortAtEnd(Some(task.abort_handle()));
    let received = receiver.await;
    abandoned.forget();
    match received {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(NoAnswer::Failed(format!("the guest answers with the error `{error:?}`"))),
        Err(_) => match task.await {
            Ok(Ok(())) => Err(NoAnswer::Failed("the guest ended without an answer".into())),
            Ok(Err(no_answer)) => Err(no_answer),
            Err(error) => Err(NoAnswer::Failed(error.to_string())),
        },
    }
}

/// A task that is ended when this is dropped.
struct AbortAtEnd(Option<AbortHandle>);

impl AbortAtEnd {
    fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for AbortAtEnd {
    fn drop(&mut self) {
        self.0.take().inspect(AbortHandle::abort);
    }
}

/// The guest's work on a request.
async fn work(
    slots: &Slots,
    guest: &Guest,
    request: Request<WasiBody>,
    sender: Sender,
    deadline: Option<Instant>,
) -> Ended {
    let version = guest.version();
    let not_started = |failure: Failure| NoAnswer::NoInstance(failure.text());
    let mut instance = match slots.waiting(&version) {
        Some(instance) => instance,
        None => {
            let place = slots.place().await.ok_or_else(|| NoAnswer::NoInstance("the server ends".into()))?;
            Instance::new(Arc::clone(&version), place, guest.args(), deadline).await.map_err(not_started)?
        }
    };
    instance.begin(guest.args(), deadline).map_err(not_started)?;
    let proxy = Arc::clone(&instance.proxy);
    let handled = match &*proxy {
        Proxy::P2(proxy) => {
            let store = &mut instance.store;
            let request = store.data_mut().http().new_incoming_request(Scheme::Http, request);
            let request = request.map_err(|error| NoAnswer::Failed(format!("{error:#}")))?;
            let out = store.data_mut().http().new_response_outparam_from_callback(move |response| {
                let _ = sender.send(response.map_err(Error::from));
            });
            let out = out.map_err(|error| NoAnswer::Failed(format!("{error:#}")))?;
            proxy.wasi_http_incoming_handler().call_handle(store, request, out).await
        }
        Proxy::P3(service) => {
            let (request, received) =
                ThirdRequest::from_http(instance.store.data_mut().http().hooks, request);
            let handled = instance.store.run_concurrent(async |accessor| {
                let response = match service.handle(accessor, request).await? {
                    Ok(response) => response,
                    Err(error) => {
                        let _ = sender.send(Err(Error::from(error)));
                        return Ok(());
                    }
                };
                let response = accessor.with(|mut store| response.into_http(&mut store, received))?;
                let _ = sender.send(Ok(response));
                // The body is still to come.
                poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
                wasmtime::error::Ok(())
            });
            handled.await.flatten()
        }
    };
    handled.map_err(trapped)?;
    slots.keep(instance, guest.is_current(&version));
    Ok(())
}

/// The error of a guest that ended.
fn trapped(error: wasmtime::Error) -> NoAnswer {
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => NoAnswer::Late,
        _ => NoAnswer::Trapped(Failure::guest(error).text()),
    }
}
