//! Several components, by host and path; and the log of requests.

use crate::client::{Connection, get, request};
use crate::server::Server;
use crate::{compile, folder};
use serde_json::Value;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;
use support::{Folder, Runner, runner};

#[test]
fn requests_find_their_component() {
    let folder = Folder::new();
    compile(&folder, "app", "p2", "winch", &[]);
    folder.write(
        "sites.toml",
        r#"
[[site]]
component = "app.cwasm"
env = { GREETING = "for all" }

[[site]]
host = "One.example"
component = "app.cwasm"
env = { GREETING = "for one" }

[[site]]
host = "one.example"
path = "/below/"
component = "app.cwasm"
env = { GREETING = "below" }
"#,
    );
    let server = Server::start(&folder, &["--sites", "sites.toml", "--env", "OTHER=1"]);
    let of =
        |host: &str, path: &str| request(server.address(), "GET", path, &[&format!("host: {host}")], "").body;
    assert_eq!(of("localhost", "/environment"), "for all");
    assert_eq!(of("one.example:80", "/environment"), "for one");
    assert_eq!(of("ONE.example.", "/"), "hello\n");
    assert_eq!(of("ONE.example.", "/environment"), "for one");
    assert_eq!(of("one.example", "/below/environment"), "below");
    assert_eq!(of("one.example", "/belowenvironment"), "no such page\n");
    assert_eq!(of("other.example", "/environment"), "for all");
}

#[test]
fn mistakes_in_the_file_are_named() {
    let folder = folder("p2", "winch", &[]);
    for (text, says) in [
        ("", "missing field `site`"),
        ("site = []", "it lists no `[[site]]`"),
        ("[[site]]\npath = '/a'", "missing field `component`"),
        ("[[site]]\ncomponent = 'app.cwasm'\nroute = '/a'", "unknown field `route`"),
        ("[[site]]\ncomponent = 'app.cwasm'\npath = 'a'", "the path `a` doesn't begin with `/`"),
        (
            "[[site]]\ncomponent = 'app.cwasm'\n[[site]]\ncomponent = 'app.cwasm'\npath = '/'",
            "two sites have the requests",
        ),
        ("[[site]]\ncomponent = 'none.cwasm'", "none.cwasm"),
    ] {
        folder.write("sites.toml", text);
        let ended = folder.run(Runner::Full, ["serve", "--addr", "127.0.0.1:0", "--sites", "sites.toml"]);
        assert_eq!(ended.code, Some(125), "{text}: {ended:?}");
        assert!(ended.stderr.contains(says), "{text}: {ended:?}");
    }
}

/// Each request has a line with what came of it, also those that no guest answered.
#[test]
fn requests_are_logged() {
    let folder = folder("p2", "winch", &[]);
    let server = Server::start(
        &folder,
        &["--access-log", "log", "--health", "/healthy", "--timeout", "5s", "app.cwasm"],
    );
    for (path, status) in [("/", 200), ("/healthy", 200), ("/trap", 500), ("/nowhere?a=1", 404)] {
        assert_eq!(get(server.address(), path).status, status, "{path}");
    }
    assert_eq!(server.end().code, Some(0));
    let log = std::fs::read_to_string(folder.join("log")).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let facts: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["path"].as_str().unwrap(),
                line["status"].as_u64().unwrap(),
                line["bytes"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(&facts[..2], [("/", 200, 6), ("/healthy", 200, 3)], "{log}");
    assert_eq!((facts[2].0, facts[2].1), ("/trap", 500), "{log}");
    assert_eq!((facts[3].0, facts[3].1), ("/nowhere?a=1", 404), "{log}");
    assert!(lines[2]["error"].as_str().unwrap().contains("unreachable"), "{log}");
    assert_eq!(lines[0]["component"], "app.cwasm", "{log}");
    assert!(lines[0]["time"].as_str().unwrap().ends_with('Z'), "{log}");
}

/// Health and metrics may have an address of their own, and the guests have all paths of theirs.
#[test]
fn health_and_metrics_are_apart_where_asked() {
    let folder = folder("p2", "winch", &[]);
    let arguments = ["--admin", "127.0.0.1:0", "--health", "/", "--metrics", "/metrics", "app.cwasm"];
    let server = Server::start(&folder, &arguments);
    let line = server.wait_for("health and metrics on http://");
    let address = line.trim_start_matches("health and metrics on http://").trim_end_matches('/');
    let admin = |path: &str| Connection::open(address.parse().unwrap()).request("GET", path, &[], "");
    assert_eq!(get(server.address(), "/").ok("guest"), "hello\n");
    assert_eq!(get(server.address(), "/metrics").status, 404);
    assert_eq!(admin("/").ok("health"), "ok\n");
    assert!(admin("/metrics").ok("metrics").ends_with("# EOF\n"));
    assert_eq!(admin("/version").status, 404);
}

/// Clients that come while the components are opened wait, and are answered.
#[test]
fn clients_that_come_early_wait() {
    let folder = folder("p2", "winch", &[]);
    // Where the server reads its sites from a pipe, it opens no component before the test says so.
    let sites = folder.join("sites");
    assert!(Command::new("mkfifo").arg(&sites).status().unwrap().success());
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let early = thread::spawn(move || {
        while TcpStream::connect(address).is_err() {
            thread::sleep(Duration::from_millis(1));
        }
        let mut client = Connection::open(address);
        client.send("GET", "/", &[], "");
        assert!(!client.is_answered_within(Duration::from_millis(50)));
        std::fs::write(sites, "[[site]]\ncomponent = \"app.cwasm\"\n").unwrap();
        client.receive()
    });
    let mut command = folder.command(runner(Runner::Full));
    command.args(["serve", "--addr", &address.to_string(), "--sites", "sites"]);
    let server = Server::spawn(command);
    assert_eq!(early.join().unwrap().ok("early"), "hello\n");
    assert_eq!(server.end().code, Some(0));
}
