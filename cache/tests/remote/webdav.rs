//! A server of WebDAV's smallest part, and of all that it does wrong.

use crate::listen::listen;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// How a server answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Good,
    Hangs,
    Fails,
    /// Answers who reads with an error, and who writes never.
    FailsReaders,
    /// Answers who writes with an error, and has nothing for who reads.
    FailsWriters,
    /// Answers who writes with an error, of which it says more and more.
    FailsWritersForEver,
    SendsGarbage,
    Drips,
    SendsTooMuch,
    ClosesEarly,
}

type Objects = Mutex<HashMap<String, Vec<u8>>>;

/// Starts one, on this machine alone. Returns its URL.
pub(crate) fn serve(server: Server) -> String {
    let objects = Objects::default();
    format!("webdav://user:secret@{}/store", listen(move |stream| answers(server, stream, &objects)))
}

fn answers(server: Server, mut stream: &TcpStream, objects: &Objects) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let endless = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";
    while let Some((method, path, body)) = request(&mut reader)? {
        match server {
            Server::Good => {
                let mut objects = objects.lock().unwrap();
                let (status, content) = match (method.as_str(), objects.get(&path)) {
                    ("PUT", _) => {
                        objects.insert(path, body);
                        ("201 Created", Vec::new())
                    }
                    ("MKCOL", _) => ("201 Created", Vec::new()),
                    ("GET", Some(content)) => ("200 OK", content.clone()),
                    _ => ("404 Not Found", Vec::new()),
                };
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", content.len())?;
                stream.write_all(&content)?;
            }
            Server::Hangs => thread::sleep(Duration::from_secs(60)),
            Server::FailsReaders if method != "GET" => thread::sleep(Duration::from_secs(60)),
            Server::Fails | Server::FailsReaders => {
                write!(stream, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")?
            }
            Server::FailsWriters | Server::FailsWritersForEver if method == "GET" => {
                write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?
            }
            Server::FailsWriters => write!(stream, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")?,
            Server::FailsWritersForEver => {
                write!(stream, "HTTP/1.1 403 No\r\nContent-Length: 100000000\r\n\r\n")?;
                // Less than the client's limit for one object.
                stream.write_all(&[b'.'; 1 << 18])?;
                thread::sleep(Duration::from_secs(60));
            }
            Server::SendsGarbage => return stream.write_all(&[0xfe; 4096]),
            Server::Drips => {
                stream.write_all(endless)?;
                loop {
                    stream.write_all(b".")?;
                    thread::sleep(Duration::from_millis(50));
                }
            }
            Server::SendsTooMuch => {
                stream.write_all(endless)?;
                loop {
                    stream.write_all(&[b'.'; 1 << 16])?;
                }
            }
            Server::ClosesEarly => return stream.write_all(endless),
        }
    }
    Ok(())
}

/// The method, the path and the body of a request.
fn request(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<(String, String, Vec<u8>)>> {
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        match header.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(0);
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((method.into(), path.into(), body)))
}
