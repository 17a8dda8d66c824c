//! `load ARTIFACT ROUNDS`: opens an artifact in four ways, in turns, and prints the median of each, in
//! nanoseconds, as JSON. An engine is there already, and each program is dropped before the next is opened.

use precompile_runtime::Runtime;
use precompile_runtime::wasmtime::Module;
use std::env::args;
use std::fs::File;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

/// A circuit in which each way follows each other one once, since what was opened before decides what is in the
/// processor's caches. It takes three rounds.
const ORDER: [usize; 12] = [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3];

fn main() {
    let [path, rounds] = args().skip(1).collect::<Vec<_>>().try_into().expect("load ARTIFACT ROUNDS");
    let (path, rounds) = (PathBuf::from(path), rounds.parse::<usize>().expect("a number of rounds"));
    let runtime = Runtime::new();
    // SAFETY: who runs this made the artifact with precompile, and doesn't change it meanwhile. So it is for
    // every call below.
    let program = unsafe { runtime.open_file(&path) }.expect("the artifact loads");
    let engine = program.engine().clone();
    let unverified = || drop(black_box(unsafe { runtime.open_file_mapped_unverified(&path) }.unwrap()));
    let verified = || drop(black_box(unsafe { runtime.open_file(&path) }.unwrap()));
    let wasmtime = || drop(black_box(unsafe { Module::deserialize_file(&engine, &path) }.unwrap()));
    let digest = || {
        let bytes = unsafe { memmap2::Mmap::map(&File::open(&path).unwrap()) }.unwrap();
        black_box(blake3::hash(&bytes));
    };
    let ways: [(&str, &dyn Fn()); 4] =
        [("unverified", &unverified), ("verified", &verified), ("wasmtime", &wasmtime), ("digest", &digest)];
    let mut times = [const { Vec::new() }; 4];
    for at in ORDER.into_iter().cycle().take(rounds * ways.len()) {
        let start = Instant::now();
        ways[at].1();
        times[at].push(start.elapsed().as_nanos());
    }
    let medians = ways.iter().zip(&mut times).map(|((name, _), times)| {
        times.sort_unstable();
        format!("\"{name}_ns\":{}", times[times.len() / 2])
    });
    println!("{{{}}}", medians.collect::<Vec<_>>().join(","));
}
