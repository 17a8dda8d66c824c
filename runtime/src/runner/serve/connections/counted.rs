//! The body of a response, which is counted until it ends.

use crate::serve::access_log::Facts;
use crate::serve::server::Server;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use wasmtime_wasi_http::{Error, WasiBody};

/// The record of a request, which becomes part of log and metrics at its end.
pub(super) struct Record {
    server: Arc<Server>,
    facts: Facts,
    began: Instant,
    status: u16,
    bytes: u64,
    error: Option<String>,
}

impl Record {
    /// The record of a request that has begun.
    pub(super) fn new(server: Arc<Server>, facts: Facts, began: Instant) -> Record {
        Record { server, facts, began, status: 0, bytes: 0, error: None }
    }

    /// Notes why there was no answer.
    pub(super) fn fail(&mut self, error: String) {
        self.error = Some(error);
    }

    /// Notes the status of the answer.
    pub(super) fn respond(&mut self, status: u16) {
        self.status = status;
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
    record: Record,
    has_ended: bool,
}

impl Counted {
    /// A body with the record of its request.
    pub(super) fn new(body: WasiBody, record: Record) -> Counted {
        Counted { body, record, has_ended: false }
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
        match &frame {
            Some(Ok(frame)) => self.record.bytes += frame.data_ref().map_or(0, |data| data.len() as u64),
            Some(Err(error)) => self.record.fail(format!("the guest didn't end its answer: {error:?}")),
            None => self.has_ended = true,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.has_ended && !self.body.is_end_stream() && self.record.error.is_none() {
            self.record.fail("the client left before the end".into());
        }
    }
}
