//! The limits of each request: time, memory and fuel.

use crate::client::{Connection, get};
use crate::server::Server;
use crate::{VERSIONS, compile, folder, uninterruptible};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};
use support::{BACKENDS, Folder, Runner, root, runner};

/// Guests that trap, loop, wait for ever, take memory, or don't answer get an error each, and the server goes on.
#[test]
fn a_guest_ends_within_its_limits_and_the_server_goes_on() {
    for version in VERSIONS {
        for backend in BACKENDS {
            let folder = folder(version, backend, &[]);
            let server = Server::start(
                &folder,
                &["--timeout", "1s", "--max-memory", "32M", "--metrics", "/metrics", "app.cwasm"],
            );
            for (path, status, says) in [
                ("/trap", 500, "unreachable"),
                ("/loop", 504, "did not answer in time"),
                ("/endless", 504, "did not answer in time"),
                ("/memory", 500, "unreachable"),
                ("/silent", 500, ""),
            ] {
                let began = Instant::now();
                let response = get(server.address(), path);
                assert_eq!(response.status, status, "{version} {backend} {path}: {response:?}");
                assert!(began.elapsed() < Duration::from_secs(20), "{version} {backend} {path}");
                if !says.is_empty() {
                    server.wait_for(says);
                }
            }
            assert_eq!(get(server.address(), "/").ok(version), "hello\n");
            let metrics = get(server.address(), "/metrics").ok(version);
            assert!(metrics.contains("precompile_instances 0\n"), "{metrics}");
            assert!(
                metrics.contains(r#"precompile_requests_total{component="app.cwasm",status="504"} 2"#),
                "{metrics}"
            );
            assert_eq!(server.end().code, Some(0));
        }
    }
}

/// A guest that loops doesn't stop the answers to others, even if there are more of them than processors.
#[test]
fn guests_take_turns() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["--timeout", "10s", "app.cwasm"]);
    let loops: Vec<_> = (0..16)
        .map(|_| {
            let mut connection = Connection::open(server.address());
            connection.send("GET", "/loop", &[], "");
            connection
        })
        .collect();
    let began = Instant::now();
    for _ in 0..5 {
        assert_eq!(get(server.address(), "/").ok("between the loops"), "hello\n");
    }
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    drop(loops);
}

#[test]
fn fuel_is_of_each_request() {
    let folder = Folder::new();
    compile(&folder, "app", "p2", "cranelift", &["-W", "fuel"]);
    let server = Server::start(&folder, &["--fuel", "2000000", "--reuse", "100", "app.cwasm"]);
    assert_eq!(get(server.address(), "/loop").status, 500);
    server.wait_for("used up the fuel");
    // Together they take more.
    for _ in 0..50 {
        assert_eq!(get(server.address(), "/").ok("fuel"), "hello\n");
    }
}

/// Requests beyond the number of instances wait.
#[test]
fn further_requests_wait_for_an_instance() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["--max-instances", "1", "app.cwasm"]);
    let began = Instant::now();
    let mut connections: Vec<_> = (0..3).map(|_| Connection::open(server.address())).collect();
    connections.iter_mut().for_each(|connection| connection.send("GET", "/slow", &[], ""));
    for connection in &mut connections {
        assert_eq!(connection.receive().ok("slow"), "slow\n");
    }
    assert!(began.elapsed() > Duration::from_millis(1500), "{:?}", began.elapsed());
}

/// Clients beyond the number of connections wait for one that leaves, and health and metrics don't wait for any.
#[test]
fn further_clients_wait_for_a_connection() {
    let folder = folder("p2", "winch", &[]);
    let options = ["--max-connections", "1", "--admin", "127.0.0.1:0", "--health", "/health"];
    let server = Server::start(&folder, &[&options[..], &["app.cwasm"]].concat());
    let admin = server.wait_for("health and metrics on");
    let admin = admin.strip_prefix("health and metrics on http://").unwrap().trim_end_matches('/');
    let mut first = Connection::open(server.address());
    assert_eq!(first.request("GET", "/", &[], "").ok("first"), "hello\n");
    let mut second = Connection::open(server.address());
    second.send("GET", "/", &[], "");
    assert!(!second.is_answered_within(Duration::from_millis(500)));
    assert_eq!(get(admin.parse().unwrap(), "/health").ok("health"), "ok\n");
    drop(first);
    assert_eq!(second.receive().ok("second"), "hello\n");
}

/// A client that doesn't read its answers gives its place to others.
#[test]
fn a_client_that_reads_nothing_keeps_no_place() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["--max-connections", "1", "--timeout", "1s", "app.cwasm"]);
    let mut silent = Connection::open(server.address());
    // More than the system holds for it.
    (0..40).for_each(|_| silent.send("GET", "/large", &[], ""));
    assert_eq!(get(server.address(), "/").ok("behind it"), "hello\n");
    drop(silent);
}

/// A reader of the access log that hangs holds nobody.
#[test]
fn a_log_that_hangs_holds_nobody() {
    let folder = folder("p2", "winch", &[]);
    let mut command = folder.command(runner(Runner::Full));
    command.args(["serve", "--addr", "127.0.0.1:0", "--access-log", "-", "app.cwasm"]);
    // Nobody reads its standard output, a pipe of 64 KiB.
    let server = Server::spawn(command);
    let mut connection = Connection::open(server.address());
    for _ in 0..1000 {
        assert_eq!(connection.request("GET", "/", &[], "").ok("log"), "hello\n");
    }
    assert_eq!(server.end().code, Some(0));
}

/// A reader of standard error that hangs holds nobody.
#[test]
fn reasons_that_nobody_reads_hold_nobody() {
    let folder = folder("p2", "winch", &[]);
    let mut command = folder.command(runner(Runner::Full));
    command.args(["serve", "--addr", "127.0.0.1:0", "app.cwasm"]);
    let server = Server::spawn_unread(command);
    // A pipe has 64 KiB, and each trap a line of more than 66 bytes.
    let heard = Server::start(&folder, &["app.cwasm"]);
    get(heard.address(), "/trap");
    assert!(heard.wait_for("app.cwasm").len() > 66);
    for _ in 0..1000 {
        assert_eq!(get(server.address(), "/trap").status, 500);
    }
    assert_eq!(get(server.address(), "/").ok("after them"), "hello\n");
    assert_eq!(server.end().code, Some(0));
}

/// An answer whose guest ends before its end doesn't look whole.
#[test]
fn half_an_answer_is_seen() {
    for version in VERSIONS {
        for backend in BACKENDS {
            let folder = folder(version, backend, &[]);
            let server = Server::start(&folder, &["--access-log", "log", "--timeout", "5s", "app.cwasm"]);
            let response = get(server.address(), "/half");
            // The connection may be closed before the head is sent.
            assert!(response.status == 0 || !response.is_whole, "{version} {backend}: {response:?}");
            server.wait_for("unreachable");
            assert_eq!(server.end().code, Some(0));
            let log = std::fs::read_to_string(folder.join("log")).unwrap();
            assert!(log.contains("\"bytes\":4") && log.contains("unreachable"), "{version} {backend}: {log}");
        }
    }
}

/// A guest that keeps the handle of its answer keeps no client, and its instance serves no other request.
#[test]
fn a_handle_that_is_kept_keeps_nobody() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["--reuse", "10", "app.cwasm"]);
    assert_eq!(get(server.address(), "/count").ok("first"), "0");
    assert_eq!(get(server.address(), "/kept").status, 500);
    assert_eq!(get(server.address(), "/count").ok("new"), "0");
}

/// A client that leaves before the answer ends its guest, and the place is free for another.
#[test]
fn a_client_that_leaves_ends_its_guest() {
    for version in VERSIONS {
        let folder = folder(version, "winch", &[]);
        let server = Server::start(&folder, &["--max-instances", "1", "--access-log", "log", "app.cwasm"]);
        for path in ["/endless", "/loop"] {
            let mut connection = Connection::open(server.address());
            connection.send("GET", path, &[], "");
            thread::sleep(Duration::from_millis(200));
            drop(connection);
            assert_eq!(get(server.address(), "/").ok(version), "hello\n", "{version} {path}");
            // A thread of its own writes it.
            let log = || std::fs::read_to_string(folder.join("log")).unwrap();
            let began = Instant::now();
            while !log().contains("the client left before the answer") {
                assert!(began.elapsed() < Duration::from_secs(20), "{version} {path}: {}", log());
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

/// The server ends where a guest loops and nothing can interrupt it, after the others have their answers, and says what
/// to do.
#[test]
fn a_guest_that_nothing_interrupts_ends_the_server() {
    let folder = uninterruptible();
    let server = Server::start(&folder, &["--timeout", "1s", "app.cwasm"]);
    let mut connection = Connection::open(server.address());
    connection.send("GET", "/loop", &[], "");
    let ended = server.wait();
    assert_eq!(ended.code, Some(124), "{ended:?}");
    assert!(ended.stderr.contains("compile with `-W epoch-interruption`"), "{ended:?}");
}

/// A server whose threads all have such guests refuses clients, which then ask another one, before it ends.
#[test]
fn a_server_without_free_threads_refuses_clients_before_it_ends() {
    let folder = uninterruptible();
    let server = Server::start(&folder, &["--timeout", "1s", "app.cwasm"]);
    let threads = thread::available_parallelism().unwrap().get();
    let loops: Vec<_> = (0..threads)
        .map(|_| {
            let mut connection = Connection::open(server.address());
            connection.send("GET", "/loop", &[], "");
            connection
        })
        .collect();
    let longest = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(server.address()).is_ok() {
        assert!(Instant::now() < longest, "clients are never refused");
        thread::sleep(Duration::from_millis(100));
    }
    let refused = Instant::now();
    assert_eq!(server.wait().code, Some(124));
    let after = refused.elapsed();
    assert!(after > Duration::from_secs(2), "it ends {after:?} after the first refusal");
    drop(loops);
}

/// A process that was stopped goes on: the time of the stop is no part of a guest's turn.
#[test]
fn a_process_that_was_stopped_goes_on() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["--timeout", "1s", "app.cwasm"]);
    let mut loops: Vec<_> = (0..2).map(|_| Connection::open(server.address())).collect();
    loops.iter_mut().for_each(|connection| connection.send("GET", "/loop", &[], ""));
    thread::sleep(Duration::from_millis(300));
    server.signal("STOP");
    thread::sleep(Duration::from_secs(4));
    server.signal("CONT");
    for connection in &mut loops {
        assert_eq!(connection.receive().status, 504);
    }
    // Longer than a guest has that is really stuck.
    thread::sleep(Duration::from_secs(3));
    assert_eq!(get(server.address(), "/").ok("after it"), "hello\n");
    assert_eq!(server.end().code, Some(0));
}

/// A guest that doesn't end the body of its answer keeps no client, and no client takes it for a whole one.
#[test]
fn an_answer_without_an_end_is_seen() {
    let folder = Folder::new();
    compile_text(&folder, &text_guest());
    for reuse in ["1", "10"] {
        let server = Server::start(&folder, &["--reuse", reuse, "app.cwasm"]);
        for _ in 0..3 {
            let response = get(server.address(), "/");
            assert!(response.status != 200 || !response.is_whole, "{reuse}: {response:?}");
        }
        server.wait_for("the guest ended without the end of its answer");
        assert_eq!(server.end().code, Some(0), "{reuse}");
    }
}

/// An instance with many memories takes several places of the pool.
#[test]
fn a_component_with_many_memories_takes_several_places() {
    let folder = Folder::new();
    let one = "(core instance $mem (instantiate $m0))";
    let six = format!("{one}{}", "(core instance (instantiate $m0))".repeat(5));
    let taken = "(call $body (local.get $r) (i32.const 16))";
    compile_text(&folder, &text_guest().replace(one, &six).replace(taken, ""));
    let mut command = folder.command(runner(Runner::Full));
    command.args(["serve", "--addr", "127.0.0.1:0", "--max-instances", "1", "app.cwasm"]);
    let refused = support::run(&mut command);
    let says = "an instance of it takes 3 places, for its memories and tables, and there are 1: allow \
                `--max-instances 3` or more";
    assert!(refused.stderr.contains(says), "{refused:?}");
    let server = Server::start(&folder, &["--max-instances", "4", "app.cwasm"]);
    let address = server.address();
    let clients: Vec<_> = (0..8).map(|_| thread::spawn(move || get(address, "/").status)).collect();
    let answers: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    assert_eq!(answers, [200; 8]);
}

/// A component by hand, which doesn't end the body of its answer.
fn text_guest() -> String {
    std::fs::read_to_string(root().join("tests/guests/unfinished.wat")).unwrap()
}

/// Compiles a component's text into `app.cwasm`.
fn compile_text(folder: &Folder, text: &str) {
    let text = folder.write("app.wat", text);
    let ended = folder.precompile(["-W", "epoch-interruption", text.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
