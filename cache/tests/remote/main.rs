//! Shared stores that work, and that fail in every way.

#![cfg(feature = "remote")]

mod existence;
mod listen;
mod load;
mod redis;
mod scopes;
mod second_level;
mod webdav;

use listen::{FLOOD, Seen, listen};
use precompile_cache::remote::{Mode, Remote, RemoteLimits};
use redis::Asked;
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use std::time::{Duration, Instant};
use webdav::{Server, serve, watched};

const LIMITS: RemoteLimits = RemoteLimits {
    idle: Duration::from_millis(400),
    transfer: Duration::from_millis(1200),
    finish: Duration::from_millis(800),
    max_bytes: 1 << 20,
};
/// The time that one failure may take: the longest limit, and some more for a slow machine.
const ONCE: Duration = Duration::from_millis(3500);

fn connect(url: &str, mode: Mode) -> Remote {
    Remote::connect(url, mode, LIMITS, &|_| None).unwrap()
}

#[test]
fn objects_are_read_as_they_were_written() {
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
        other.put("v1/ab/new".into(), || Some(vec![1; 1000]));
        other.finish().unwrap();
        assert_eq!(remote.get("v1/ab/new").unwrap(), None, "{url}");
    }
}

/// Objects under several names are kept apart, and one may be as large as the limit.
#[test]
fn the_largest_object_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("file://{}", folder.path().display());
    for url in [serve(Server::Good), redis::serve(redis::GOOD), file] {
        let remote = Remote::connect(&url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
        let objects = [vec![7; PATIENT.max_bytes as usize], vec![8; 1000]];
        for (number, object) in objects.clone().into_iter().enumerate() {
            remote.put(format!("v1/ab/{number}"), || Some(object));
        }
        remote.finish().unwrap();
        for (number, object) in objects.into_iter().enumerate() {
            assert!(remote.get(&format!("v1/ab/{number}")).unwrap() == Some(object), "{url} {number}");
        }
        assert_eq!(remote.get("v1/ab/2").unwrap(), None, "{url}");
    }
}

/// Folders are made on the server, unless the URL says that it makes them itself.
#[test]
fn folders_are_made_unless_the_server_makes_them() {
    for (parameter, is_asked) in [("", true), ("?create-dir=n", false)] {
        let (url, seen) = watched(Server::Good);
        let remote = connect(&format!("{url}{parameter}"), Mode::ReadWrite);
        remote.put("v1/ab/cdef".into(), || Some(vec![1; 1000]));
        remote.finish().unwrap();
        assert_eq!(seen.folders.load(SeqCst) > 0, is_asked, "{parameter}");
    }
}

#[test]
fn modes_are_read() {
    assert_eq!("read-write".parse::<Mode>().unwrap(), Mode::ReadWrite);
    assert_eq!("read-only".parse::<Mode>().unwrap(), Mode::ReadOnly);
}

/// A failure is one error within the limits, however many threads read. From then on nothing is requested.
#[test]
fn a_store_fails_once() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = format!("webdav://user:secret@{closed}/store");
    let servers = [
        (serve(Server::Hangs), "sent nothing for 0.4 s"),
        (serve(Server::Fails), "500"),
        (serve(Server::SendsGarbage), "invalid HTTP version"),
        (serve(Server::Drips), "took longer than 1.2 s"),
        (serve(Server::SendsTooMuch), "more than 1048576 bytes"),
        (serve(Server::ClosesEarly), "end of file before message length reached"),
        (refused, "Connection refused"),
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

/// Finishing takes no longer than its limit.
#[test]
fn entries_that_were_not_stored_are_counted() {
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
fn errors_in_the_url_are_reported() {
    let told = |url: &str| Remote::connect(url, Mode::ReadWrite, LIMITS, &|_| None).unwrap_err().to_string();
    assert!(told("bucket").contains("no URL"), "{}", told("bucket"));
    assert_eq!(
        told("ftp://host/"),
        "no shared cache has the scheme `ftp`: use s3, redis, rediss, webdav, webdavs, file, gs, azblob, ghac, reapi+grpc or reapi+grpcs"
    );
    assert!(told("s3:///prefix").contains("s3://bucket/prefix"), "{}", told("s3:///prefix"));
    assert!(told("redis://host/first").contains("redis://host:6379/0"), "{}", told("redis://host/first"));
    assert!(
        told("s3://bucket?regoin=x").contains("` has no parameter `regoin`"),
        "{}",
        told("s3://bucket?regoin=x")
    );
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

/// Once a server is known to fail, nobody waits for writes to it.
#[test]
fn a_failure_is_not_reported_again() {
    let remote = connect(&serve(Server::FailsReaders), Mode::ReadWrite);
    for number in 0..6 {
        remote.put(format!("v1/ab/{number}"), || Some(vec![1; 1000]));
    }
    thread::sleep(Duration::from_millis(50));
    remote.get("v1/ab/cdef").unwrap_err();
    let start = Instant::now();
    remote.finish().unwrap();
    remote.finish().unwrap();
    assert!(start.elapsed() < Duration::from_millis(400), "{:?}", start.elapsed());
}

/// A share that isn't mounted is no error of the URL, and reading it doesn't create its folder.
#[test]
fn a_folder_is_not_touched_before_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("share");
    let url = format!("file://{}", path.display());
    let remote = connect(&url, Mode::ReadWrite);
    assert!(!path.exists());
    // There is a file in place of the folder.
    std::fs::write(&path, "").unwrap();
    assert!(remote.get("v1/ab/cdef").unwrap_err().to_string().contains("Not a directory"));
    assert_eq!(remote.get("v1/ab/cdef").unwrap(), None);
    std::fs::remove_file(&path).unwrap();
    assert!(connect(&url, Mode::ReadOnly).get("v1/ab/cdef").is_err());
    assert!(!path.exists());
    std::fs::create_dir(&path).unwrap();
    assert_eq!(connect(&url, Mode::ReadOnly).get("v1/ab/cdef").unwrap(), None);
    assert_eq!(path.read_dir().unwrap().count(), 0);
}

/// A password that isn't escaped may end at a special character.
#[test]
fn no_part_of_a_password_is_shown() {
    for rest in ["12#secret@host/0", "12?secret@host/0", "12?sec=ret@host/0", "12/secret@host/0"] {
        for scheme in ["redis", "webdav", "s3"] {
            let url = format!("{scheme}://user:{rest}");
            let text = match Remote::connect(&url, Mode::ReadOnly, LIMITS, &|_| None) {
                Ok(remote) => format!("{remote:?} {}", remote.name()),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!text.contains("sec") && !text.contains("ret@"), "{url}: {text}");
        }
    }
}

/// No instance metadata service is asked for credentials: outside of its cloud, its address doesn't respond.
#[test]
fn without_credentials_there_is_no_wait() {
    let limits = RemoteLimits { idle: Duration::from_secs(60), transfer: Duration::from_secs(60), ..LIMITS };
    let start = Instant::now();
    let url = "s3://bucket/prefix?endpoint=http://127.0.0.1:1";
    let remote = Remote::connect(url, Mode::ReadOnly, limits, &|_| None).unwrap();
    remote.get("v1/ab/cdef").unwrap_err();
    assert!(start.elapsed() < ONCE, "{:?}", start.elapsed());
}

/// A user without write permission can still read.
#[test]
fn reading_goes_on_after_a_failed_write() {
    let remote = connect(&serve(Server::FailsWriters), Mode::ReadWrite);
    remote.put("v1/ab/cdef".into(), || Some(vec![1; 1000]));
    let error = remote.finish().unwrap_err().to_string();
    assert!(error.contains("stores nothing more") && error.contains("1 of 1"), "{error}");
    assert_eq!(remote.get("v1/ab/cdef").unwrap(), None);
    remote.put("v1/ab/cdef".into(), || panic!("writing was given up on"));
    remote.finish().unwrap();
    let remote = connect(&serve(Server::Good), Mode::ReadWrite);
    remote.put("v1/ab/cdef".into(), || Some(vec![1; 1000]));
    remote.finish().unwrap();
    assert_eq!(remote.get("v1/ab/cdef").unwrap(), Some(vec![1; 1000]));
}

/// The body of an error is read up to a limit.
#[test]
fn an_endless_response_is_refused() {
    let limits =
        RemoteLimits { finish: Duration::from_secs(60), transfer: Duration::from_secs(60), ..LIMITS };
    let url = serve(Server::FailsWritersForEver);
    let remote = Remote::connect(&url, Mode::ReadWrite, limits, &|_| None).unwrap();
    let start = Instant::now();
    remote.put("v1/ab/cdef".into(), || Some(vec![1; 1000]));
    let error = remote.finish().unwrap_err().to_string();
    assert!(error.contains("its answer is too long"), "{error}");
    assert!(start.elapsed() < ONCE, "{:?}", start.elapsed());
}

/// A build script may run within its own tokio runtime.
#[test]
fn a_store_works_within_a_tokio_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let remote = connect(&serve(Server::Good), Mode::ReadWrite);
        remote.put("v1/ab/cdef".into(), || Some(vec![1; 1000]));
        remote.finish().unwrap();
        assert_eq!(remote.get("v1/ab/cdef").unwrap(), Some(vec![1; 1000]));
    });
}

/// On a slow network a command takes longer than the client library's half a second.
#[test]
fn redis_may_be_slow() {
    let url = redis::serve(redis::Server { delay: Duration::from_millis(600), ..redis::GOOD });
    let limits = RemoteLimits {
        idle: Duration::from_secs(2),
        transfer: Duration::from_secs(30),
        finish: Duration::from_secs(30),
        max_bytes: 4 << 20,
    };
    let remote = Remote::connect(&url, Mode::ReadWrite, limits, &|_| None).unwrap();
    assert_eq!(remote.get("v1/ab/cdef").unwrap(), None);
    let object: Vec<u8> = (0..(5 << 18) + 3).map(|byte| byte as u8).collect();
    let copy = object.clone();
    remote.put("v1/ab/cdef".into(), || Some(copy));
    remote.finish().unwrap();
    assert_eq!(remote.get("v1/ab/cdef").unwrap(), Some(object));
}

#[test]
fn redis_is_not_believed() {
    let start = Instant::now();
    let fails = |server: redis::Server| {
        let remote = connect(&redis::serve(server), Mode::ReadWrite);
        let error = remote.get("v1/ab/cdef").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
        assert_eq!(remote.get("v1/ab/cdef").unwrap(), None);
        error
    };
    let error = fails(redis::Server { password: "other", ..redis::GOOD });
    assert!(error.contains("Password authentication failed"), "{error}");
    let error = fails(redis::Server { length: Some(1 << 40), ..redis::GOOD });
    assert!(error.contains("more than 1048576 bytes"), "{error}");
    let error = fails(redis::Server { delay: Duration::from_secs(60), ..redis::GOOD });
    assert!(error.contains("sent nothing for 0.4 s"), "{error}");
    // The server announces more than it sends.
    let remote = connect(&redis::serve(redis::Server { length: Some(100), ..redis::GOOD }), Mode::ReadWrite);
    assert_eq!(remote.get("v1/ab/cdef").unwrap(), None);
    assert!(start.elapsed() < ONCE, "{:?}", start.elapsed());
}

/// Servers close idle connections.
#[test]
fn redis_may_close_a_connection_between() {
    let url = redis::serve(redis::Server { closes_after: Duration::from_millis(100), ..redis::GOOD });
    let remote = connect(&url, Mode::ReadWrite);
    for _ in 0..3 {
        assert_eq!(remote.get("v1/ab/cdef").unwrap(), None);
        thread::sleep(Duration::from_millis(300));
    }
}

/// Limits so long that only the amount of bytes counts.
const PATIENT: RemoteLimits = RemoteLimits {
    idle: Duration::from_secs(20),
    transfer: Duration::from_secs(60),
    finish: Duration::from_secs(60),
    max_bytes: 1 << 20,
};

/// The error of a read, and the bytes of an endless response that the client accepted.
fn lied_to(url: &str, seen: &Seen) -> (String, usize) {
    let remote = Remote::connect(url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
    let error = remote.get("v1/ab/cdef").unwrap_err().to_string();
    (error, seen.taken.load(SeqCst))
}

/// A response longer than the request allows is not kept in memory.
#[test]
fn redis_cannot_fill_the_memory() {
    let lies = [
        // An object of 8 EiB, in a small answer, for a length, and for a part.
        (Asked::Password, "$8000000000000000000\r\n", "."),
        (Asked::Length, "$8000000000000000000\r\n", "."),
        (Asked::Part, "$8000000000000000000\r\n", "."),
        // Lists, sets and tables without end, and lists in lists.
        (Asked::Length, "*4000000000\r\n", ":1\r\n"),
        (Asked::Part, "~4000000000\r\n", "+a\r\n"),
        (Asked::Part, "%4000000000\r\n", ":1\r\n"),
        (Asked::Length, "", "*1\r\n"),
        // Lines, errors, numbers.
        (Asked::Length, "+", "a"),
        (Asked::Password, "-ERR ", "a"),
        (Asked::Length, ":", "1"),
        // Messages that were not requested.
        (Asked::Part, "", ">2\r\n+message\r\n+a\r\n"),
        (Asked::Length, "|4000000000\r\n", "+a\r\n"),
    ];
    for (asked, answer, more) in lies {
        let server = redis::Server { lie: Some((asked, answer, more)), length: Some(1000), ..redis::GOOD };
        let (url, seen) = redis::watched(server);
        let (error, taken) = lied_to(&url, &seen);
        assert!(taken < FLOOD / 4, "{answer:?} {more:?}: {taken} bytes, {error}");
        let said = ["it sent more than was asked for", "arse", "ecursion"];
        assert!(said.iter().any(|said| error.contains(said)), "{answer:?} {more:?}: {error}");
        // The read is not retried.
        assert!(seen.reads.load(SeqCst) <= 1, "{answer:?} {more:?}: {error}");
    }
}

#[test]
fn no_server_can_fill_the_memory() {
    let lies = [
        (Server::SendsTooMuch, "it sent more than 1048576 bytes"),
        (Server::SendsChunkForEver, "does not contain file content length"),
        (Server::FailsReadersForEver, "its answer is too long"),
        (Server::HeadsForEver, "error sending request"),
    ];
    for (server, words) in lies {
        let (url, seen) = watched(server);
        let (error, taken) = lied_to(&url, &seen);
        assert!(error.contains(words), "{error}");
        assert!(taken < FLOOD / 4, "{words}: {taken} bytes");
    }
}

/// A server that is busy once, and a connection that breaks once, don't end the use of the store.
#[test]
fn temporary_failures_are_retried() {
    for server in [Server::FailsOnce, Server::ClosesOnce] {
        let (url, seen) = watched(server);
        let remote = Remote::connect(&url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
        remote.put("v1/ab/cdef".into(), || Some(vec![1; 1000]));
        remote.finish().unwrap();
        assert_eq!(remote.get("v1/ab/cdef").unwrap(), Some(vec![1; 1000]));
        assert_eq!(seen.reads.load(SeqCst), 2);
        assert_eq!(remote.get("v1/ab/none").unwrap(), None);
    }
    for answer in ["", "-LOADING the dataset\r\n", "-TRYAGAIN later\r\n"] {
        let (url, seen) = redis::watched(redis::Server { at_first: Some(answer), ..redis::GOOD });
        let remote = Remote::connect(&url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
        remote.put("v1/ab/cdef".into(), || Some(vec![1; 1000]));
        remote.finish().unwrap();
        assert_eq!(remote.get("v1/ab/cdef").unwrap(), Some(vec![1; 1000]), "{answer:?}");
        assert_eq!(seen.reads.load(SeqCst), 2, "{answer:?}");
    }
}

/// Retries are for temporary failures only, and their number is limited.
#[test]
fn permanent_failures_are_not_retried() {
    let reads = |url: &str, seen: &Seen| {
        let remote = Remote::connect(url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
        let start = Instant::now();
        let error = remote.get("v1/ab/cdef").unwrap_err().to_string();
        assert!(start.elapsed() < PATIENT.idle / 2, "{error}: {:?}", start.elapsed());
        (seen.reads.load(SeqCst), error)
    };
    let of = |(url, seen): (String, Arc<Seen>)| reads(&url, &seen);
    assert_eq!(of(watched(Server::ForbidsReaders)).0, 1);
    assert_eq!(of(watched(Server::RejectsReaders)).0, 1);
    // A page may come with it.
    let (count, error) = of(watched(Server::ForbidsReadersAtLength));
    assert!(count == 1 && error.contains("403"), "{error}");
    assert_eq!(of(watched(Server::Fails)).0, 4);
    for answer in ["-NOPERM this user has no permissions\r\n", "-ERR unknown\r\n", "?\r\n", "+garbage\r\n"] {
        let (count, error) = of(redis::watched(redis::Server { at_first: Some(answer), ..redis::GOOD }));
        assert_eq!(count, 1, "{answer:?}: {error}");
    }
    // A server that doesn't speak TLS.
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let plain = listen(move |mut stream| {
        counted.fetch_add(1, SeqCst);
        stream.write_all(b"-ERR this is no TLS\r\n")
    });
    let error = reads(&format!("rediss://{plain}/0"), &Seen::default()).1;
    assert_eq!(asked.load(SeqCst), 1, "{error}");
    // Nobody listens any more.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = reads(&format!("redis://{closed}/0"), &Seen::default()).1;
    assert!(error.contains("refused"), "{error}");
}
