//! `load ARTIFACT ROUNDS [TRUST|FAT]`: opens an artifact in several ways, in turns, and prints the median time of each, in
//! nanoseconds, as JSON. With a trust file: opens it with and without a check of its signatures, and in no other way. With
//! a fat artifact, whose name ends in `.cwasm`: opens both. The engine exists before, and each program is dropped before
//! the next is opened.

use precompile_runtime::Runtime;
use precompile_runtime::artifact::Trust;
use precompile_runtime::wasmtime::Module;
use std::env::args;
use std::fs::{self, File};
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

/// A circuit of the ways in which each follows every other one once, as the way before decides the content of the
/// processor's caches.
fn circuit(ways: usize) -> impl Iterator<Item = usize> + Clone {
    (0..ways).flat_map(move |one| (one + 1..ways).flat_map(move |other| [one, other]))
}

fn main() {
    let arguments: Vec<String> = args().skip(1).collect();
    let [path, rounds, trust @ ..] = &arguments[..] else { panic!("load ARTIFACT ROUNDS [TRUST|FAT]") };
    let (path, rounds) = (PathBuf::from(path), rounds.parse::<usize>().expect("a number of rounds"));
    let bytes = fs::read(&path).expect("the artifact can be read");
    let runtime = Runtime::new();
    // SAFETY: the user made the artifact with precompile, and doesn't change it meanwhile. The same holds for every
    // call below.
    let program = unsafe { runtime.open_file(&path) }.expect("the artifact loads");
    if let [fat] = trust
        && fat.ends_with(".cwasm")
    {
        let ways: [Way; 2] = [
            ("thin", &|| drop(black_box(unsafe { runtime.open_file(&path) }.unwrap()))),
            ("fat", &|| drop(black_box(unsafe { runtime.open_file(fat) }.unwrap()))),
        ];
        return println!("{{{}}}", medians(&ways, rounds));
    }
    if let [trust] = trust {
        let text = fs::read_to_string(trust).expect("the trust file can be read");
        let trust = Trust::parse(&text).expect("the trust file is right");
        let ways: [Way; 2] = [
            ("plain", &|| drop(black_box(unsafe { runtime.open_file(&path) }.unwrap()))),
            ("trusted", &|| drop(black_box(runtime.open_trusted(&path, &trust).unwrap()))),
        ];
        return println!("{{{}}}", medians(&ways, rounds));
    }
    let engine = program.engine().clone();
    // Opening a copy, and its yardstick: the copy that wasmtime makes, and a digest, both of bytes in memory.
    let copying: [Way; 3] = [
        ("copied", &|| drop(black_box(unsafe { runtime.open_file(&path) }.unwrap()))),
        ("deserialize", &|| drop(black_box(unsafe { Module::deserialize(&engine, &bytes) }.unwrap()))),
        ("digest", &|| {
            black_box(blake3::hash(&bytes));
        }),
    ];
    // Mapping the file unread, and its yardstick. Apart, as to copy or to hash megabytes empties the processor's caches.
    let unread: [Way; 2] = [
        ("mapped_unverified", &|| {
            drop(black_box(unsafe { runtime.open_file_mapped_unverified(&path) }.unwrap()));
        }),
        ("deserialize_file", &|| {
            drop(black_box(unsafe { Module::deserialize_file(&engine, &path) }.unwrap()));
        }),
    ];
    // Mapping and hashing the file; to its yardstick the time of `deserialize_file` is added.
    let hashed: [Way; 2] = [
        ("mapped", &|| drop(black_box(unsafe { runtime.open_file_mapped(&path) }.unwrap()))),
        ("mapped_digest", &|| {
            let mapped = unsafe { memmap2::Mmap::map(&File::open(&path).unwrap()) }.unwrap();
            black_box(blake3::hash(&mapped));
        }),
    ];
    let groups = [&copying[..], &unread, &hashed].map(|ways| medians(ways, rounds));
    println!("{{{}}}", groups.join(","));
}

/// A way to open the artifact, with its name.
type Way<'a> = (&'a str, &'a dyn Fn());

/// The medians of the ways over a number of rounds, in turns, as members of a JSON object.
fn medians(ways: &[Way<'_>], rounds: usize) -> String {
    let mut times = vec![Vec::new(); ways.len()];
    for at in circuit(ways.len()).cycle().take(rounds * ways.len()) {
        let start = Instant::now();
        ways[at].1();
        times[at].push(start.elapsed().as_nanos());
    }
    let medians = ways.iter().zip(&mut times).map(|((name, _), times)| {
        times.sort_unstable();
        format!("\"{name}_ns\":{}", times[times.len() / 2])
    });
    medians.collect::<Vec<_>>().join(",")
}
