//! The functions that read untrusted input, for fuzzers and tests. None of them may panic, whatever the
//! bytes are. Each returns `true` if it accepted the input.

use crate::inspect::{Code, inspect};
use crate::options::Options;
use crate::sign;
use crate::{BackendError, Cause, CompileError, Compiler, TracedModule, demangled, fit};
use precompile_artifact::fat::choose;
use precompile_artifact::mismatch::mismatches;
use precompile_artifact::signature::Signature;
use precompile_artifact::trailer::{self, FORMAT, MAGIC, ReadError};
use precompile_artifact::{Backend, Host, Manifest, Platform, Trust};
#[cfg(feature = "fuzzing")]
pub use precompile_cache::fuzz::object;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// An artifact, for its image and its manifest.
const ARTIFACT: &[u8] = include_bytes!("../../artifact/tests/golden/format-2.cwasm");
/// A fat artifact, for its slices.
const FAT: &[u8] = include_bytes!("../../artifact/tests/golden/format-3.cwasm");
/// The offset of its index.
const INDEX_OFFSET: usize = 144;
/// A runner's description of itself.
const HOST: &[u8] = include_bytes!("fuzz/host.json");
/// The first bytes of a component's binary form.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// A trust file, with a key of minisign's documentation.
const TRUST: &str = include_str!("fuzz/trust");

/// The number of panics of compilers that became errors.
pub static COMPILER_PANICS: AtomicU64 = AtomicU64::new(0);

/// Bytes as a module or a component in binary form, for both backends.
///
/// # Panics
///
/// An artifact that can't be read, or an unexpected image of wasmtime's.
pub fn wasm(bytes: &[u8]) -> bool {
    let mut valid = false;
    for (backend, target) in [(Backend::Winch, "x86_64"), (Backend::Cranelift, "aarch64")] {
        let Some(options) = options(backend, target) else { continue };
        valid |= match Compiler::default().compile(&options, bytes) {
            Ok(compiled) => {
                trailer::read(&compiled.artifact).unwrap_or_else(|error| panic!("it can't be read: {error}"));
                true
            }
            Err(error) => is_expected(&error),
        };
    }
    valid
}

/// The test that an error is a limit of a backend's, and not an invalid module.
fn is_expected(error: &CompileError) -> bool {
    assert!(!error.to_string().is_empty());
    match error {
        CompileError::Stamp(_)
        | CompileError::Trailer(_)
        | CompileError::Backend(BackendError::Configure { .. }) => {
            panic!("it should not come to this: {error}")
        }
        CompileError::Backend(BackendError::Panic { .. }) => panicked(),
        CompileError::Unsupported(unsupported) if matches!(unsupported.cause, Cause::Panic(_)) => panicked(),
        _ => {}
    }
    error.another_backend_may()
}

fn panicked() {
    COMPILER_PANICS.fetch_add(1, Relaxed);
}

fn options(backend: Backend, target: &str) -> Option<Options> {
    let options = Options::new(backend, target.parse().ok()?, Platform::Hosted).ok()?;
    Some(Options { parallel: false, ..options })
}

/// Bytes as a component in binary form without its first bytes.
pub fn component(bytes: &[u8]) -> bool {
    wasm(&[COMPONENT, bytes].concat())
}

/// Bytes as a module or a component in text form.
pub fn text(bytes: &[u8]) -> bool {
    let Some(options) = options(Backend::Winch, "x86_64") else { return false };
    // Text begins with a parenthesis; else the bytes would be read as a binary.
    match Compiler::default().compile(&options, &[b"(", bytes].concat()) {
        Ok(_) => true,
        Err(CompileError::Text(_)) => false,
        Err(error) => is_expected(&error),
    }
}

/// Bytes as an artifact.
pub fn artifact(bytes: &[u8]) -> bool {
    let read = trailer::read(bytes);
    if let (Ok(trailer), Ok(host)) = (trailer::read_unverified(bytes), serde_json::from_slice::<Host>(HOST)) {
        explain(&trailer.manifest, &host);
    }
    if let Ok(inspection) = inspect(bytes) {
        let _ = (inspection.manifest(), inspection.warnings(), format!("{inspection:?}"));
    }
    if let Ok(code) = Code::read(bytes) {
        for function in code.functions() {
            let _ = (code.bytes(function), code.source(function, function.bytes / 2), function.to_string());
        }
    }
    read.is_ok()
}

/// Bytes as a fat artifact, and as the index of one with the right digest.
///
/// # Panics
///
/// A slice that is longer than its file.
pub fn fat(bytes: &[u8]) -> bool {
    let mut sealed = FAT[..INDEX_OFFSET - 4].to_vec();
    sealed.extend((bytes.len() as u32).to_le_bytes());
    sealed.extend(bytes);
    sealed.extend(blake3::hash(&sealed).as_bytes());
    // The slices of the golden one stay where they are, if the index is no longer.
    let behind = FAT.get(sealed.len()..).unwrap_or_default();
    sealed.extend(behind);
    is_chosen(bytes) | is_chosen(&sealed)
}

/// Chooses a slice, and reads it. Returns `true` if there was one.
fn is_chosen(bytes: &[u8]) -> bool {
    let Ok(host) = serde_json::from_slice::<Host>(HOST) else { return false };
    let read = |buffer: &mut [u8], offset: u64| -> Result<(), ReadError> {
        buffer.copy_from_slice(&bytes[offset as usize..][..buffer.len()]);
        Ok(())
    };
    let Ok(Ok(chosen)) = choose(&host, &read, bytes.len() as u64) else { return false };
    let slice = chosen.slice().bytes_in(bytes);
    assert!(slice.len() <= bytes.len(), "a slice is longer than its file");
    trailer::read(&slice).and_then(|trailer| chosen.checked(trailer)).is_ok()
}

/// Bytes as the manifest of an artifact with the right digest.
pub fn manifest(bytes: &[u8]) -> bool {
    let Ok(image) = trailer::image(ARTIFACT) else { return false };
    let mut sealed = ARTIFACT[..image.bytes as usize].to_vec();
    sealed.extend(MAGIC);
    sealed.extend(FORMAT.to_le_bytes());
    sealed.extend((bytes.len() as u32).to_le_bytes());
    sealed.extend(bytes);
    sealed.extend(blake3::hash(&sealed).as_bytes());
    sealed.extend([0; 4]);
    artifact(&sealed)
}

/// Bytes as the description of a host.
pub fn host(bytes: &[u8]) -> bool {
    let Ok(host) = serde_json::from_slice::<Host>(bytes) else { return false };
    let _ = fit(&host, None).map_err(|error| error.to_string());
    if let Ok(trailer) = trailer::read(ARTIFACT) {
        explain(&trailer.manifest, &host);
    }
    true
}

/// Prints the reasons why an artifact would not run on a host.
fn explain(manifest: &Manifest, host: &Host) {
    let _ = mismatches(manifest, host).iter().map(ToString::to_string).collect::<Vec<_>>();
}

/// Bytes as the signatures of an artifact, which a host with a trust file checks.
///
/// # Panics
///
/// A refusal without words, or signatures that are written otherwise than they were read.
pub fn signatures(bytes: &[u8]) -> bool {
    let (Ok(mut trailer), Ok(trust)) = (trailer::read(ARTIFACT), Trust::parse(TRUST)) else { return false };
    trailer.signatures = bytes.to_vec();
    if let Err(refusal) = trust.check(&trailer) {
        assert!(!trust.mismatch(&refusal).to_string().is_empty());
    }
    let Ok(read) = Signature::read_all(bytes) else { return false };
    let mut written = Vec::new();
    read.iter().for_each(|signature| signature.write_to(&mut written));
    assert_eq!(written, bytes);
    true
}

/// Bytes as a trust file.
///
/// # Panics
///
/// A trust file that is read otherwise than it was written.
pub fn trust(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    match Trust::parse(text) {
        Ok(trust) => {
            assert_eq!(Trust::parse(&trust.to_string()).as_ref(), Ok(&trust));
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

/// Bytes as a file of each kind of key and signature.
pub fn keys(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    let signature = sign::read_signature(text).inspect(|(signature, _)| drop(sign::minisig(signature)));
    let (public, secret) = (sign::read_public_key(text), sign::SecretKey::parse(text, None));
    signature.is_ok() || public.is_ok() || secret.is_ok()
}

/// Bytes as a module with debugging information, whose functions and lines are looked up.
pub fn lines(bytes: &[u8]) -> bool {
    let Ok(modules) = TracedModule::read(bytes) else { return false };
    for module in modules.iter().take(4) {
        let step = bytes.len().div_ceil(16).max(1);
        for offset in (0..bytes.len()).step_by(step) {
            let function = module.function_at(offset);
            let _ = (module.frames(offset), function.and_then(|index| module.beginning(index)));
        }
        for index in 0..64 {
            let _ = module.function_name(index).map(demangled);
        }
    }
    modules.iter().any(TracedModule::has_lines)
}

#[cfg(test)]
mod tests;
