//! How requests are sent: an answer of which only the status counts is not read without end.

use futures_util::TryStreamExt;
use http::{Method, Request, Response};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, HttpTransporter, Result};

/// Enough for what a service says of an error, in bytes.
const MOST: usize = 64 * 1024;

/// Sends as `opendal` does, and refuses long answers to anything but a read that succeeds, which is
/// measured where it arrives.
pub(super) struct Capped(HttpTransporter);

impl Capped {
    pub(super) fn new() -> Capped {
        opendal::install_default();
        Capped(HttpTransporter::default())
    }
}

impl HttpTransport for Capped {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>> {
        let reads = request.method() == Method::GET;
        let response = self.0.fetch(request).await?;
        if reads && response.status().is_success() {
            return Ok(response);
        }
        Ok(response.map(|body| {
            let mut rest = MOST;
            body.map_inner(|stream| {
                Box::new(stream.and_then(move |part| {
                    let part = match rest.checked_sub(part.len()) {
                        Some(less) => {
                            rest = less;
                            Ok(part)
                        }
                        None => Err(Error::new(ErrorKind::Unexpected, "its answer has no end")),
                    };
                    std::future::ready(part)
                }))
            })
        }))
    }
}
