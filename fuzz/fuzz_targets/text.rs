#![no_main]

use precompile_fuzz::{mutant, next};

libfuzzer_sys::fuzz_target!(init: precompile_fuzz::quiet(), |bytes: &[u8]| {
    precompile_fuzz::count(precompile::fuzz::text(bytes));
});

// Mutates the text as a module. Texts lack their first parenthesis, which the body adds.
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max: usize, seed: u32| {
    let mutant = || {
        let module = wat::parse_bytes(&[b"(", &data[..size]].concat()).ok()?.into_owned();
        let text = wasmprinter::print_bytes(mutant(&module, seed)?).ok()?;
        text.strip_prefix('(').map(|text| text.into())
    };
    next(data, size, max, mutant())
});
