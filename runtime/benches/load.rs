//! The time that opening an artifact takes: `cargo bench -p precompile-runtime --bench load`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use precompile_runtime::Runtime;
use precompile_runtime::wasmtime::Module;
use support::{BACKENDS, Folder};

fn load(criterion: &mut Criterion) {
    let folder = Folder::new();
    let module = support::root().join("benches/programs/json.wasm");
    for backend in BACKENDS {
        let path = folder.join(&format!("{backend}.cwasm"));
        let arguments =
            [module.as_os_str(), "-o".as_ref(), path.as_os_str(), "--backend".as_ref(), backend.as_ref()];
        let compiled = folder.precompile(arguments);
        assert_eq!(compiled.code, Some(0), "{compiled:?}");
        let runtime = Runtime::new();
        let open = || {
            // SAFETY: the file was compiled just now, and nobody changes it.
            unsafe { runtime.open_file(&path) }.unwrap()
        };
        let engine = open().engine().clone();
        let mut group = criterion.benchmark_group(format!("load, {backend}"));
        group.throughput(Throughput::Bytes(path.metadata().unwrap().len()));
        group.bench_function("copied", |bencher| bencher.iter(open));
        group.bench_function("mapped", |bencher| {
            // SAFETY: as above.
            bencher.iter(|| unsafe { runtime.open_file_mapped(&path) }.unwrap());
        });
        group.bench_function("mapped, unverified", |bencher| {
            // SAFETY: as above.
            bencher.iter(|| unsafe { runtime.open_file_mapped_unverified(&path) }.unwrap());
        });
        group.bench_function("wasmtime's deserialize_file", |bencher| {
            // SAFETY: as above.
            bencher.iter(|| unsafe { Module::deserialize_file(&engine, &path) }.unwrap());
        });
    }
}

criterion_group!(benches, load);
criterion_main!(benches);
