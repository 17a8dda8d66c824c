//! `modules FOLDER COUNT`: writes valid modules of some 150 KB, the same ones each time, with
//! instructions that every backend compiles.

use std::error::Error;
use std::path::Path;
use wasm_smith::{Config, Module};
use wasmparser::WasmFeatures;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, count] = arguments.as_slice() else {
        return Err("use `modules FOLDER COUNT`".into());
    };
    std::fs::create_dir_all(folder)?;
    let features = WasmFeatures::WASM1 - WasmFeatures::GC_TYPES;
    for number in 0..count.parse::<u32>()? {
        let wasm = module(number)?;
        wasmparser::Validator::new_with_features(features | WasmFeatures::BULK_MEMORY).validate_all(&wasm)?;
        std::fs::write(Path::new(folder).join(format!("module-{number:04}.wasm")), wasm)?;
    }
    Ok(())
}

fn module(number: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    let config = Config {
        min_types: 10,
        min_funcs: 170,
        max_funcs: 230,
        max_instructions: 400,
        bulk_memory_enabled: true,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        sign_extension_ops_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        custom_page_sizes_enabled: false,
        shared_everything_threads_enabled: false,
        ..Config::default()
    };
    // The choices that generate the module are derived from its number.
    let mut choices = vec![0; 1 << 20];
    blake3::Hasher::new().update(&number.to_le_bytes()).finalize_xof().fill(&mut choices);
    Ok(Module::new(config, &mut arbtest::arbitrary::Unstructured::new(&choices))?.to_bytes())
}
