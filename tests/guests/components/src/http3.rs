//! The handler of WASI 0.3.

use crate::page::text;
use crate::types3;
use wasip3::clocks::monotonic_clock::wait_for;
use wasip3::exports::http::handler::Guest;
use wasip3::http::client;
use wasip3::http::types::{ErrorCode, Fields, Request, Response, Scheme};
use wasip3::{spawn_local, wit_future, wit_stream};

struct Handler;

wasip3::http::service::export!(Handler);

impl Guest for Handler {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        match path.as_str() {
            "/echo" => {
                let (_, done) = wit_future::new(|| Ok(()));
                let (body, trailers) = Request::consume_body(request, done);
                Ok(Response::new(Fields::new(), Some(body), trailers).0)
            }
            "/slow" => {
                wait_for(500_000_000).await;
                Ok(respond(200, b"slow\n".to_vec()))
            }
            "/endless" => loop {
                wait_for(1_000_000_000).await;
            },
            // Half an answer, and then a trap.
            "/half" => {
                let (mut writer, reader) = wit_stream::new();
                let (trailers, no_trailers) = wit_future::new(|| Ok(None));
                let (response, _) = Response::new(Fields::new(), Some(reader), no_trailers);
                spawn_local(async move {
                    writer.write_all(b"half".to_vec()).await;
                    wait_for(100_000_000).await;
                    drop(trailers);
                    std::process::abort();
                });
                Ok(response)
            }
            "/types" => Ok(respond(200, types3::calls().await.into_bytes())),
            // The rest of the path is the address of another server.
            path if path.starts_with("/fetch/") => {
                Ok(respond(200, fetch(&path["/fetch/".len()..]).await.into_bytes()))
            }
            "/silent" => Err(ErrorCode::InternalError(None)),
            path => Ok(match text(path) {
                Some(text) => respond(200, text.into_bytes()),
                None => respond(404, b"no such page\n".to_vec()),
            }),
        }
    }
}

fn respond(status: u16, text: Vec<u8>) -> Response {
    let (mut writer, reader) = wit_stream::new();
    let (trailers, no_trailers) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(Fields::new(), Some(reader), no_trailers);
    response.set_status_code(status).unwrap();
    spawn_local(async move {
        writer.write_all(text).await;
        drop(writer);
        let _ = trailers.write(Ok(None)).await;
    });
    response
}

/// Sends a request to another server. Returns the status of its answer, or the error.
async fn fetch(authority: &str) -> String {
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(Fields::new(), None, trailers, None);
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some("/")).unwrap();
    match client::send(request).await {
        Ok(response) => response.get_status_code().to_string(),
        Err(error) => format!("{error:?}"),
    }
}
