//! The body of a response, which is counted until it ends.

use super::requests::OpenRequest;
use crate::serve::access_log::Facts;
use crate::serve::answer::End;
use crate::serve::no_answer::NoAnswer;
use crate::serve::server::Server;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Method, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use wasmtime_wasi_http::{Error, WasiBody};

/// The status in logs and metrics of a request whose client left before the answer. No standard has one.
const CLIENT_LEFT: u16 = 499;

/// The record of a request, which becomes part of log and metrics at its end.
pub(super) struct Record {
    server: Arc<Server>,
    facts: Facts,
    began: Instant,
    status: u16,
    bytes: u64,
    /// The bytes after which the body is whole, where the head tells it.
    length: Option<u64>,
    error: Option<String>,
    _open: OpenRequest,
}

impl Record {
    /// The record of a request that has begun.
    pub(super) fn new(server: Arc<Server>, facts: Facts, began: Instant, open: OpenRequest) -> Record {
        let error = Some("the client left before the answer".into());
        Record { server, facts, began, status: CLIENT_LEFT, bytes: 0, length: None, error, _open: open }
    }

    /// Notes why there was no answer, or no whole one, and tells it.
    pub(super) fn fail(&mut self, no_answer: &NoAnswer) {
        let name = self.facts.component.as_deref().unwrap_or_default();
        self.server.errors.tell(&format!("`{name}`: {}", no_answer.text()));
        self.error = Some(no_answer.text().into());
    }

    /// Notes the head of the answer.
    pub(super) fn respond(&mut self, response: &Response<WasiBody>) {
        let has_none = self.facts.method == Method::HEAD.as_str()
            || matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let header =
            response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        self.length = if has_none { Some(0) } else { header.or(response.body().size_hint().exact()) };
        if self.status == CLIENT_LEFT && !response.status().is_server_error() {
            self.error = None;
        }
        self.status = response.status().as_u16();
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let Record { server, facts, status, bytes, error, .. } = self;
        server.metrics.end(facts.component.as_deref(), *status, took);
        server.log.add(facts, *status, *bytes, took, error.as_deref());
    }
}

/// The body of a response. Its request ends when it is dropped.
pub(super) struct Counted {
    body: WasiBody,
    end: Arc<End>,
    record: Record,
    has_ended: bool,
}

impl Counted {
    /// A body with the record of its request.
    pub(super) fn new(body: WasiBody, end: Arc<End>, record: Record) -> Counted {
        Counted { body, end, record, has_ended: false }
    }
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let Counted { end, record, has_ended, .. } = &mut *self;
        match (&frame, end.cut.get()) {
            (Some(Ok(frame)), _) => record.bytes += frame.data_ref().map_or(0, |data| data.len() as u64),
            // The end of a guest looks like the end of its body: the client must see that it isn't.
            (None | Some(Err(_)), Some(no_answer)) => {
                record.fail(no_answer);
                return Poll::Ready(Some(Err(Error::InternalError(None))));
            }
            (Some(Err(error)), None) => {
                record.fail(&NoAnswer::Failed(format!("the guest didn't end its answer: {error:?}")));
            }
            (None, None) => *has_ended = true,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.end.cut.get().is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.end.over.notify_one();
        let Counted { body, record, has_ended, .. } = self;
        let is_whole =
            *has_ended || body.is_end_stream() || record.length.is_some_and(|all| record.bytes >= all);
        if !is_whole && record.error.is_none() {
            record.error = Some("the client left before the end".into());
        }
    }
}
