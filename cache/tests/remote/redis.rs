//! A server with the few Redis commands that are used, and with planted faults.

use crate::listen::{Seen, listen};
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use std::time::Duration;

/// The behaviour of a server.
#[derive(Clone, Copy)]
pub(crate) struct Server {
    /// The only accepted password.
    pub(crate) password: &'static str,
    /// The time before every response.
    pub(crate) delay: Duration,
    /// The length that it announces for every object, in bytes.
    pub(crate) length: Option<u64>,
    /// The time after which it closes an idle connection.
    pub(crate) closes_after: Duration,
    /// A request that gets an endless response: the response's start, and the part that is repeated without end.
    pub(crate) lie: Option<(Asked, &'static str, &'static str)>,
    /// The response to the first request for a length. An empty one closes the connection.
    pub(crate) at_first: Option<&'static str>,
}

/// A request that gets a false response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Password,
    Length,
    Part,
}

pub(crate) const GOOD: Server = Server {
    password: "secret",
    delay: Duration::ZERO,
    length: None,
    closes_after: Duration::from_secs(60),
    lie: None,
    at_first: None,
};

/// Starts a server on the loopback interface. Returns its URL.
pub(crate) fn serve(server: Server) -> String {
    watched(server).0
}

/// Like [`serve`], and also returns the requests that it sees.
pub(crate) fn watched(server: Server) -> (String, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let sees = Arc::clone(&seen);
    let address = listen(move |stream| answers(server, stream, &sees));
    (format!("redis://:secret@{address}/0"), seen)
}

/// The seconds that each key of a server may live, of those that have an end.
pub(crate) fn lives(seen: &Seen) -> HashMap<String, u64> {
    let kept = seen.kept.lock().unwrap();
    let lives = kept.iter().filter_map(|(key, (_, life))| Some((key, (*life)?)));
    lives.map(|(key, life)| (String::from_utf8_lossy(key).into_owned(), life)).collect()
}

/// Has a server lose keys, as one that is short of memory.
pub(crate) fn evict(seen: &Seen, is_lost: impl Fn(&str) -> bool) {
    seen.kept.lock().unwrap().retain(|key, _| !is_lost(&String::from_utf8_lossy(key)));
}

fn answers(server: Server, mut stream: &TcpStream, seen: &Seen) -> io::Result<()> {
    stream.set_read_timeout(Some(server.closes_after))?;
    let mut reader = BufReader::new(stream);
    loop {
        let command = command(&mut reader)?;
        let words: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
        let asked = match words.first() {
            Some(&b"AUTH") => Some(Asked::Password),
            Some(&b"STRLEN") => Some(Asked::Length),
            Some(&b"GETRANGE") => Some(Asked::Part),
            _ => None,
        };
        let first = asked == Some(Asked::Length) && seen.reads.fetch_add(1, SeqCst) == 0;
        match (server.lie, server.at_first) {
            (Some((about, answer, more)), _) if asked == Some(about) => {
                stream.write_all(answer.as_bytes())?;
                return seen.flood(stream, more.as_bytes());
            }
            (_, Some("")) if first => return Ok(()),
            (_, Some(answer)) if first => {
                stream.write_all(answer.as_bytes())?;
                continue;
            }
            _ => {}
        }
        let mut objects = seen.kept.lock().unwrap();
        let answer = match words.as_slice() {
            [b"AUTH", password] if *password == server.password.as_bytes() => b"+OK\r\n".to_vec(),
            [b"AUTH", ..] => b"-WRONGPASS invalid username-password pair\r\n".to_vec(),
            [b"PING"] => b"+PONG\r\n".to_vec(),
            [b"EXISTS", key] => {
                seen.questions.fetch_add(1, SeqCst);
                format!(":{}\r\n", u8::from(objects.contains_key(*key))).into_bytes()
            }
            [b"STRLEN", key] => {
                let length = objects.get(*key).map_or(0, |(object, _)| object.len() as u64);
                format!(":{}\r\n", server.length.unwrap_or(length)).into_bytes()
            }
            [b"GETRANGE", key, start, end] => {
                let object = objects.get(*key).map_or(&[][..], |(object, _)| object);
                let end = (number(end)? + 1).min(object.len());
                let part = object.get(number(start)?..end).unwrap_or_default();
                [format!("${}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat()
            }
            [b"SET", key, object, life @ ..] => {
                seen.writes.fetch_add(1, SeqCst);
                let life = match life {
                    [b"EX", seconds] => Some(number(seconds)? as u64),
                    _ => None,
                };
                objects.insert(key.to_vec(), (object.to_vec(), life));
                b"+OK\r\n".to_vec()
            }
            [b"PERSIST", key] => {
                let known = objects.get_mut(*key).map(|(_, life)| life.take().is_some());
                format!(":{}\r\n", u8::from(known == Some(true))).into_bytes()
            }
            // The client's name and version.
            [b"CLIENT" | b"SELECT", ..] => b"+OK\r\n".to_vec(),
            _ => b"-ERR unknown command\r\n".to_vec(),
        };
        drop(objects);
        // Commands that came together are answered together.
        if reader.buffer().is_empty() {
            thread::sleep(server.delay);
        }
        stream.write_all(&answer)?;
    }
}

/// A command and its arguments.
fn command(reader: &mut BufReader<&TcpStream>) -> io::Result<Vec<Vec<u8>>> {
    let words = header(reader)?;
    let word = |_| {
        let mut word = vec![0; header(reader)?];
        reader.read_exact(&mut word)?;
        reader.read_exact(&mut [0; 2])?;
        Ok(word)
    };
    (0..words).map(word).collect()
}

/// The number in a line such as `$3`.
fn header(reader: &mut BufReader<&TcpStream>) -> io::Result<usize> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    number(line.trim_end().get(1..).unwrap_or_default().as_bytes())
}

fn number(text: &[u8]) -> io::Result<usize> {
    let text = std::str::from_utf8(text).map_err(io::Error::other)?;
    text.parse().map_err(io::Error::other)
}
