//! The settings that code must share with the code whose place it takes.

use crate::failure::Failure;
use precompile_runtime::artifact::contract::{Contract, Inlining};
use precompile_runtime::artifact::{Code, Manifest};
use std::path::Path;

/// Checks that code serves as the code that runs does.
///
/// # Errors
///
/// If it has other settings.
pub(super) fn serves_alike(manifest: &Manifest, running: &Manifest, path: &Path) -> Result<(), Failure> {
    match of_service(&manifest.settings) == of_service(&running.settings) {
        true => Ok(()),
        false => Err(Failure::refused(path, Code::OtherSettings, || {
            "it was compiled with other settings than the code that runs: compile both with the same, such as \
             `-W epoch-interruption`"
                .into()
        })),
    }
}

/// The settings that matter to a server: all but those of the compiler's own work, and of debugging.
fn of_service(settings: &Contract) -> Contract {
    Contract {
        inlining: Inlining::No,
        debug_info: false,
        debug_symbols: false,
        wasm_backtrace_details: false,
        generate_address_map: true,
        ..settings.clone()
    }
}
