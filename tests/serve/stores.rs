//! Stores of `wasi:keyvalue`, which the instances of a site share, and variables of `wasi:config`.

use crate::client::{get, request};
use crate::compile_guest;
use crate::server::Server;
use std::thread;
use support::{BACKENDS, Folder, Runner};

/// A folder with a component whose paths are calls.
fn folder(backend: &str) -> Folder {
    let folder = Folder::new();
    compile_guest(&folder, "app", "stores-p2", backend, &[]);
    folder
}

/// The instances of a server share a store, from one artifact to the next.
#[test]
fn a_store_is_shared_by_instances_and_versions() {
    for (first, second) in [(BACKENDS[0], BACKENDS[1]), (BACKENDS[1], BACKENDS[0])] {
        let folder = folder(first);
        let server = Server::start(&folder, &["--config", "A=1", "--keyvalue-data", "count=10", "app.cwasm"]);
        let answer = |path: &str| get(server.address(), path).ok(path);
        assert_eq!(answer("/config/A"), r#"Ok(Some("1"))"#);
        assert_eq!(answer("/increment/count/1"), "11");
        assert_eq!(answer("/increment/count/1"), "12");
        compile_guest(&folder, "app", "stores-p2", second, &[]);
        server.wait_for(&format!("has a new version, by {second}"));
        assert_eq!(answer("/increment/count/1"), "13");
        assert_eq!(server.end().code, Some(0));
    }
}

/// Requests at the same time lose no increment.
#[test]
fn increments_are_atomic() {
    let folder = folder("winch");
    let server = Server::start(&folder, &["--config", "A=1", "--keyvalue", "app.cwasm"]);
    let address = server.address();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..50).for_each(|_| _ = get(address, "/increment/count/1").ok("increment"));
            });
        }
    });
    assert_eq!(get(address, "/get/count").ok("all"), "200");
}

/// Each site has a store and variables of its own.
#[test]
fn sites_share_nothing() {
    let folder = folder("winch");
    folder.write(
        "sites.toml",
        r#"
[[site]]
host = "one.example"
component = "app.cwasm"

[[site]]
host = "two.example"
component = "app.cwasm"
config = { B = "of two", C = "3" }
"#,
    );
    let options = ["--config", "A=for all", "--config", "B=for all", "--keyvalue-data", "given=1"];
    let server = Server::start(&folder, &[&options[..], &["--sites", "sites.toml"]].concat());
    let of = |site: &str, path: &str| {
        let host = format!("host: {site}.example");
        request(server.address(), "GET", path, &[&host], "").ok(path)
    };
    assert_eq!(of("one", "/configs"), r#"Ok([("A", "for all"), ("B", "for all")])"#);
    assert_eq!(of("two", "/configs"), r#"Ok([("A", "for all"), ("B", "of two"), ("C", "3")])"#);
    assert_eq!(of("one", "/set/key/secret"), "()");
    assert_eq!(of("one", "/delete/given"), "()");
    assert_eq!(of("two", "/list"), "given in 1");
    assert_eq!(of("two", "/get/key"), "none");
    assert_eq!(of("two", "/increment/given/1"), "2");
    assert_eq!(of("one", "/list"), "key in 1");
    // A store that is full is full for one site.
    assert!(of("one", "/fill/65536").contains("the store is full"));
    assert_eq!(of("two", "/set/key/value"), "()");
}

/// A store that is full stays full, whatever instances come, until something is deleted.
#[test]
fn a_store_is_bounded_for_all_instances_together() {
    let folder = folder("cranelift");
    let server =
        Server::start(&folder, &["--config", "A=1", "--max-keyvalue", "64K", "--keyvalue", "app.cwasm"]);
    let answer = |path: &str| get(server.address(), path).ok(path);
    assert!(answer("/fill/16384").starts_with("3 then Error::Other(\"the store is full"));
    for _ in 0..10 {
        assert!(answer("/set/more/").starts_with("()"));
        assert!(answer(&format!("/set/more/{}", "x".repeat(15_500))).contains("the store is full"));
    }
    assert_eq!(answer("/delete/0"), "()");
    assert_eq!(answer(&format!("/set/more/{}", "x".repeat(15_500))), "()");
}

/// A component is refused at the start where no option offers what it imports.
#[test]
fn nothing_is_offered_by_default() {
    let folder = folder("winch");
    for (options, says) in [
        (
            &["--keyvalue"][..],
            "the runner offers it by `--config NAME=VALUE`, in builds with the feature `wasi-config`",
        ),
        (
            &["--config", "A=1"],
            "the runner offers it by `--keyvalue`, in builds with the feature `wasi-keyvalue`",
        ),
    ] {
        let start = ["serve", "--addr", "127.0.0.1:0"].iter().chain(options).chain(&["app.cwasm"]);
        let ended = folder.run(Runner::Full, start);
        assert!(ended.code == Some(126) && ended.stderr.contains(says), "{ended:?}");
    }
}
