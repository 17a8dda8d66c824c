//! The body of an answer, whose end is noted.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::sync::Notify;
use wasmtime_wasi_http::{Error, WasiBody};

/// The body of an answer. Its end is noted, or that nobody wants it any more.
pub(super) struct WatchedBody {
    body: WasiBody,
    ended: Arc<Notify>,
}

impl WatchedBody {
    /// A body whose end this is notified of.
    pub(super) fn new(body: WasiBody, ended: Arc<Notify>) -> WatchedBody {
        WatchedBody { body, ended }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.ended.notify_one();
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

impl Drop for WatchedBody {
    fn drop(&mut self) {
        self.ended.notify_one();
    }
}
