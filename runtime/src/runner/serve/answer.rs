//! The answer of a guest to a request.

use super::guest::Guest;
use super::instance::Instance;
use super::no_answer::NoAnswer;
use super::overdue;
use super::slots::Slots;
use http::{Request, Response};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;
use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;
use wasmtime_wasi_http::handler::Proxy;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HostOutgoingBody;
use wasmtime_wasi_http::p3::Request as ThirdRequest;
use wasmtime_wasi_http::{Error, WasiBody, WasiHttpView};

/// The end of an answer, which the guest's task and the client's connection tell each other.
#[derive(Default)]
pub(super) struct End {
    /// The reason why the guest ended before it, once it has.
    pub(super) cut: OnceLock<NoAnswer>,
    /// Notified when the client has the body, or wants no more of it.
    pub(super) over: Notify,
}

/// The sender of an answer, which a guest's handle may keep.
type Sender = Arc<Mutex<Option<oneshot::Sender<Result<Response<WasiBody>, Error>>>>>;

/// Has a guest answer a request, in a task of its own: it may go on after the head of the answer. Of an answer whose end
/// doesn't come, the second result tells the reason.
pub(super) async fn answer(
    slots: &Arc<Slots>,
    guest: &Arc<Guest>,
    request: Request<WasiBody>,
    deadline: Option<Instant>,
) -> Result<(Response<WasiBody>, Arc<End>), NoAnswer> {
    let (sender, receiver) = oneshot::channel();
    let sender: Sender = Arc::new(Mutex::new(Some(sender)));
    let (slots, guest, end) = (Arc::clone(slots), Arc::clone(guest), Arc::<End>::default());
    let noted = Arc::clone(&end);
    let task = tokio::spawn(async move {
        // Pinned here: a future that is handed over takes its size again.
        let worked = pin!(work(&slots, &guest, request, &sender, deadline, &noted));
        let ended = overdue::until(deadline, worked, || _ = noted.cut.set(NoAnswer::Late)).await;
        // A guest that keeps the handle of its answer doesn't keep the client.
        take(&sender);
        ended
    });
    // Nobody waits for the answer any more if the client leaves before it.
    let abandoned = AbortAtEnd(Some(task.abort_handle()));
    let received = receiver.await;
    abandoned.forget();
    match received {
        Ok(Ok(response)) => Ok((response, end)),
        Ok(Err(error)) => Err(NoAnswer::Failed(format!("the guest answers with the error `{error:?}`"))),
        Err(_) => match task.await {
            Ok(Ok(())) => Err(NoAnswer::Failed("the guest ended without an answer".into())),
            Ok(Err(no_answer)) => Err(no_answer),
            Err(error) => Err(NoAnswer::Failed(error.to_string())),
        },
    }
}

/// Takes the sender, if nobody has used it.
fn take(sender: &Sender) -> Option<oneshot::Sender<Result<Response<WasiBody>, Error>>> {
    sender.lock().unwrap_or_else(PoisonError::into_inner).take()
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
    sender: &Sender,
    deadline: Option<Instant>,
    end: &End,
) -> Result<(), NoAnswer> {
    let version = guest.version();
    let mut instance = match slots.waiting(&version) {
        Some(instance) => instance,
        None => {
            let place = slots.places(version.places).await;
            // In a box, which is gone when the guest works.
            Box::pin(Instance::new(Arc::clone(&version), place, guest.args(), deadline)).await?
        }
    };
    instance.begin(guest.args(), deadline)?;
    let handled = handle(&mut instance, request, sender, slots.keep_some().then_some(end)).await;
    // Before the instance is dropped, and the end of its answer with it.
    let ended = handled.map_err(NoAnswer::of).inspect_err(|no_answer| _ = end.cut.set(no_answer.clone()));
    ended?;
    // One that keeps the handle of an answer could use it in another request.
    if take(sender).is_none() {
        slots.keep(instance, || guest.is_current(&version));
    }
    Ok(())
}

/// Calls the handler of an instance. One that may be kept waits for the end of its answer.
async fn handle(
    instance: &mut Instance,
    request: Request<WasiBody>,
    sender: &Sender,
    awaited: Option<&End>,
) -> wasmtime::Result<()> {
    let proxy = Arc::clone(&instance.proxy);
    let store = &mut instance.store;
    let respond = {
        let sender = Arc::clone(sender);
        move |response| take(&sender).map_or((), |sender| _ = sender.send(response))
    };
    match &*proxy {
        Proxy::P2(proxy) => {
            let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
            let respond = move |response: Result<_, _>| respond(response.map_err(Error::from));
            let out = store.data_mut().http().new_response_outparam_from_callback(respond)?;
            proxy.wasi_http_incoming_handler().call_handle(&mut *store, request, out).await?;
            // It would end with the instance, as if it were whole; and never, where the instance is kept.
            let mut left = store.data_mut().http().table.iter_mut();
            wasmtime::ensure!(
                !left.any(|resource| resource.is::<HostOutgoingBody>()),
                "the guest ended without the end of its answer"
            );
            Ok(())
        }
        Proxy::P3(service) => {
            let (request, received) = ThirdRequest::from_http(store.data_mut().http().hooks, request);
            let handled = store.run_concurrent(async |accessor| {
                let response = match service.handle(accessor, request).await? {
                    Ok(response) => response,
                    Err(error) => {
                        respond(Err(Error::from(error)));
                        return Ok(());
                    }
                };
                let response = accessor.with(|mut store| response.into_http(&mut store, received))?;
                respond(Ok(response));
                // The body is still to come.
                poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
                // An instance that is kept could keep the end of its answer.
                if let Some(end) = awaited {
                    end.over.notified().await;
                }
                Ok(())
            });
            // In a box, so that the other kind of handler needs no room for it.
            Box::pin(handled).await.flatten()
        }
    }
}
