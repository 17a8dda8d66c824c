//! Stores under load: busy servers, large objects, several writers, answers that are out of date.

use crate::redis;
use crate::webdav::{Server, watched};
use crate::{ONCE, PATIENT, connect};
use precompile_cache::remote::{Mode, Remote, RemoteLimits};
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use std::time::{Duration, Instant};

const NAME: &str = "v1/ab/cdef";
/// Limits for objects of some MiB.
const LARGE: RemoteLimits = RemoteLimits { max_bytes: 64 << 20, ..PATIENT };

fn large(url: &str) -> Remote {
    Remote::connect(url, Mode::ReadWrite, LARGE, &|_| None).unwrap()
}

/// An object that can't be compressed, of this size.
fn random(bytes: usize, seed: u64) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    let mut object = vec![0; bytes];
    hasher.finalize_xof().fill(&mut object);
    object
}

fn put(remote: &Remote, object: &[u8]) {
    let copy = object.to_vec();
    remote.put(NAME.into(), || Some(copy));
    remote.finish().unwrap();
}

/// Each status by which a server says that it is busy is overcome, with one request more.
#[test]
fn busy_servers_are_asked_again() {
    for status in [429, 500, 502, 503, 504] {
        let (url, seen) = watched(Server::AnswersOnce { status, retry_after: None });
        let remote = Remote::connect(&url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
        put(&remote, &[1; 1000]);
        assert_eq!(remote.get(NAME).unwrap(), Some(vec![1; 1000]), "{status}");
        assert_eq!((seen.reads.load(SeqCst), seen.writes.load(SeqCst)), (2, 2), "{status}");
        assert_eq!(remote.exist(vec![NAME.into()]).unwrap(), [true], "{status}");
        assert_eq!(seen.questions.load(SeqCst), 2, "{status}");
    }
}

/// A server that stays busy gets four requests, and is left alone then.
#[test]
fn a_server_that_stays_busy_is_given_up() {
    for status in [429, 503] {
        let (url, seen) = watched(Server::Answers { status, retry_after: None });
        let remote = Remote::connect(&url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
        let start = Instant::now();
        let error = remote.get(NAME).unwrap_err().to_string();
        assert!(error.contains(&status.to_string()), "{error}");
        assert!(start.elapsed() < ONCE, "{:?}", start.elapsed());
        assert_eq!(seen.reads.load(SeqCst), 4, "{status}");
        assert_eq!(remote.get(NAME).unwrap(), None);
        assert_eq!(seen.reads.load(SeqCst), 4, "{status}: it is left alone");
    }
}

/// A server's wish to be left alone for a time is heard, up to a bound.
#[test]
fn a_server_says_when_to_come_again() {
    for (retry_after, least, most) in [(1, 1000, 2500), (3600, 1900, 4000)] {
        let (url, seen) = watched(Server::AnswersOnce { status: 429, retry_after: Some(retry_after) });
        let remote = Remote::connect(&url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
        let start = Instant::now();
        assert_eq!(remote.get(NAME).unwrap(), None);
        let took = start.elapsed();
        let within = Duration::from_millis(least)..Duration::from_millis(most);
        assert!(within.contains(&took), "{retry_after}: {took:?}");
        assert_eq!(seen.reads.load(SeqCst), 2);
    }
}

/// A store that says that an object is there, and then doesn't have it; and one that has what it denied.
#[test]
fn answers_may_be_out_of_date() {
    let (url, _) = watched(Server::FindsWhatIsGone);
    let remote = connect(&url, Mode::ReadWrite);
    assert_eq!(remote.exist(vec![NAME.into()]).unwrap(), [true]);
    assert_eq!(remote.get(NAME).unwrap(), None);
    let (url, _) = watched(Server::DeniesWhatIsThere);
    let remote = connect(&url, Mode::ReadWrite);
    put(&remote, &[1; 1000]);
    assert_eq!(remote.exist(vec![NAME.into()]).unwrap(), [false]);
    assert_eq!(remote.get(NAME).unwrap(), Some(vec![1; 1000]));
}

/// Objects are compressed where that wins, and read by clients with any setting.
#[test]
fn objects_are_compressed() {
    let folder = tempfile::tempdir().unwrap();
    let url = |setting: &str| format!("file://{}?compress={setting}", folder.path().display());
    let size = || std::fs::metadata(folder.path().join(NAME)).unwrap().len();
    let object = b"some text that repeats, ".repeat(10_000);
    for (setting, is_smaller) in [("none", false), ("zstd", true), ("zstd:19", true)] {
        let remote = large(&url(setting));
        put(&remote, &object);
        assert_eq!(size() < object.len() as u64 / 10, is_smaller, "{setting}");
        for other in ["none", "zstd:1"] {
            assert_eq!(large(&url(other)).get(NAME).unwrap().as_ref(), Some(&object), "{setting} {other}");
        }
        assert_eq!(remote.get(NAME).unwrap().as_ref(), Some(&object));
        let traffic = remote.take_traffic();
        assert_eq!((traffic.sent, traffic.received), (size(), size()), "{setting}");
        assert_eq!((traffic.sent_plain, traffic.received_plain), (240_000, 240_000), "{setting}");
        assert_eq!(remote.take_traffic(), Default::default());
    }
    put(&large(&url("zstd")), &random(10_000, 1));
    assert_eq!(size(), 10_000, "what doesn't get smaller is left as it is");
    let wrong = Remote::connect(&url("gzip"), Mode::ReadWrite, LARGE, &|_| None).unwrap_err().to_string();
    assert!(wrong.contains("has another `compress` than `none`, `zstd`, or `zstd:LEVEL`"), "{wrong}");
}

/// An object that unpacks to more than the limit is none.
#[test]
fn a_bomb_is_no_object() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}?compress=zstd:19", folder.path().display());
    put(&large(&url), &vec![0; 32 << 20]);
    assert_eq!(connect(&url, Mode::ReadOnly).get(NAME).unwrap(), Some(vec![]), "at most 1 MiB");
    assert_eq!(large(&url).get(NAME).unwrap().map(|object| object.len()), Some(32 << 20));
}

/// Large objects go to Redis in parts, which its other clients don't wait for.
#[test]
fn redis_takes_large_objects_in_parts() {
    let (url, seen) = redis::watched(redis::GOOD);
    let remote = large(&format!("{url}?ttl=1h&prefix=p"));
    let object = random((9 << 20) + 1, 1);
    put(&remote, &object);
    assert_eq!(seen.writes.load(SeqCst), 4, "three parts and a head");
    assert_eq!(remote.get(NAME).unwrap(), Some(object.clone()));
    assert_eq!(remote.exist(vec![NAME.into()]).unwrap(), [true]);
    let lives = redis::lives(&seen);
    assert_eq!(lives.iter().filter(|(_, life)| **life == 3600 + 600).count(), 3, "{lives:?}");
    assert_eq!(lives.get(&format!("p/{NAME}")), Some(&3600), "parts outlive the head");
    // Another object under the same name has parts of its own, and small ones have none.
    let other = random((5 << 20) + 7, 2);
    put(&remote, &other);
    assert_eq!(remote.get(NAME).unwrap(), Some(other));
    put(&remote, b"small");
    assert_eq!(remote.get(NAME).unwrap().as_deref(), Some(&b"small"[..]));
}

/// A part that the server has evicted makes a miss, and no half object.
#[test]
fn a_part_that_is_gone_is_a_miss() {
    let (url, seen) = redis::watched(redis::GOOD);
    let remote = large(&url);
    put(&remote, &random(9 << 20, 1));
    assert!(redis::lives(&seen).is_empty(), "what is whole is kept");
    redis::evict(&seen, |key| key.ends_with("/1"));
    assert_eq!(remote.get(NAME).unwrap(), None);
    put(&remote, &random(9 << 20, 1));
    assert!(remote.get(NAME).unwrap().is_some());
}

/// Two writers of one name: a reader sees one object or the other, and never a mixture.
#[test]
fn two_writers_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("file://{}?compress=none", folder.path().display());
    for url in [redis::serve(redis::GOOD), file] {
        let objects = [random(9 << 20, 1), random(9 << 20, 2)];
        thread::scope(|scope| {
            for object in &objects {
                let url = &url;
                scope.spawn(move || (0..3).for_each(|_| put(&large(url), object)));
            }
            let reader = large(&url);
            for _ in 0..10 {
                let read = reader.get(NAME).unwrap();
                assert!(read.is_none_or(|read| objects.contains(&read)), "{url}");
            }
        });
        assert!(objects.contains(&large(&url).get(NAME).unwrap().unwrap()), "{url}");
    }
}

#[test]
fn a_ttl_is_a_time() {
    let error = |url: &str| Remote::connect(url, Mode::ReadWrite, LARGE, &|_| None).unwrap_err().to_string();
    assert_eq!(
        error("redis://host/0?ttl=soon"),
        "the shared cache `redis://host/0` has another `ttl` than a time such as `12h` or `30d`"
    );
    assert!(error("webdav://host/path?ttl=1h").contains("`ttl`"));
}

/// The clock of this machine, or of the server, is off.
#[test]
fn a_clock_that_is_off_is_named() {
    let url = crate::webdav::skewed();
    let variable = |name: &str| name.starts_with("AWS_").then(|| "value".to_owned());
    let url = format!("s3://bucket/prefix?endpoint={url}");
    let remote = Remote::connect(&url, Mode::ReadWrite, PATIENT, &variable).unwrap();
    let error = remote.get(NAME).unwrap_err().to_string();
    assert!(error.contains("; the clock of this machine, or of the store, is off: set it"), "{error}");
}
