//! Folders and links that change places while a guest goes through them.

use crate::attack;
use crate::paths::{WORD, outside, world};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{fs, io, thread};
use support::{Folder, SetAtEnd};

/// A swap of two places, there and back.
type Swap = fn(&Path) -> io::Result<()>;

/// Races: the file that a guest reads and the folder that it makes, as seen from `a`, and the swap meanwhile.
const RACES: [(&str, &str, Swap); 3] = [
    ("turn/secret", "turn/made", |folder| {
        // A folder, and a link to the one outside, take turns under one name.
        let (turn, inside, link) = (folder.join("a/turn"), folder.join("a/inside"), folder.join("a/door"));
        fs::rename(&link, &turn)?;
        fs::rename(&turn, &link)?;
        fs::rename(&inside, &turn)?;
        fs::rename(&turn, &inside)
    }),
    ("turn", "made", |folder| {
        // A file, and a link to the one outside, take turns without a gap.
        let (turn, new) = (folder.join("a/turn"), folder.join("new"));
        symlink("../outside/secret", &new)?;
        fs::rename(&new, &turn)?;
        fs::write(&new, "inside")?;
        fs::rename(&new, &turn)
    }),
    ("inside/deep/../../file", "inside/deep/../../made", |folder| {
        // The folder is moved out, so that its parent is outside.
        fs::rename(folder.join("a/inside"), folder.join("outside/inside"))?;
        fs::rename(folder.join("outside/inside"), folder.join("a/inside"))
    }),
];

/// The outcome of a race.
#[derive(Debug)]
struct Race {
    swaps: u64,
    attempts: u64,
    succeeded: u64,
    escapes: u64,
    changed: bool,
}

/// The world of a race.
fn arena() -> Folder {
    let folder = world("cranelift");
    fs::create_dir_all(folder.join("a/inside/deep")).unwrap();
    folder.write("a/inside/secret", "inside");
    // The place to which the last race would escape.
    folder.write("outside/file", fs::read(folder.join("outside/secret")).unwrap());
    folder
}

/// Runs an action while places are swapped, and returns the number of swaps.
fn meanwhile<T>(folder: &Folder, swap: Swap, action: impl FnOnce() -> T) -> (T, u64) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let swapping = scope.spawn(|| {
            let mut swaps = 0;
            while !over.load(Ordering::Relaxed) {
                swap(folder.path()).unwrap();
                swaps += 1;
            }
            swaps
        });
        let end = SetAtEnd(&over);
        let result = action();
        drop(end);
        (result, swapping.join().unwrap())
    })
}

/// Runs a race for some milliseconds, with a guest that is given `a`, or the folder above it.
fn race((path, made, swap): (&str, &str, Swap), given: &str, milliseconds: &str) -> Race {
    let folder = arena();
    let before = outside(&folder);
    let prefix = if given == "a" { "" } else { "a/" };
    let (path, made) = (format!("{prefix}{path}"), format!("{prefix}{made}"));
    let arguments = ["--dir", given, "paths.cwasm", "race", "3", &path, &made, WORD, milliseconds];
    let (ended, swaps) = meanwhile(&folder, swap, || attack(&folder, &arguments));
    let (_, counts) = ended.stdout.split_once("= 0 ").unwrap();
    let counts: Vec<u64> = counts.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [attempts, succeeded, escapes] = counts[..] else { panic!("{ended:?}") };
    Race { swaps, attempts, succeeded, escapes, changed: outside(&folder) != before }
}

/// At any moment of a swap, the guest gets the file within, or nothing.
#[test]
#[allow(clippy::print_stdout, reason = "the number of tries is a result")]
fn no_moment_leads_out() {
    for case in RACES {
        let race = race(case, "a", "3000");
        println!("{}: {race:?}", case.0);
        assert!(race.escapes == 0 && !race.changed, "{}: {race:?}", case.0);
        // The guest met each state: it was let in, and it was refused.
        assert!(race.swaps > 100 && race.succeeded > 100, "{}: {race:?}", case.0);
        assert!(race.attempts - race.succeeded > 100, "{}: {race:?}", case.0);
    }
}

/// Given the folder above, the same guest gets to the secret by the links: the test would notice an escape.
#[test]
fn an_escape_in_a_race_is_noticed() {
    for case in &RACES[..2] {
        let race = race(*case, ".", "500");
        assert!(race.escapes > 0 && race.changed, "{}: {race:?}", case.0);
    }
}

/// A program without a sandbox that opens these paths escapes sooner or later, by each of them.
#[test]
fn a_race_escapes_without_a_sandbox() {
    for (path, _, swap) in RACES {
        let folder = arena();
        let end = Instant::now() + Duration::from_secs(30);
        let read = || fs::read_to_string(folder.join("a").join(path)).unwrap_or_default().contains(WORD);
        let (out, swaps) = meanwhile(&folder, swap, || {
            while Instant::now() < end {
                if read() {
                    return true;
                }
            }
            false
        });
        assert!(out, "{path}: after {swaps} swaps");
    }
}
