//! The HTTP transport, which limits responses that carry no object.

use futures_util::TryStreamExt;
use http::StatusCode;
use http::header::RETRY_AFTER;
use http::{Method, Request, Response};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, HttpTransporter, Result};
use std::time::Duration;

/// The longest time that a server's wish to be left alone is heard.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The maximum length of such a response, in bytes: more than enough for an error.
const MOST: usize = 64 * 1024;

/// `opendal`'s transport, but for responses to anything other than a successful read: they must be short. Objects are
/// limited by their reader.
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
        if let Some(pause) = pause(&response) {
            tokio::time::sleep(pause).await;
        }
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
                        None => Err(Error::new(ErrorKind::Unexpected, "its answer is too long")),
                    };
                    std::future::ready(part)
                }))
            })
        }))
    }
}

/// The time for which a busy server wants to be left alone. A date instead of a number isn't read: its clock may be off.
fn pause<T>(response: &Response<T>) -> Option<Duration> {
    let is_busy =
        matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let seconds = response.headers().get(RETRY_AFTER).filter(|_| is_busy)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}
