//! The handler of WASI 0.2.

use crate::page::text;
use crate::respond::respond;
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam, Scheme,
};

struct Handler;

wasip2::http::proxy::export!(Handler);

impl Guest for Handler {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        match path.as_str() {
            "/echo" => echo(request, out),
            "/silent" => {}
            // Half an answer, and then a trap.
            "/half" => {
                let response = OutgoingResponse::new(Fields::new());
                let body = response.body().unwrap();
                ResponseOutparam::set(out, Ok(response));
                let stream = body.write().unwrap();
                stream.blocking_write_and_flush(b"half").unwrap();
                std::process::abort();
            }
            // The handle of the answer is kept, and never used.
            "/kept" => std::mem::forget(out),
            "/slow-version" => {
                subscribe_duration(500_000_000).block();
                respond(out, 200, text("/version").unwrap().as_bytes());
            }
            "/slow" => {
                subscribe_duration(500_000_000).block();
                respond(out, 200, b"slow\n");
            }
            "/endless" => loop {
                subscribe_duration(1_000_000_000).block();
            },
            // The rest of the path is the address of another server.
            path if path.starts_with("/fetch/") => fetch(&path["/fetch/".len()..], out),
            path => match text(path) {
                Some(text) => respond(out, 200, text.as_bytes()),
                None => respond(out, 404, b"no such page\n"),
            },
        }
    }
}

fn echo(request: IncomingRequest, out: ResponseOutparam) {
    let incoming = request.consume().unwrap();
    let input = incoming.stream().unwrap();
    let response = OutgoingResponse::new(Fields::new());
    let body = response.body().unwrap();
    ResponseOutparam::set(out, Ok(response));
    let output = body.write().unwrap();
    while let Ok(bytes) = input.blocking_read(4096) {
        if output.blocking_write_and_flush(&bytes).is_err() {
            break;
        }
    }
    drop(output);
    let _ = OutgoingBody::finish(body, None);
}

/// Answers with the status of another server, or with the error.
fn fetch(authority: &str, out: ResponseOutparam) {
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some("/")).unwrap();
    let sent = outgoing_handler::handle(request, None);
    let text = match sent {
        Err(error) => format!("{error:?}"),
        Ok(response) => {
            response.subscribe().block();
            match response.get() {
                Some(Ok(Ok(response))) => response.status().to_string(),
                other => format!("{other:?}"),
            }
        }
    };
    respond(out, 200, text.as_bytes());
}
