//! The existence of many objects: found by few round trips, and without a use of the store where it fails.

use crate::redis;
use crate::scopes::{cache, fill, key, look};
use crate::webdav::{FAR, Server, serve, watched};
use crate::{LIMITS, ONCE, PATIENT, connect};
use precompile_cache::remote::{Mode, Remote, RemoteLimits};
use precompile_cache::{Cache, Digest, Key, Presence, Recipe, Store, StoreLimits};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// Names as keys have them.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("v1/{:02x}/{number:064x}", number % 256)).collect()
}

#[test]
fn objects_are_found_and_others_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("file://{}", folder.path().display());
    for url in [serve(Server::Good), redis::serve(redis::GOOD), file] {
        let remote = Remote::connect(&url, Mode::ReadWrite, PATIENT, &|_| None).unwrap();
        let names = names(450);
        assert_eq!(remote.exist(names.clone()).unwrap(), vec![false; names.len()], "{url}");
        for name in names.iter().step_by(7) {
            remote.put(name.clone(), || Some(vec![7; 1000]));
        }
        remote.finish().unwrap();
        let found = remote.exist(names).unwrap();
        assert!(found.iter().enumerate().all(|(at, exists)| *exists == (at % 7 == 0)), "{url}: {found:?}");
        assert!(remote.exist(Vec::new()).unwrap().is_empty());
    }
}

/// The time to ask a far server for many names.
fn seconds(url: &str, count: usize) -> Duration {
    let remote = Remote::connect(url, Mode::ReadOnly, PATIENT, &|_| None).unwrap();
    let start = Instant::now();
    assert_eq!(remote.exist(names(count)).unwrap(), vec![false; count]);
    start.elapsed()
}

/// At 50 ms each, 1,600 round trips one after the other would take 80 s. A server that answers in turns is noticed.
#[test]
fn a_far_store_is_asked_for_many_at_once() {
    let far = redis::Server { delay: FAR, ..redis::GOOD };
    for url in [serve(Server::Far), redis::serve(far)] {
        let time = seconds(&url, 1600);
        assert!(time < FAR * 60, "{url}: {time:?}");
    }
    let time = seconds(&serve(Server::FarInTurn), 100);
    assert!(time > FAR * 90, "{time:?}");
}

/// A failure is one error within the limits. From then on nothing is requested.
#[test]
fn a_store_fails_once() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let servers = [
        (serve(Server::Hangs), "sent nothing for 0.4 s"),
        (serve(Server::Fails), "500"),
        (serve(Server::ForbidsReaders), "403"),
        (serve(Server::SendsGarbage), "invalid HTTP version"),
        (serve(Server::HeadsForEver), "error sending request"),
        (format!("webdav://{closed}/store"), "Connection refused"),
        (format!("redis://{closed}/0"), "refused"),
        (redis::serve(redis::Server { password: "other", ..redis::GOOD }), "authentication failed"),
        (redis::serve(redis::Server { delay: Duration::from_secs(9), ..redis::GOOD }), "nothing for 0.4 s"),
    ];
    for (url, words) in servers {
        let remote = connect(&url, Mode::ReadWrite);
        let start = Instant::now();
        let error = remote.exist(names(20)).unwrap_err().to_string();
        assert!(start.elapsed() < ONCE, "{words}: {:?}", start.elapsed());
        assert!(error.contains(words) && error.contains("does without the shared cache"), "{error}");
        let start = Instant::now();
        assert_eq!(remote.exist(names(3)).unwrap(), [false; 3]);
        assert_eq!(remote.get("v1/ab/cdef").unwrap(), None);
        remote.put("v1/ab/cdef".into(), || panic!("it was given up on"));
        remote.finish().unwrap();
        drop(remote);
        assert!(start.elapsed() < Duration::from_millis(200), "{words}: {:?}", start.elapsed());
    }
}

#[test]
fn a_busy_server_is_asked_again() {
    let (url, seen) = watched(Server::FailsOnce);
    let remote = Remote::connect(&url, Mode::ReadOnly, PATIENT, &|_| None).unwrap();
    assert_eq!(remote.exist(names(1)).unwrap(), [false]);
    assert_eq!(seen.questions.load(SeqCst), 2);
}

/// A slow server can't hold a request for longer than the limit of a transfer.
#[test]
fn a_request_has_a_limit() {
    let limits = RemoteLimits { idle: Duration::from_secs(60), ..LIMITS };
    let remote = Remote::connect(&serve(Server::Hangs), Mode::ReadOnly, limits, &|_| None).unwrap();
    let error = remote.exist(names(10)).unwrap_err().to_string();
    assert!(error.contains("it took longer than 1.2 s to find an entry"), "{error}");
}

/// Entries have a place each, and one that both stores lack isn't asked for again.
#[test]
fn entries_are_in_either_store_or_in_none() {
    let [shared, here, there] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let first = cache(here.path(), shared.path());
    fill(&first, &key(None), false);
    let key_of = |source: &[u8]| {
        Key::new(&Arc::new(Recipe::new("test", vec![("how".into(), "so".into())])), Digest::of(source))
    };
    let keys = [key(None), key_of(b"other"), key(Some("scope"))];
    assert_eq!(first.presence(&keys), [Presence::Local, Presence::Absent, Presence::Shared]);
    let other = cache(there.path(), shared.path());
    assert_eq!(other.presence(&keys), [Presence::Shared, Presence::Absent, Presence::Shared]);
    assert_eq!(look(&other, &keys[0]).0, [true]);
    assert_eq!(other.presence(&keys[..1]), [Presence::Local]);
    assert!(first.is_shared() && other.take_warnings().is_empty());
    let alone = Cache::new(Store::new(there.path()), StoreLimits::default());
    assert_eq!(alone.presence(&keys), [Presence::Local, Presence::Absent, Presence::Absent]);
    assert!(!alone.is_shared());
}

#[test]
fn what_is_absent_is_not_read() {
    let (url, seen) = watched(Server::Good);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    let cache = Cache::new(store, StoreLimits::default()).with_remote(connect(&url, Mode::ReadWrite));
    assert_eq!(cache.presence(&[key(None)]), [Presence::Absent]);
    assert_eq!(look(&cache, &key(None)), (vec![], None));
    assert_eq!((seen.questions.load(SeqCst), seen.reads.load(SeqCst)), (1, 0));
    // Another entry wasn't asked for.
    let other = Key::new(&Arc::new(Recipe::new("test", vec![])), Digest::of(b"other"));
    assert_eq!(look(&cache, &other), (vec![], None));
    assert_eq!(seen.reads.load(SeqCst), 1);
}

#[test]
fn a_failing_store_is_one_warning_and_has_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    let remote = connect(&serve(Server::Fails), Mode::ReadWrite);
    let cache = Cache::new(store, StoreLimits::default()).with_remote(remote);
    let keys = [key(None), key(Some("scope"))];
    assert_eq!(cache.presence(&keys), [Presence::Absent; 2]);
    assert_eq!(cache.presence(&keys), [Presence::Absent; 2]);
    assert_eq!(look(&cache, &keys[0]), (vec![], None));
    cache.finish();
    assert_eq!(cache.take_warnings().len(), 1);
}
