//! A command, and a handler of HTTP, that use `wasi:config` and `wasi:keyvalue`. Each argument of the command is a call,
//! words with spaces between them, and so is the path of a request, words with slashes. The answer is what came of it.

use crate::respond::respond;
use crate::stores::wasi::config::store as config;
use crate::stores::wasi::keyvalue::store::{Bucket, Error, open};
use crate::stores::wasi::keyvalue::{atomics, batch};
use std::mem::ManuallyDrop;
use std::{ptr, slice};
use wasip2::exports::cli::run;
use wasip2::exports::http::incoming_handler;
use wasip2::http::types::{IncomingRequest, ResponseOutparam};

wit_bindgen::generate!({ path: "wit", world: "stores", generate_all });

struct Stores;

wasip2::cli::command::export!(Stores);
wasip2::http::proxy::export!(Stores);

impl run::Guest for Stores {
    fn run() -> Result<(), ()> {
        for call in std::env::args().skip(1) {
            println!("{}", answer(&call.split(' ').collect::<Vec<_>>()));
        }
        Ok(())
    }
}

impl incoming_handler::Guest for Stores {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        respond(out, 200, answer(&path[1..].split('/').collect::<Vec<_>>()).as_bytes());
    }
}

/// The answer to a call.
fn answer(words: &[&str]) -> String {
    match words {
        ["config", name] => format!("{:?}", config::get(name)),
        ["configs"] => {
            let mut all = config::get_all();
            let _ = all.as_mut().map(|all| all.sort());
            format!("{all:?}")
        }
        ["open", name] => format!("{:?}", open(name).map(|_| ())),
        // Until standard input ends.
        ["wait"] => format!("{:?}", std::io::stdin().read_line(&mut String::new()).is_ok()),
        // All handles are kept.
        ["handles"] => {
            let mut handles = Vec::new();
            loop {
                match open("") {
                    Ok(handle) => handles.push(handle),
                    Err(error) => return format!("{} then {error:?}", handles.len()),
                }
            }
        }
        words => match open("").and_then(|bucket| stored(&bucket, words)) {
            Ok(text) => text,
            Err(error) => format!("{error:?}"),
        },
    }
}

/// The answer of a store.
fn stored(bucket: &Bucket, words: &[&str]) -> Result<String, Error> {
    Ok(match words {
        ["get", key] => text(bucket.get(key)?),
        ["set", key, value] => format!("{:?}", bucket.set(key, value.as_bytes())?),
        ["delete", key] => format!("{:?}", bucket.delete(key)?),
        ["exists", key] => format!("{:?}", bucket.exists(key)?),
        ["increment", key, delta] => atomics::increment(bucket, key, delta.parse().unwrap())?.to_string(),
        // A trap, unless the key is new.
        ["new", key] => {
            assert!(!bucket.exists(key)?);
            format!("{:?}", bucket.set(key, b"")?)
        }
        ["list"] => list(bucket)?,
        ["list-from", cursor] => format!("{:?}", bucket.list_keys(Some(cursor.parse().unwrap()))?.keys),
        ["get-many", keys @ ..] => {
            let found = batch::get_many(bucket, &owned(keys))?.into_iter();
            let show = |found: Option<(String, Vec<u8>)>| match found {
                Some((key, value)) => format!("{key}={}", text(Some(value))),
                None => text(None),
            };
            found.map(show).collect::<Vec<_>>().join(" ")
        }
        ["set-many", entries @ ..] => {
            let entry = |entry: &&str| {
                let (key, value) = entry.split_once('=').unwrap();
                (key.to_owned(), value.as_bytes().to_vec())
            };
            format!("{:?}", batch::set_many(bucket, &entries.iter().map(entry).collect::<Vec<_>>())?)
        }
        ["delete-many", keys @ ..] => format!("{:?}", batch::delete_many(bucket, &owned(keys))?),
        // The same key again and again.
        ["repeat", times, key] => {
            let keys = vec![(*key).to_owned(); times.parse().unwrap()];
            batch::get_many(bucket, &keys)?.len().to_string()
        }
        // The same bytes as the key of every element.
        ["alias", times, bytes] => {
            let (key, times) = ("k".repeat(bytes.parse().unwrap()), times.parse().unwrap());
            // SAFETY: the copies are read while the key is there, and none of them is dropped.
            let keys: Vec<_> = (0..times).map(|_| ManuallyDrop::new(unsafe { ptr::read(&key) })).collect();
            // SAFETY: the wrapper has the layout of what is in it.
            let keys = unsafe { slice::from_raw_parts(keys.as_ptr().cast::<String>(), keys.len()) };
            format!("{:?}", batch::delete_many(bucket, keys)?)
        }
        // New keys with so large values, until one is refused.
        ["fill", bytes] => {
            let value = vec![b'x'; bytes.parse().unwrap()];
            let mut count = 0;
            loop {
                match bucket.set(&count.to_string(), &value) {
                    Ok(()) => count += 1,
                    Err(error) => return Ok(format!("{count} then {error:?}")),
                }
            }
        }
        _ => format!("no such call: {words:?}"),
    })
}

/// All keys, in order, and the number of lists that have them.
fn list(bucket: &Bucket) -> Result<String, Error> {
    let (mut keys, mut lists, mut cursor) = (Vec::new(), 0, None);
    loop {
        let mut list = bucket.list_keys(cursor)?;
        keys.append(&mut list.keys);
        lists += 1;
        cursor = list.cursor;
        if cursor.is_none() {
            break;
        }
    }
    keys.sort();
    let shown = if keys.len() < 10 { keys.join(",") } else { keys.len().to_string() };
    Ok(format!("{shown} in {lists}"))
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn text(value: Option<Vec<u8>>) -> String {
    value.map_or("none".into(), |value| String::from_utf8_lossy(&value).into_owned())
}
