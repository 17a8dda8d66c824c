//! A client of HTTP, which reads answers as they come.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The time in which an answer must come.
const LONGEST: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The body ended as its head said.
    pub(crate) is_whole: bool,
}

impl Response {
    /// The body of a good answer.
    pub(crate) fn ok(self, of: &str) -> String {
        assert!(self.status == 200 && self.is_whole, "{of}: {} {}", self.status, self.body);
        self.body
    }
}

/// A connection to a server.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Opens a connection.
    pub(crate) fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LONGEST)).unwrap();
        Connection(BufReader::new(stream))
    }

    /// Sends a request.
    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[&str], body: &str) {
        let mut text = format!("{method} {path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
        if !headers.iter().any(|header| header.starts_with("host:")) {
            text += "host: localhost\r\n";
        }
        headers.iter().for_each(|header| text += &format!("{header}\r\n"));
        let _ = self.0.get_mut().write_all(format!("{text}\r\n{body}").as_bytes());
    }

    /// Returns true if an answer begins within this time.
    pub(crate) fn is_answered_within(&mut self, time: Duration) -> bool {
        self.0.get_ref().set_read_timeout(Some(time)).unwrap();
        let has_begun = self.0.fill_buf().is_ok();
        self.0.get_ref().set_read_timeout(Some(LONGEST)).unwrap();
        has_begun
    }

    /// Reads an answer.
    pub(crate) fn receive(&mut self) -> Response {
        let status = self.line();
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let (mut length, mut is_chunked) = (0, false);
        loop {
            let line = self.line().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            is_chunked |=
                line.strip_prefix("transfer-encoding:").is_some_and(|value| value.trim() == "chunked");
        }
        let mut body = Vec::new();
        let is_whole = if is_chunked { self.chunks(&mut body) } else { self.read(length, &mut body) };
        Response { status, body: String::from_utf8_lossy(&body).into_owned(), is_whole }
    }

    /// Sends a request, and reads the answer.
    pub(crate) fn request(&mut self, method: &str, path: &str, headers: &[&str], body: &str) -> Response {
        self.send(method, path, headers, body);
        self.receive()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let _ = self.0.read_line(&mut line);
        line.trim_end().into()
    }

    /// Reads a body of a length. Returns false where it ends before.
    fn read(&mut self, length: u64, body: &mut Vec<u8>) -> bool {
        let read = self.0.by_ref().take(length).read_to_end(body);
        read.is_ok_and(|read| read as u64 == length)
    }

    /// Reads a body in chunks. Returns false where the last one is missing.
    fn chunks(&mut self, body: &mut Vec<u8>) -> bool {
        loop {
            let Ok(length) = u64::from_str_radix(&self.line(), 16) else { return false };
            if !self.read(length, body) {
                return false;
            }
            self.line();
            if length == 0 {
                return true;
            }
        }
    }
}

/// Sends a request over a connection of its own.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[&str],
    body: &str,
) -> Response {
    Connection::open(address).request(method, path, headers, body)
}

/// Gets a path.
pub(crate) fn get(address: SocketAddr, path: &str) -> Response {
    request(address, "GET", path, &[], "")
}
