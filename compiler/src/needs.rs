//! placeholder until the scanner lands
use wasmparser::{BinaryReaderError, WasmFeatures};
pub(crate) fn used(_wasm: &[u8]) -> Result<WasmFeatures, BinaryReaderError> {
    Ok(WasmFeatures::FLOATS)
}
