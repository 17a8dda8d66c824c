#![no_main]

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};

// Generated modules, all valid, with every proposal.
libfuzzer_sys::fuzz_target!(init: precompile_fuzz::quiet(), |bytes: &[u8]| {
    let config = Config { max_instructions: 200, max_funcs: 10, wide_arithmetic_enabled: true, ..Config::default() };
    let module = Module::new(config, &mut Unstructured::new(bytes));
    precompile_fuzz::count(module.is_ok_and(|module| precompile::fuzz::wasm(&module.to_bytes())));
});
