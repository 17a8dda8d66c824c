//! Shared stores that work, and all the ways in which they don't.

#![cfg(feature = "remote")]

use precompile_cache::remote::{Limits, Mode, Remote};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const LIMITS: Limits = Limits {
    idle: Duration::from_millis(400),
    transfer: Duration::from_millis(1200),
    finish: Duration::from_millis(800),
    max_bytes: 1 << 20,
};
/// What one failure may take: the longest limit, and some time for a slow machine.
const ONCE: Duration = Duration::from_millis(3500);

fn connect(url: &str, mode: Mode) -> Remote {
    Remote::connect(url, mode, LIMITS, &|_| None).unwrap()
}

/// How a server answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    Good,
    Hangs,
    Fails,
    SendsGarbage,
    Drips,
    SendsTooMuch,
    ClosesEarly,
}

type Objects = Mutex<HashMap<String, Vec<u8>>>;

/// A server of WebDAV's smallest part, on this machine alone. Returns its URL.
fn serve(server: Server) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("webdav://user:secret@{}/store", listener.local_addr().unwrap());
    let objects: Arc<Objects> = Arc::default();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let objects = Arc::clone(&objects);
            // A client that went away is no concern of the server's.
            thread::spawn(move || answers(server, &stream, &objects).unwrap_or_default());
        }
    });
    url
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
            Server::Fails => write!(stream, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")?,
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

#[test]
fn what_is_put_is_got() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("file://{}", folder.path().display());
    for url in [serve(Server::Good), file] {
        let remote = connect(&url, Mode::ReadWrite);
        assert_eq!(remote.get("v1/ab/cdef").unwrap(), None, "{url}");
        let object = vec![7; 300_000];
        let copy = object.clone();
        remote.put("v1/ab/cdef".into(), || Some(copy));
        remote.put("v1/ab/nothing".into(), || None);
        remote.finish().unwrap();
        let other = connect(&url, Mode::ReadOnly);
        assert_eq!(other.get("v1/ab/cdef").unwrap(), Some(object), "{url}");
        assert_eq!(other.get("v1/ab/nothing").unwrap(), None, "{url}");
        other.put("v1/ab/cdef".into(), || panic!("it is only read"));
        other.finish().unwrap();
    }
}

/// Each failure is one error within bounds, however many ask; from then on nothing is asked.
#[test]
fn a_store_fails_once() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = format!("webdav://user:secret@{closed}/store");
    let servers = [
        (serve(Server::Hangs), "sent nothing for 0.4 s"),
        (serve(Server::Fails), "500"),
        (serve(Server::SendsGarbage), ""),
        (serve(Server::Drips), "took longer than 1.2 s"),
        (serve(Server::SendsTooMuch), "more than 1048576 bytes"),
        (serve(Server::ClosesEarly), ""),
        (refused, ""),
    ];
    for (url, words) in servers {
        let remote = connect(&url, Mode::ReadWrite);
        let start = Instant::now();
        let errors: Vec<_> = thread::scope(|scope| {
            let ask = || scope.spawn(|| remote.get("v1/ab/cdef"));
            let asked: Vec<_> = (0..8).map(|_| ask()).collect();
            asked.into_iter().filter_map(|asked| asked.join().unwrap().err()).collect()
        });
        assert!(start.elapsed() < ONCE, "{words}: {:?}", start.elapsed());
        let [error] = errors.as_slice() else { panic!("{words}: {errors:?}") };
        let error = error.to_string();
        assert!(error.contains(words) && error.contains("`webdav://127.0.0.1"), "{error}");
        assert!(!error.contains("secret") && error.lines().count() == 1, "{error}");
        let start = Instant::now();
        assert_eq!(remote.get("v1/ab/cdef").unwrap(), None);
        remote.put("v1/ab/cdef".into(), || panic!("it was given up on"));
        remote.finish().unwrap();
        drop(remote);
        assert!(start.elapsed() < Duration::from_millis(200), "{words}: {:?}", start.elapsed());
    }
}

/// Who ends doesn't wait for ever.
#[test]
fn what_can_not_be_stored_is_counted() {
    let servers = [(Server::Hangs, "6 of 6 entries were not stored within 0.8 s"), (Server::Fails, "6 of 6")];
    for (server, words) in servers {
        let remote = connect(&serve(server), Mode::ReadWrite);
        let start = Instant::now();
        for number in 0..6 {
            remote.put(format!("v1/ab/{number}"), || Some(vec![1; 1000]));
        }
        let error = remote.finish().unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        drop(remote);
        assert!(start.elapsed() < ONCE, "{:?}", start.elapsed());
    }
}

#[test]
fn mistakes_in_the_url_are_told() {
    let told = |url: &str| Remote::connect(url, Mode::ReadWrite, LIMITS, &|_| None).unwrap_err().to_string();
    assert!(told("bucket").contains("no URL"), "{}", told("bucket"));
    assert!(told("ftp://host/").contains("use s3, redis"), "{}", told("ftp://host/"));
    assert!(told("s3:///prefix").contains("s3://bucket/prefix"), "{}", told("s3:///prefix"));
    assert!(told("redis://host/first").contains("redis://host:6379/0"), "{}", told("redis://host/first"));
    assert!(told("s3://bucket?regoin=x").contains("knows no `regoin`"), "{}", told("s3://bucket?regoin=x"));
    assert!("both".parse::<Mode>().unwrap_err().to_string().contains("`read-only`"));
}

#[test]
fn no_credentials_are_shown() {
    let remote = connect("redis://user:secret@127.0.0.1:1/0", Mode::ReadWrite);
    let error = remote.get("v1/ab/cdef").unwrap_err();
    for text in [format!("{remote:?}"), remote.name().into(), error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("secret") && text.contains("127.0.0.1"), "{text}");
    }
}
