//! The addresses in the machine code of a backtrace's frames, for artifacts that have no map of addresses.
//!
//! Wasmtime has them, and shows them in a backtrace's `Debug` alone, so that they are read from there. The session
//! `tests/golden/symbolize.test` notices where that text changes.

use precompile_runtime::wasmtime::{self, WasmBacktrace};
use std::fmt::Write;

/// The field with the addresses, and the beginning of each.
const FIELD: &str = "_runtime_trace: ";
const ADDRESS: &str = "pc: ";

/// A line for each frame, as an offset in the artifact's file, for `precompile symbolize`; `None` if the frames have
/// offsets in their module.
pub(crate) fn lines(error: &wasmtime::Error) -> Option<String> {
    let backtrace = error.downcast_ref::<WasmBacktrace>()?;
    let frames = backtrace.frames();
    if frames.is_empty() || frames.iter().all(|frame| frame.module_offset().is_some()) {
        return None;
    }
    let images: Vec<_> = frames.iter().map(|frame| frame.module().image_range()).collect();
    let text = format!("{backtrace:?}");
    let (_, addresses) = text.rsplit_once(FIELD)?;
    let mut lines = String::from("in the artifact's machine code:");
    // It has all frames, and the others those that are shown.
    for (number, address) in addresses.split(ADDRESS).skip(1).take(frames.len()).enumerate() {
        let digits = address.split(|digit: char| !digit.is_ascii_digit()).next()?;
        let address: usize = digits.parse().ok()?;
        // The image is in memory as it is in the file.
        let image = images.iter().find(|image| (image.start.addr()..image.end.addr()).contains(&address));
        if let Some(image) = image {
            let _ = write!(lines, "\n  {number:>3}: artifact+{:#x}", address - image.start.addr());
        }
    }
    Some(lines)
}
