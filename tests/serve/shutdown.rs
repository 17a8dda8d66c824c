//! The end of a server.

use crate::client::{Connection, get};
use crate::folder;
use crate::server::Server;
use std::thread;
use std::time::Duration;

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
