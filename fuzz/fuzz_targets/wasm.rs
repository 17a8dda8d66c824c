#![no_main]

libfuzzer_sys::fuzz_target!(init: precompile_fuzz::quiet(), |bytes: &[u8]| {
    precompile_fuzz::count(precompile::fuzz::wasm(bytes));
});

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max: usize, seed: u32| {
    let mutant = precompile_fuzz::mutant(&data[..size], seed);
    precompile_fuzz::next(data, size, max, mutant)
});
