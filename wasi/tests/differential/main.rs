//! Made-up sequences of calls, by this implementation and by wasmtime-wasi's, which must do the same: give the same
//! numbers, leave the same in the guest's memory, and the same files.

mod full;
mod guest;
mod known;
mod listings;
mod script;

use guest::Guests;
use std::time::{Duration, Instant};

/// The number of calls of a sequence.
const CALLS: usize = 200;

/// Plays sequences with these seeds until one differs, which is returned with its seed.
fn first_difference(seeds: impl Iterator<Item = u64>, is_read_only: bool) -> Option<(u64, String)> {
    seeds.into_iter().find_map(|seed| {
        let mut guests = Guests::new(seed, is_read_only);
        guests.play(CALLS).err().map(|difference| (seed, difference))
    })
}

#[test]
fn two_hundred_sequences_do_the_same() {
    assert_eq!(first_difference(0..200, true), None);
}

/// With a folder that may be changed, where the other's may be read alone.
#[test]
fn a_planted_difference_is_found() {
    assert!(first_difference(0..500, false).is_some());
}

/// An hour, or as many seconds as `WASI_SECONDS` says, with seeds that no other run has had, or from `WASI_SEED` on.
#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a script says how long, and reads what is printed"
)]
#[ignore = "it takes an hour: scripts/measure/wasi-differential.py"]
fn an_hour_of_sequences_does_the_same() {
    let seconds = std::env::var("WASI_SECONDS").map_or(3600, |seconds| seconds.parse().unwrap());
    let (start, mut played) = (Instant::now(), 0u64);
    let new = || std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() << 32;
    let first = std::env::var("WASI_SEED").map_or_else(|_| new(), |seed| seed.parse().unwrap());
    let seeds = (first..).take_while(|_| {
        played += 1;
        start.elapsed() < Duration::from_secs(seconds)
    });
    let difference = first_difference(seeds, true);
    println!("{} sequences, {} calls, seeds from {first}", played - 1, (played - 1) * CALLS as u64);
    assert_eq!(difference, None);
}
