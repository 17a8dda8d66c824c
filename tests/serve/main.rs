//! `precompile-run serve`: components answer requests, by both backends, of WASI 0.2 and 0.3.

#![cfg(target_os = "linux")]

mod cached_tier;
mod client;
mod functions;
mod limits;
mod replacement;
mod server;
mod shutdown;
mod sites;
mod stores;
mod usage;

use client::{Response, get, request};
use server::Server;
use support::{BACKENDS, Folder, root};

/// The versions of WASI, each with a component that has all the paths.
const VERSIONS: [&str; 2] = ["p2", "p3"];

/// A folder with a component that was compiled by a backend, with these options besides.
fn folder(version: &str, backend: &str, options: &[&str]) -> Folder {
    let folder = Folder::new();
    compile(&folder, "app", version, backend, options);
    folder
}

/// A folder with a component that nothing can interrupt.
fn uninterruptible() -> Folder {
    let folder = Folder::new();
    let module = root().join("tests/guests/http-p2.wasm");
    let ended = folder.precompile([module.to_str().unwrap(), "-o", "app.cwasm"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    folder
}

/// Compiles a component into NAME.cwasm.
fn compile(folder: &Folder, name: &str, version: &str, backend: &str, options: &[&str]) {
    compile_guest(folder, name, &format!("http-{version}"), backend, options);
}

/// Compiles a component of `tests/guests` into NAME.cwasm.
fn compile_guest(folder: &Folder, name: &str, guest: &str, backend: &str, options: &[&str]) {
    let module = root().join(format!("tests/guests/{guest}.wasm"));
    let output = format!("{name}.cwasm.new");
    let arguments = ["--backend", backend, "-W", "epoch-interruption"]
        .into_iter()
        .chain(options.iter().copied())
        .map(str::to_owned);
    let files = [module.to_str().unwrap().to_owned(), "-o".into(), output.clone()];
    let ended = folder.precompile(arguments.chain(files));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    std::fs::rename(folder.join(&output), folder.join(&format!("{name}.cwasm"))).unwrap();
}

#[test]
fn components_answer() {
    for version in VERSIONS {
        for backend in BACKENDS {
            let folder = folder(version, backend, &[]);
            let server = Server::start(&folder, &["--env", "GREETING=good day", "app.cwasm"]);
            let text = |path: &str| get(server.address(), path).ok(version);
            assert_eq!(text("/"), "hello\n", "{version} {backend}");
            assert_eq!(text("/environment"), "good day", "{version} {backend}");
            assert_eq!(text("/large").len(), 16 << 16, "{version} {backend}");
            assert_eq!(text("/slow"), "slow\n", "{version} {backend}");
            assert_eq!(get(server.address(), "/nowhere").status, 404, "{version} {backend}");
            let body = "echo ".repeat(50_000);
            let echoed = request(server.address(), "POST", "/echo", &[], &body);
            assert_eq!((echoed.status, echoed.body.len()), (200, body.len()), "{version} {backend}");
            assert_eq!(server.end().code, Some(0), "{version} {backend}");
        }
    }
}

/// A client that sends its requests over one connection gets the answers in order.
#[test]
fn a_connection_is_kept() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["app.cwasm"]);
    let mut connection = client::Connection::open(server.address());
    for path in ["/", "/environment", "/large", "/"] {
        let Response { status, body, .. } = connection.request("GET", path, &[], "");
        assert_eq!(status, 200, "{path}");
        assert_eq!(body == "hello\n", path == "/", "{path}");
    }
}

/// A request that names no host gets an error, and no guest is asked.
#[test]
fn a_request_without_a_host_is_refused() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["app.cwasm"]);
    let (none, several) = ("the request names no host\n", "the request names several hosts\n");
    for (header, says) in [("host: a b", none), ("host:", none), ("host: a\r\nhost: b", several)] {
        let response = request(server.address(), "GET", "/", &[header], "");
        assert_eq!((response.status, response.body.as_str()), (400, says), "{header}");
    }
}

/// By default each request has a new instance. With `--reuse`, an instance serves so many.
#[test]
fn instances_are_reused_as_often_as_asked() {
    for version in VERSIONS {
        let folder = folder(version, "winch", &[]);
        for (reuse, counts) in [("1", ["0", "0", "0", "0"]), ("3", ["0", "1", "2", "0"])] {
            // One place is enough.
            let server = Server::start(&folder, &["--reuse", reuse, "--max-instances", "1", "app.cwasm"]);
            for count in counts {
                assert_eq!(
                    get(server.address(), "/count").ok(version),
                    count,
                    "{version}, reused {reuse} times"
                );
            }
        }
    }
}

/// A guest sends requests to the servers that it is given, and to no others.
#[test]
fn requests_of_guests_go_where_they_may() {
    for version in VERSIONS {
        let folder = folder(version, "cranelift", &[]);
        let other = Server::start(&folder, &["app.cwasm"]);
        let address = other.address().to_string();
        let path = format!("/fetch/{address}");
        let server = Server::start(&folder, &["app.cwasm"]);
        assert!(get(server.address(), &path).ok(version).contains("HttpRequestDenied"), "{version}");
        let server = Server::start(&folder, &["--http", &address, "app.cwasm"]);
        assert_eq!(get(server.address(), &path).ok(version), "200");
        let server = Server::start(&folder, &["--http", "example.com", "app.cwasm"]);
        assert!(get(server.address(), &path).ok(version).contains("HttpRequestDenied"), "{version}");
    }
}
