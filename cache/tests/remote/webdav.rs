//! A server with the few WebDAV methods that are used, and with planted faults.

use crate::listen::{Seen, listen};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The behaviour of a server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Good,
    /// Every answer takes [`FAR`].
    Far,
    /// The same, and there is one answer at a time.
    FarInTurn,
    Hangs,
    Fails,
    /// The first read and the first write fail as overloaded.
    FailsOnce,
    /// The first of each kind of request gets this status.
    AnswersOnce {
        status: u16,
        retry_after: Option<u32>,
    },
    /// Every request gets this status.
    Answers {
        status: u16,
        retry_after: Option<u32>,
    },
    /// Everything is said to be there, and nothing is.
    FindsWhatIsGone,
    /// Nothing is said to be there.
    DeniesWhatIsThere,
    /// The connection closes in the middle of the first object.
    ClosesOnce,
    /// Reads are forbidden.
    ForbidsReaders,
    /// Reads are forbidden, in 10,000 bytes.
    ForbidsReadersAtLength,
    /// Reads are taken for wrong requests.
    RejectsReaders,
    /// Reads fail with an endless error.
    FailsReadersForEver,
    /// Responses have endless headers.
    HeadsForEver,
    /// Objects come in a chunk of announced 1 PiB.
    SendsChunkForEver,
    /// Reads fail, and writes get no response.
    FailsReaders,
    /// Writes fail, and reads find nothing.
    FailsWriters,
    /// Writes fail with an endless error.
    FailsWritersForEver,
    SendsGarbage,
    Drips,
    SendsTooMuch,
    ClosesEarly,
}

/// The time that the answers of a far server take.
pub(crate) const FAR: Duration = Duration::from_millis(50);

type Objects = Mutex<HashMap<String, Vec<u8>>>;

/// Starts a server on the loopback interface. Returns its URL.
pub(crate) fn serve(server: Server) -> String {
    watched(server).0
}

/// Like [`serve`], and also returns the requests that it sees.
pub(crate) fn watched(server: Server) -> (String, Arc<Seen>) {
    let (objects, seen) = (Objects::default(), Arc::new(Seen::default()));
    let sees = Arc::clone(&seen);
    let address = listen(move |stream| answers(server, stream, &objects, &sees));
    (format!("webdav://user:secret@{address}/store"), seen)
}

fn answers(server: Server, mut stream: &TcpStream, objects: &Objects, seen: &Seen) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let endless = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";
    while let Some((method, path, body)) = request(&mut reader)? {
        let first = match method.as_str() {
            "GET" => seen.reads.fetch_add(1, SeqCst) == 0,
            "HEAD" => seen.questions.fetch_add(1, SeqCst) == 0,
            "PUT" => seen.writes.fetch_add(1, SeqCst) == 0,
            "MKCOL" => seen.folders.fetch_add(1, SeqCst) == 0,
            _ => false,
        };
        match server {
            Server::FailsOnce if first => write!(stream, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")?,
            Server::AnswersOnce { status, retry_after } if first => busy(stream, status, retry_after)?,
            Server::Answers { status, retry_after } => busy(stream, status, retry_after)?,
            Server::FindsWhatIsGone if method == "HEAD" => {
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")?
            }
            Server::DeniesWhatIsThere if method == "HEAD" => {
                write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?
            }
            Server::ClosesOnce if first && method == "GET" => {
                return write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n.");
            }
            Server::ForbidsReaders => write!(stream, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")?,
            Server::ForbidsReadersAtLength => write!(
                stream,
                "HTTP/1.1 403 No\r\nContent-Length: 10000\r\n\r\n{}",
                "<p>".repeat(2500) + &"-".repeat(2500)
            )?,
            Server::RejectsReaders => write!(stream, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")?,
            Server::FailsReadersForEver => {
                write!(stream, "HTTP/1.1 500 Oops\r\nContent-Length: 100000000000\r\n\r\n")?;
                return seen.flood(stream, b".");
            }
            Server::HeadsForEver => {
                write!(stream, "HTTP/1.1 200 OK\r\n")?;
                return seen.flood(stream, b"X-More: of it\r\n");
            }
            Server::SendsChunkForEver => {
                write!(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4000000000000\r\n")?;
                return seen.flood(stream, b".");
            }
            Server::Good
            | Server::Far
            | Server::FarInTurn
            | Server::FailsOnce
            | Server::AnswersOnce { .. }
            | Server::FindsWhatIsGone
            | Server::DeniesWhatIsThere
            | Server::ClosesOnce => {
                if server == Server::Far {
                    thread::sleep(FAR);
                }
                let mut objects = objects.lock().unwrap();
                if server == Server::FarInTurn {
                    thread::sleep(FAR);
                }
                let (status, content) = match (method.as_str(), objects.get(&path)) {
                    ("PUT", _) => {
                        objects.insert(path, body);
                        ("201 Created", Vec::new())
                    }
                    ("MKCOL", _) => ("201 Created", Vec::new()),
                    ("GET" | "HEAD", Some(content)) => ("200 OK", content.clone()),
                    _ => ("404 Not Found", Vec::new()),
                };
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", content.len())?;
                if method != "HEAD" {
                    stream.write_all(&content)?;
                }
            }
            Server::Hangs => thread::sleep(Duration::from_secs(60)),
            Server::FailsReaders if !matches!(&*method, "GET" | "HEAD") => {
                thread::sleep(Duration::from_secs(60))
            }
            Server::Fails | Server::FailsReaders => {
                write!(stream, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")?
            }
            Server::FailsWriters | Server::FailsWritersForEver if matches!(&*method, "GET" | "HEAD") => {
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
                return seen.flood(stream, b".");
            }
            Server::ClosesEarly => return stream.write_all(endless),
        }
    }
    Ok(())
}

/// Answers that the server is busy.
fn busy(mut stream: &TcpStream, status: u16, retry_after: Option<u32>) -> std::io::Result<()> {
    let after = retry_after.map_or_else(String::new, |seconds| format!("Retry-After: {seconds}\r\n"));
    write!(stream, "HTTP/1.1 {status} Busy\r\n{after}Content-Length: 0\r\n\r\n")
}

/// Starts a server in the manner of S3 that takes every request for one of another time. Returns its URL.
pub(crate) fn skewed() -> String {
    let address = listen(|mut stream| {
        let mut reader = BufReader::new(stream);
        while request(&mut reader)?.is_some() {
            let body = "<?xml version=\"1.0\"?><Error><Code>RequestTimeTooSkewed</Code><Message>The difference \
                        between the request time and the current time is too large.</Message></Error>";
            write!(stream, "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
        }
        Ok(())
    });
    format!("http://{address}")
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
