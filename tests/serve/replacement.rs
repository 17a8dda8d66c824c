//! Artifacts that are replaced while they serve.

use crate::client::{Connection, get};
use crate::server::Server;
use crate::{VERSIONS, compile, folder};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use support::{Folder, Runner, SetAtEnd, root};

/// Compiles a component whose mark is another one, and renames it into place.
fn compile_version(folder: &Folder, mark: &str, backend: &str) {
    let module = fs::read(root().join("tests/guests/http-p2.wasm")).unwrap();
    let at = module.windows(16).position(|window| window == b"version:AAAAAAAA").unwrap();
    let mut changed = module;
    changed[at + 8..at + 16].copy_from_slice(mark.as_bytes());
    let wasm = folder.write("changed.wasm", changed);
    let arguments =
        ["--backend", backend, "-W", "epoch-interruption", wasm.to_str().unwrap(), "-o", "app.cwasm.new"];
    let ended = folder.precompile(arguments);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    fs::rename(folder.join("app.cwasm.new"), folder.join("app.cwasm")).unwrap();
}

/// New requests have the new artifact, and one that came before ends on the old code.
#[test]
fn an_artifact_is_replaced_while_it_serves() {
    let folder = Folder::new();
    compile_version(&folder, "BBBBBBBB", "winch");
    let server = Server::start(&folder, &["--reuse", "10", "app.cwasm"]);
    assert_eq!(get(server.address(), "/version").ok("first"), "version:BBBBBBBB");
    let mut slow = Connection::open(server.address());
    slow.send("GET", "/slow-version", &[], "");
    thread::sleep(Duration::from_millis(100));
    compile_version(&folder, "CCCCCCCC", "cranelift");
    server.wait_for("`app.cwasm` has a new version, by cranelift");
    assert_eq!(get(server.address(), "/version").ok("second"), "version:CCCCCCCC");
    assert_eq!(slow.receive().ok("slow"), "version:BBBBBBBB");
}

/// No request is lost while artifacts are replaced.
#[test]
fn no_request_is_lost_at_a_replacement() {
    let folder = Folder::new();
    compile_version(&folder, "00000000", "winch");
    let server = Server::start(&folder, &["--reuse", "7", "app.cwasm"]);
    let (address, is_over) = (server.address(), AtomicBool::new(false));
    let answers: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut answers = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        let version = get(address, "/version").ok("under way");
                        assert!(version.starts_with("version:"), "{version}");
                        answers += 1;
                    }
                    answers
                })
            })
            .collect();
        let _at_end = SetAtEnd(&is_over);
        for number in 1..=5 {
            compile_version(&folder, &format!("{number:08}"), "winch");
            server.wait_for("has a new version");
            thread::sleep(Duration::from_millis(100));
        }
        is_over.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert!(answers > 20, "{answers}");
    assert_eq!(get(server.address(), "/version").ok("last"), "version:00000005");
    assert_eq!(server.end().code, Some(0));
}

/// A file that is no artifact, or that is refused, doesn't take an artifact's place.
#[test]
fn what_cannot_serve_replaces_nothing() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["app.cwasm"]);
    folder.write("bad", "no artifact");
    fs::rename(folder.join("bad"), folder.join("app.cwasm")).unwrap();
    let line = server.wait_for("`app.cwasm` keeps its version");
    assert!(line.contains("app.cwasm"), "{line}");
    assert_eq!(get(server.address(), "/").ok("old"), "hello\n");
    fs::remove_file(folder.join("app.cwasm")).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(get(server.address(), "/").ok("gone"), "hello\n");
    compile(&folder, "app", "p2", "cranelift", &[]);
    server.wait_for("has a new version, by cranelift");
    assert_eq!(get(server.address(), "/").ok("new"), "hello\n");
}

/// An artifact that a policy or the trust file refuses replaces nothing, and no server starts with it.
#[test]
fn demands_hold_for_each_version() {
    let folder = Folder::new();
    for arguments in [&["keygen", "--no-password"][..], &["keygen", "--no-password", "-o", "other.key"]] {
        assert_eq!(folder.precompile(arguments).code, Some(0));
    }
    let demands = ["--trust", "precompile.pub", "--policy", "backend=winch"];
    let replace = |backend: &str, key: Option<&str>| {
        let options: Vec<&str> = key.iter().flat_map(|key| ["--sign", key]).collect();
        compile(&folder, "app", "p2", backend, &options);
    };
    for (backend, key, says) in [
        ("winch", None, "signature"),
        ("winch", Some("other.key"), "signature"),
        ("cranelift", Some("precompile.key"), "--backend winch"),
    ] {
        replace(backend, key);
        let start = ["serve", "--addr", "127.0.0.1:0"].iter().chain(&demands).chain(&["app.cwasm"]);
        let ended = folder.run(Runner::Full, start);
        assert!(ended.code == Some(126) && ended.stderr.contains(says), "{backend} {key:?}: {ended:?}");
    }
    replace("winch", Some("precompile.key"));
    let arguments: Vec<&str> = demands.into_iter().chain(["app.cwasm"]).collect();
    let server = Server::start(&folder, &arguments);
    for (backend, key) in
        [("winch", None), ("winch", Some("other.key")), ("cranelift", Some("precompile.key"))]
    {
        replace(backend, key);
        server.wait_for("`app.cwasm` keeps its version");
        assert_eq!(get(server.address(), "/").ok("old"), "hello\n");
    }
    replace("winch", Some("precompile.key"));
    server.wait_for("has a new version, by winch");
}

/// The faster code of the same component takes over as soon as it is there. That of another one doesn't.
#[test]
fn faster_code_takes_over() {
    for version in VERSIONS {
        let folder = folder(version, "winch", &[]);
        let server = Server::start(&folder, &["--tier", "fast.cwasm", "app.cwasm"]);
        assert_eq!(get(server.address(), "/").ok(version), "hello\n");
        let other = VERSIONS.into_iter().find(|other| *other != version).unwrap();
        compile(&folder, "fast", other, "cranelift", &[]);
        server.wait_for("compile both tiers from the same file");
        compile(&folder, "fast", version, "cranelift", &["-W", "fuel"]);
        server.wait_for("compiled with other settings than the code that runs");
        compile(&folder, "fast", version, "cranelift", &[]);
        server.wait_for("has a new version, by cranelift");
        assert_eq!(get(server.address(), "/").ok(version), "hello\n");
    }
}
