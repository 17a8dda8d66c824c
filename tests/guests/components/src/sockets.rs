//! A command of WASI 0.2 that uses sockets: `connect ADDRESS`, `listen ADDRESS`, `send ADDRESS`, and `lookup NAME`. It
//! prints what it receives, or the error.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let what = match (arguments[1].as_str(), arguments[2].as_str()) {
        ("connect", address) => connect(address),
        ("listen", address) => listen(address),
        ("send", address) => send(address),
        (_, name) => (name, 0).to_socket_addrs().map(|mut found| found.next().unwrap().ip().to_string()),
    };
    println!("{}", what.unwrap_or_else(|error| format!("{:?}", error.kind())));
}

fn connect(address: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"ping")?;
    let mut text = [0; 4];
    stream.read_exact(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn listen(address: &str) -> std::io::Result<String> {
    let listener = TcpListener::bind(address)?;
    println!("{}", listener.local_addr()?);
    let mut text = String::new();
    listener.accept()?.0.read_to_string(&mut text)?;
    Ok(text)
}

fn send(address: &str) -> std::io::Result<String> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.send_to(b"ping", address)?;
    let mut text = [0; 4];
    let (length, _) = socket.recv_from(&mut text)?;
    Ok(String::from_utf8_lossy(&text[..length]).into_owned())
}
