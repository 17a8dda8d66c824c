//! The HTTP transport by which a web server is asked for an object's existence.

use super::transport::Capped;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Method, Request, Response};
use opendal::{Buffer, HttpBody, HttpTransport, Result};

/// The transport [`Capped`], but requests are sent as `HEAD`, so that a read succeeds where the object is there, and
/// brings nothing of it. `opendal` itself would ask WebDAV by `PROPFIND`, which plain web servers don't know.
pub(super) struct Heads(Capped);

impl Heads {
    pub(super) fn new() -> Heads {
        Heads(Capped::new())
    }
}

impl HttpTransport for Heads {
    async fn fetch(&self, mut request: Request<Buffer>) -> Result<Response<HttpBody>> {
        *request.method_mut() = Method::HEAD;
        let mut response = self.0.fetch(request).await?;
        // The server names the length of what it doesn't send.
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        Ok(response)
    }
}
