#![no_main]

libfuzzer_sys::fuzz_target!(init: precompile_fuzz::quiet(), |bytes: &[u8]| {
    precompile_fuzz::count(precompile::fuzz::fat(bytes));
});
