#![no_main]

// A fault that the harness must find: an artifact whose manifest begins with a certain number.
libfuzzer_sys::fuzz_target!(init: precompile_fuzz::quiet(), |bytes: &[u8]| {
    precompile_fuzz::count(precompile::fuzz::manifest(bytes));
    if let [1, 1, 42, ..] = bytes {
        panic!("the planted fault");
    }
});
