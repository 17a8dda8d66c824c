//! The end of a server.

use crate::client::{Connection, get};
use crate::server::Server;
use crate::{folder, uninterruptible};
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use support::{Folder, Runner, runner};

/// Requests that have begun get their answers, and then the server ends with 0.
#[test]
fn requests_in_flight_are_answered() {
    for signal in ["TERM", "INT"] {
        let folder = folder("p2", "winch", &[]);
        let server = Server::start(&folder, &["app.cwasm"]);
        let mut slow: Vec<_> = (0..4).map(|_| Connection::open(server.address())).collect();
        slow.iter_mut().for_each(|connection| connection.send("GET", "/slow", &[], ""));
        // A client that keeps its connection, and asks for nothing.
        let mut kept = Connection::open(server.address());
        assert_eq!(kept.request("GET", "/", &[], "").ok(signal), "hello\n");
        thread::sleep(Duration::from_millis(100));
        server.signal(signal);
        for connection in &mut slow {
            assert_eq!(connection.receive().ok(signal), "slow\n");
        }
        assert_eq!(server.wait().code, Some(0), "{signal}");
    }
}

/// A second signal doesn't wait.
#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["app.cwasm"]);
    let mut endless = Connection::open(server.address());
    endless.send("GET", "/endless", &[], "");
    assert_eq!(get(server.address(), "/").ok("beside it"), "hello\n");
    server.signal("TERM");
    thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    assert_eq!(server.wait().code, Some(143));
}

/// A client that has sent a part of a request keeps no server.
#[test]
fn half_a_request_is_not_waited_for() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(&folder, &["app.cwasm"]);
    let mut half = TcpStream::connect(server.address()).unwrap();
    half.write_all(b"GET / HT").unwrap();
    assert_eq!(get(server.address(), "/").ok("beside it"), "hello\n");
    let began = Instant::now();
    assert_eq!(server.end().code, Some(0));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

/// Guests that have all threads don't keep the server beyond its time, though the executor's timers stand still.
#[test]
fn guests_with_all_threads_keep_no_server() {
    let folder = uninterruptible();
    let server = Server::start(&folder, &["--timeout", "1s", "app.cwasm"]);
    let threads = thread::available_parallelism().unwrap().get();
    let mut loops: Vec<_> = (0..threads + 2).map(|_| Connection::open(server.address())).collect();
    loops.iter_mut().for_each(|connection| connection.send("GET", "/loop", &[], ""));
    thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    assert_eq!(server.end().code, Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// A file that takes long to open isn't waited for.
#[test]
fn a_signal_ends_a_server_that_opens_its_files() {
    let folder = Folder::new();
    let status = Command::new("mkfifo").arg(folder.join("app.cwasm")).status();
    assert!(status.unwrap().success());
    let mut command = folder.command(runner(Runner::Full));
    let mut child = command.args(["serve", "--addr", "127.0.0.1:0", "app.cwasm"]).spawn().unwrap();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(child.try_wait().unwrap(), None);
    let status = Command::new("kill").arg(child.id().to_string()).status();
    assert!(status.unwrap().success());
    let code = child.wait().unwrap();
    assert!(code.code() == Some(143) || code.signal() == Some(15), "{code:?}");
}

/// A server that a shell starts in the background goes on where the shell is interrupted.
#[test]
fn signals_that_are_ignored_stay_ignored() {
    let folder = folder("p2", "winch", &[]);
    let mut command = folder.command("sh");
    let script = r#"trap "" INT; exec "$0" serve --addr 127.0.0.1:0 app.cwasm"#;
    command.args(["-c", script]).arg(runner(Runner::Full));
    let server = Server::spawn(command);
    server.signal("INT");
    thread::sleep(Duration::from_millis(300));
    assert_eq!(get(server.address(), "/").ok("after it"), "hello\n");
    assert_eq!(server.end().code, Some(0));
}
