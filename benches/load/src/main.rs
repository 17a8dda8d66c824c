//! `load ARTIFACT ROUNDS`: opens an artifact in several ways, in turns, and prints the median of each, in
//! nanoseconds, as JSON. An engine is there already, and each program is dropped before the next is opened.

use precompile_runtime::Runtime;
use precompile_runtime::wasmtime::Module;
use std::env::args;
use std::fs::{self, File};
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

/// A circuit in which each of so many ways follows each other one once, since what was opened before decides what is
/// in the processor's caches. It has each way once for each other one.
fn circuit(ways: usize) -> impl Iterator<Item = usize> + Clone {
    (0..ways).flat_map(move |one| (one + 1..ways).flat_map(move |other| [one, other]))
}

fn main() {
    let [path, rounds] = args().skip(1).collect::<Vec<_>>().try_into().expect("load ARTIFACT ROUNDS");
    let (path, rounds) = (PathBuf::from(path), rounds.parse::<usize>().expect("a number of rounds"));
    let bytes = fs::read(&path).expect("the artifact can be read");
    let runtime = Runtime::new();
    // SAFETY: who runs this made the artifact with precompile, and doesn't change it meanwhile. So it is for
    // every call below.
    let program = unsafe { runtime.open_file(&path) }.expect("the artifact loads");
    let engine = program.engine().clone();
    // What opens a copy, and its yardstick: the copy that wasmtime makes, and a digest, both of bytes that are there.
    let copying: [Way; 3] = [
        ("copied", &|| drop(black_box(unsafe { runtime.open_file(&path) }.unwrap()))),
        ("deserialize", &|| drop(black_box(unsafe { Module::deserialize(&engine, &bytes) }.unwrap()))),
        ("digest", &|| {
            black_box(blake3::hash(&bytes));
        }),
    ];
    // What maps the file, and its yardstick. Apart: after megabytes were copied, the processor's caches hold nothing.
    let mapping: [Way; 4] = [
        ("mapped_unverified", &|| {
            drop(black_box(unsafe { runtime.open_file_mapped_unverified(&path) }.unwrap()));
        }),
        ("mapped", &|| drop(black_box(unsafe { runtime.open_file_mapped(&path) }.unwrap()))),
        ("deserialize_file", &|| {
            drop(black_box(unsafe { Module::deserialize_file(&engine, &path) }.unwrap()));
        }),
        ("mapped_digest", &|| {
            let mapped = unsafe { memmap2::Mmap::map(&File::open(&path).unwrap()) }.unwrap();
            black_box(blake3::hash(&mapped));
        }),
    ];
    println!("{{{},{}}}", medians(&copying, rounds), medians(&mapping, rounds));
}

/// A way to open it, with its name.
type Way<'a> = (&'a str, &'a dyn Fn());

/// The medians of so many rounds of these ways, in turns, as members of a JSON object.
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
