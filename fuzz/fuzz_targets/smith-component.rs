#![no_main]

use arbitrary::Unstructured;
use wasm_smith::{Component, Config};

// Generated components, all valid.
libfuzzer_sys::fuzz_target!(init: precompile_fuzz::quiet(), |bytes: &[u8]| {
    let config = Config { max_instructions: 200, max_funcs: 10, ..Config::default() };
    let component = Component::new(config, &mut Unstructured::new(bytes));
    precompile_fuzz::count(component.is_ok_and(|component| precompile::fuzz::wasm(&component.to_bytes())));
});
