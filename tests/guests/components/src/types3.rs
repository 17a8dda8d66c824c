//! A call of each function of WASI 0.3's requests, answers and fields, with a line for each.

use crate::lines::Lines;
use wasip3::http::types::{Fields, Method, Request, RequestOptions, Response, Scheme};
use wasip3::{wit_future, wit_stream};

/// The lines.
pub(crate) async fn calls() -> String {
    let mut lines = Lines(String::new());
    fields(&mut lines);
    request(&mut lines).await;
    options(&mut lines);
    response(&mut lines).await;
    lines.0
}

fn fields(lines: &mut Lines) {
    let made = Fields::from_list(&[("a".into(), b"1".to_vec()), ("b".into(), b"2".to_vec())]);
    let Ok(fields) = made else { return lines.add("from-list", made.is_ok()) };
    lines.add("append", fields.append("a", b"3"));
    lines.add("get", fields.get("a"));
    lines.add("has", (fields.has("b"), fields.has("c")));
    lines.add("set", fields.set("c", &[b"4".to_vec()]));
    lines.add("delete", fields.delete("b"));
    lines.add("get-and-delete", fields.get_and_delete("a"));
    lines.add("copy-all", fields.copy_all());
    lines.add("clone", fields.clone().copy_all());
    lines.add("a forbidden field", fields.set("connection", &[b"close".to_vec()]));
}

async fn request(lines: &mut Lines) {
    let (mut writer, body) = wit_stream::new();
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(Fields::new(), Some(body), trailers, Some(RequestOptions::new()));
    lines.add("set-method", request.set_method(&Method::Put));
    lines.add("get-method", request.get_method());
    lines.add("set-path-with-query", request.set_path_with_query(Some("/a?b")));
    lines.add("get-path-with-query", request.get_path_with_query());
    lines.add("set-scheme", request.set_scheme(Some(&Scheme::Https)));
    lines.add("get-scheme", request.get_scheme());
    lines.add("set-authority", request.set_authority(Some("example.com")));
    lines.add("get-authority", request.get_authority());
    lines.add("get-options", request.get_options().is_some());
    lines.add("request: get-headers", request.get_headers().copy_all());
    let (_, done) = wit_future::new(|| Ok(()));
    // The trailers are this component's own, which it can't read.
    let (body, _) = Request::consume_body(request, done);
    let write = async {
        writer.write_all(b"sent".to_vec()).await;
        drop(writer);
    };
    let (text, ()) = futures::join!(body.collect(), write);
    lines.add("request: consume-body", String::from_utf8_lossy(&text));
}

fn options(lines: &mut Lines) {
    let options = RequestOptions::new();
    lines.add("set-connect-timeout", options.set_connect_timeout(Some(1)).is_ok());
    lines.add("get-connect-timeout", options.get_connect_timeout());
    lines.add("set-first-byte-timeout", options.set_first_byte_timeout(Some(2)).is_ok());
    lines.add("get-first-byte-timeout", options.get_first_byte_timeout());
    lines.add("set-between-bytes-timeout", options.set_between_bytes_timeout(Some(3)).is_ok());
    lines.add("get-between-bytes-timeout", options.get_between_bytes_timeout());
    lines.add("clone", options.clone().get_between_bytes_timeout());
}

async fn response(lines: &mut Lines) {
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(Fields::new(), None, trailers);
    lines.add("set-status-code", response.set_status_code(404));
    lines.add("get-status-code", response.get_status_code());
    lines.add("response: get-headers", response.get_headers().copy_all());
    let (_, done) = wit_future::new(|| Ok(()));
    let (body, _) = Response::consume_body(response, done);
    lines.add("response: consume-body", body.collect().await.len());
}
