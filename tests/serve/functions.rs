//! Components that call every function of WASI 0.3's `wasi:http`: one in Rust, and one that is written by hand.

use crate::client::get;
use crate::server::Server;
use support::{BACKENDS, Folder, root};

const TYPES: &str = r#"append: Ok(())
get: [[49], [51]]
has: (true, false)
set: Ok(())
delete: Ok(())
get-and-delete: Ok([[49], [51]])
copy-all: [("c", [52])]
clone: [("c", [52])]
a forbidden field: Err(HeaderError::Forbidden)
set-method: Ok(())
get-method: Method::Put
set-path-with-query: Ok(())
get-path-with-query: Some("/a?b")
set-scheme: Ok(())
get-scheme: Some(Scheme::Https)
set-authority: Ok(())
get-authority: Some("example.com")
get-options: true
request: get-headers: []
request: consume-body: "sent"
set-connect-timeout: true
get-connect-timeout: Some(1)
set-first-byte-timeout: true
get-first-byte-timeout: Some(2)
set-between-bytes-timeout: true
get-between-bytes-timeout: Some(3)
clone: Some(3)
set-status-code: Ok(())
get-status-code: 404
response: get-headers: []
response: consume-body: 0
"#;

#[test]
fn a_guest_in_rust_calls_every_function() {
    for backend in BACKENDS {
        let folder = crate::folder("p3", backend, &[]);
        let server = Server::start(&folder, &["app.cwasm"]);
        assert_eq!(get(server.address(), "/types").ok(backend), TYPES, "{backend}");
    }
}

#[test]
fn a_guest_written_by_hand_calls_every_function() {
    for backend in BACKENDS {
        let folder = Folder::new();
        let guest = root().join("tests/guests/wasi3/http.wat");
        let options = ["--backend", backend, "-W", "epoch-interruption"];
        let files = [guest.to_str().unwrap(), "-o", "app.cwasm"];
        let ended = folder.precompile(options.iter().chain(&files));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let other = Server::start(&folder, &["app.cwasm"]);
        let status = |server: &Server, path: &str| get(server.address(), path).status;
        // Above 400, the rest is the number of the first call that went wrong.
        assert_eq!(status(&other, "/"), 200, "{backend}");
        let address = other.address().to_string();
        let path = format!("/fetch/{address}");
        assert_eq!(status(&other, &path), 502, "{backend}");
        let server = Server::start(&folder, &["--http", &address, "app.cwasm"]);
        assert_eq!(status(&server, &path), 200, "{backend}");
    }
}
