//! The service: a request in, a response out.

use super::counted::{Counted, Record};
use super::requests::OpenRequest;
use crate::serve::access_log::Facts;
use crate::serve::answer::{End, answer};
use crate::serve::no_answer::NoAnswer;
use crate::serve::server::{For, Server};
use crate::serve::site::Site;
use crate::serve::sites::host;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use wasmtime_wasi_http::{Error, WasiBody};

/// Answers a request: by a guest, or from the server's own pages.
pub(super) async fn serve(
    server: Arc<Server>,
    remote: SocketAddr,
    purpose: For,
    request: Request<Incoming>,
    open: OpenRequest,
) -> Result<Response<Counted>, Infallible> {
    let began = Instant::now();
    server.metrics.begin();
    let own = own_page(&server, purpose, &request);
    let site = if own.is_none() && purpose == For::Guests { server.sites.find(&request) } else { None };
    let facts = facts(&request, remote, site);
    let mut record = Record::new(Arc::clone(&server), facts, began, open);
    let (response, end) = match (own, site) {
        (Some(page), _) => (page, Arc::<End>::default()),
        // A proxy may have taken the other one.
        (None, _) if request.headers().get_all(header::HOST).iter().count() > 1 => {
            (plain(StatusCode::BAD_REQUEST, "the request names several hosts\n"), Arc::<End>::default())
        }
        (None, None) => {
            (plain(StatusCode::NOT_FOUND, "no component serves this address\n"), Arc::<End>::default())
        }
        // A guest would be asked for the address of an answer to nobody.
        (None, Some(_)) if host(&request).is_none() => {
            (plain(StatusCode::BAD_REQUEST, "the request names no host\n"), Arc::<End>::default())
        }
        (None, Some(site)) => {
            let deadline = site.guest.args().limits.timeout.map(|timeout| began + timeout);
            let request = with_own_head(request).map(|body| body.map_err(Error::from).boxed_unsync());
            answer(&server.slots, &site.guest, request, deadline).await.unwrap_or_else(|no_answer| {
                record.fail(&no_answer);
                (plain(status(&no_answer), "the server can't answer this request\n"), Arc::<End>::default())
            })
        }
    };
    record.respond(&response);
    Ok(response.map(|body| Counted::new(body, end, record)))
}

/// The request with a head of its own: hyper's is a part of its buffer of 8 KiB, which is kept as long as the head.
fn with_own_head<B>(mut request: Request<B>) -> Request<B> {
    for value in request.headers_mut().values_mut() {
        if let Ok(own) = HeaderValue::from_bytes(value.as_bytes()) {
            *value = own;
        }
    }
    if let Ok(own) = request.uri().to_string().parse() {
        *request.uri_mut() = own;
    }
    request
}

/// A page of the server's own, if the request is for one.
fn own_page(server: &Server, purpose: For, request: &Request<Incoming>) -> Option<Response<WasiBody>> {
    let options = &server.options;
    let is_here = options.admin.is_none() || purpose == For::Admin;
    if !is_here || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let is = |path: &Option<String>| path.as_deref() == Some(request.uri().path());
    if is(&options.health) {
        return Some(plain(StatusCode::OK, "ok\n"));
    }
    if is(&options.metrics) {
        let text = server.metrics.text(server.slots.taken(options.max_instances));
        let mut page = plain(StatusCode::OK, text);
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        page.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        return Some(page);
    }
    None
}

/// The status of a request that the guest didn't answer.
fn status(no_answer: &NoAnswer) -> StatusCode {
    match no_answer {
        NoAnswer::Late => StatusCode::GATEWAY_TIMEOUT,
        NoAnswer::NoInstance(_) => StatusCode::SERVICE_UNAVAILABLE,
        NoAnswer::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A response with a text.
fn plain(status: StatusCode, text: impl Into<String>) -> Response<WasiBody> {
    let text = text.into();
    let body = match text.is_empty() {
        true => Empty::new().map_err(|never| match never {}).boxed_unsync(),
        false => Full::from(text).map_err(|never| match never {}).boxed_unsync(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn facts(request: &Request<Incoming>, remote: SocketAddr, site: Option<&Site>) -> Facts {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    Facts {
        came: SystemTime::now(),
        remote,
        method: request.method().to_string(),
        host: host.map(str::to_owned),
        path: request.uri().path_and_query().map_or_else(String::new, |path| path.to_string()),
        component: site.map(|site| site.name.clone()),
    }
}
