//! Benches of the steps around every compilation, and of every cache hit: `cargo bench -p precompile
//! --features benchmarks --bench hot_paths`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use precompile::artifact::trailer;
use precompile::benchmarks::{Stamped, engine, needs};
use precompile::cache::{Cache, Digest, Key, Store, StoreLimits};
use precompile::{Artifact, Backend, Destination, Options, Platform, Request, Source, Target};
use precompile::{Compiler, Signatures, recipe};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A typical program: `benches/programs/json.c`.
const MODULE: &[u8] = include_bytes!("../../benches/programs/json.wasm");

/// The time that a file must be unchanged to be recognised by the file system's record of it.
const SETTLED: Duration = Duration::from_secs(3);

fn options(backend: Backend) -> Options {
    Options::new(backend, Target::host().unwrap(), Platform::Hosted).unwrap()
}

fn key(criterion: &mut Criterion) {
    let options = options(Backend::Winch);
    let mut group = criterion.benchmark_group("key");
    group.bench_function("recipe", |bencher| bencher.iter(|| recipe(black_box(&options))));
    let recipe = Arc::new(recipe(&options));
    let digest = Digest::of(MODULE);
    group.bench_function("key", |bencher| bencher.iter(|| Key::new(black_box(&recipe), digest)));
    group.throughput(Throughput::Bytes(MODULE.len() as u64));
    group.bench_function("digest", |bencher| bencher.iter(|| Digest::of(black_box(MODULE))));
}

fn scan(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("needs");
    group.throughput(Throughput::Bytes(MODULE.len() as u64));
    group.bench_function("needs", |bencher| bencher.iter(|| needs(black_box(MODULE))));
}

fn engines(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    for backend in [Backend::Winch, Backend::Cranelift] {
        let options = options(backend);
        group.bench_function(backend.to_string(), |bencher| bencher.iter(|| engine(black_box(&options))));
    }
}

fn restamp(criterion: &mut Criterion) {
    let stamped = Stamped::new(&options(Backend::Winch), MODULE);
    let mut group = criterion.benchmark_group("restamp");
    group.bench_function("copy and restamp", |bencher| bencher.iter(|| stamped.restamp()));
    group.bench_function("copy", |bencher| bencher.iter(|| stamped.copy()));
}

fn trailers(criterion: &mut Criterion) {
    let artifact = Compiler::default().compile(&options(Backend::Winch), MODULE).unwrap().artifact;
    let manifest = trailer::read(&artifact).unwrap().manifest;
    let image = Stamped::new(&options(Backend::Winch), MODULE).restamp();
    let mut group = criterion.benchmark_group("trailer");
    group.throughput(Throughput::Bytes(artifact.len() as u64));
    group.bench_function("read", |bencher| bencher.iter(|| trailer::read(black_box(&artifact))));
    group.bench_function("read unverified", |bencher| {
        bencher.iter(|| trailer::read_unverified(black_box(&artifact)));
    });
    group.bench_function("append", |bencher| {
        let append = |mut image| trailer::append(&mut image, &manifest).map(|()| image);
        bencher.iter_batched(|| image.clone(), append, BatchSize::SmallInput);
    });
}

fn warm(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("app.wasm"), folder.path().join("app.cwasm"));
    std::fs::write(&input, MODULE).unwrap();
    let cache = Cache::new(Store::new(&folder.path().join("cache")), StoreLimits::default());
    let options = options(Backend::Winch);
    let (recipe, compiler) = (Arc::new(recipe(&options)), Compiler::default());
    let signatures = Signatures::default();
    let request = |output| Request {
        options: &options,
        recipe: &recipe,
        source: Source::File(&input, None),
        name: Some(&input),
        is_isolated: false,
        output,
        verify_inputs: false,
        signatures: &signatures,
    };
    let Artifact::Compiled(compiled, turn) = compiler.obtain(&cache, &request(None), true).unwrap().artifact
    else {
        panic!("there is nothing in the cache yet");
    };
    cache.fill(turn, &compiled.artifact, compiled.timings.total()).expect("the cache can be written");
    let found = || {
        let answer = compiler.obtain(&cache, &request(None), true).unwrap();
        let Artifact::Stored(entry) = answer.artifact else { panic!("it is in the cache") };
        Destination::derived(&output, &input).deliver(&entry).expect("the entry is whole").unwrap();
        (answer.key, entry)
    };
    let mut group = criterion.benchmark_group("warm");
    group.bench_function("find and deliver", |bencher| {
        // An existing output would only be compared.
        bencher.iter_batched(|| std::fs::remove_file(&output), |_| found(), BatchSize::PerIteration);
    });
    group.bench_function("find and compare", |bencher| bencher.iter(found));
    // A new file is recognised only by reading it.
    std::thread::sleep(SETTLED);
    let (key, entry) = found();
    let digest = entry.digest().expect("an entry that was delivered has a digest");
    cache.note_output(&output, &key, digest, 0, SystemTime::now());
    group.bench_function("in place", |bencher| {
        bencher.iter(|| request(Some(&output)).in_place(&cache).expect("neither file has changed"));
    });
}

criterion_group!(benches, key, scan, engines, restamp, trailers, warm);
criterion_main!(benches);
