//! Sockets of components, which reach the addresses that they are given.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::thread;
use support::{BACKENDS, Folder, Runner, root, runner};

/// Compiles a component.
fn compile(folder: &Folder, name: &str, backend: &str) {
    let module = root().join(format!("tests/guests/{name}.wasm"));
    let output = format!("{name}.cwasm");
    let ended = folder.precompile(["--backend", backend, module.to_str().unwrap(), "-o", &output]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// A server that answers each connection with four bytes.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut text = [0; 4];
            // A guest that may not connect comes no further.
            let _ = stream.read_exact(&mut text).and_then(|()| stream.write_all(b"pong"));
        }
    });
    address
}

/// A guest connects where it may, by both versions of WASI.
#[test]
fn guests_connect_where_they_may() {
    let address = server();
    let (port, other) = (address.port(), address.port() ^ 1);
    let folder = Folder::new();
    for (name, denied) in [("sockets-p2", "PermissionDenied\n"), ("command-p3", "ErrorCode::AccessDenied\n")]
    {
        for backend in BACKENDS {
            compile(&folder, name, backend);
            for (rule, answer) in [
                (None, denied),
                (Some(format!("127.0.0.1:{port}")), "pong\n"),
                (Some("127.0.0.0/8".into()), "pong\n"),
                (Some(format!("localhost:{port}")), "pong\n"),
                (Some(format!("127.0.0.1:{other}")), denied),
                (Some(format!("10.0.0.0/8:{port}")), denied),
                (Some("::/0".into()), denied),
            ] {
                let options = rule.iter().flat_map(|rule| ["--tcp", rule]);
                let artifact = format!("{name}.cwasm");
                let call = [&artifact, "connect", &address.to_string()].map(str::to_owned);
                let ended = folder.run(Runner::Full, options.map(str::to_owned).chain(call));
                assert_eq!(
                    (ended.code, ended.stdout.as_str()),
                    (Some(0), answer),
                    "{name} {backend} {rule:?}: {ended:?}"
                );
            }
            // Datagrams are another right.
            let artifact = format!("{name}.cwasm");
            let ended =
                folder.run(Runner::Full, ["--udp", "127.0.0.1", &artifact, "connect", &address.to_string()]);
            assert_eq!(ended.stdout, denied, "{name} {backend}: {ended:?}");
        }
    }
}

/// A guest listens where it may, and hears whoever connects.
#[test]
fn guests_listen_where_they_may() {
    let folder = Folder::new();
    compile(&folder, "sockets-p2", "winch");
    let ended = folder.run(Runner::Full, ["--tcp", "10.0.0.1", "sockets-p2.cwasm", "listen", "127.0.0.1:0"]);
    assert_eq!(ended.stdout, "PermissionDenied\n", "{ended:?}");
    let mut command = Command::new(runner(Runner::Full));
    command.current_dir(folder.path()).args([
        "--tcp",
        "127.0.0.1",
        "sockets-p2.cwasm",
        "listen",
        "127.0.0.1:0",
    ]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    TcpStream::connect(line.trim()).unwrap().write_all(b"heard").unwrap();
    line.clear();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "heard\n");
    assert!(child.wait().unwrap().success());
}

#[test]
fn guests_send_datagrams_where_they_may() {
    let folder = Folder::new();
    compile(&folder, "sockets-p2", "cranelift");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut text = [0; 4];
        let (_, from) = socket.recv_from(&mut text).unwrap();
        socket.send_to(b"pong", from).unwrap();
    });
    let send = |rule: &[&str]| {
        let call = ["sockets-p2.cwasm", "send", &address.to_string()].map(str::to_owned);
        folder.run(Runner::Full, rule.iter().map(|text| text.to_string()).chain(call)).stdout
    };
    assert_eq!(send(&[]), "PermissionDenied\n");
    assert_eq!(send(&["--tcp", "127.0.0.1"]), "PermissionDenied\n");
    assert_eq!(send(&["--udp", "127.0.0.2"]), "PermissionDenied\n");
    assert_eq!(send(&["--udp", "127.0.0.1"]), "pong\n");
}

/// A guest looks up the names of the command line, and no others.
#[test]
fn guests_look_up_what_they_may() {
    let folder = Folder::new();
    compile(&folder, "sockets-p2", "winch");
    let look_up = |rule: &[&str], name: &str| {
        let call = ["sockets-p2.cwasm", "lookup", name].map(str::to_owned);
        folder.run(Runner::Full, rule.iter().map(|text| text.to_string()).chain(call)).stdout
    };
    assert_eq!(look_up(&[], "localhost"), "PermissionDenied\n");
    assert_eq!(look_up(&["--tcp", "127.0.0.1"], "localhost"), "PermissionDenied\n");
    assert!(["127.0.0.1\n", "::1\n"].contains(&look_up(&["--tcp", "localhost:80"], "LOCALHOST").as_str()));
    assert_eq!(look_up(&["--tcp", "localhost:80"], "example.com"), "PermissionDenied\n");
}

#[test]
fn mistakes_in_addresses_are_named() {
    let folder = Folder::new();
    compile(&folder, "sockets-p2", "winch");
    for (option, text, says) in [
        ("--tcp", "127.0.0.1:99999", "`127.0.0.1:99999` is no address: give an IP address"),
        ("--udp", "http://a", "`http://a` is no address"),
        ("--tcp", "no-such-host.invalid:1", "can't look up `no-such-host.invalid`"),
        ("--http", "http://a", "`http://a` is no server: give HOST"),
    ] {
        let ended = folder.run(Runner::Full, [option, text, "sockets-p2.cwasm", "lookup", "a"]);
        assert_eq!(ended.code, Some(125), "{ended:?}");
        assert!(ended.stderr.contains(says), "{text}: {ended:?}");
    }
}
