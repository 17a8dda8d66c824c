//! The modules of stripped artifacts, which the cache keeps: a module has all that was stripped, and its lines of source.
//!
//! An artifact's manifest names its module by a digest, so that the artifact alone leads to the entry. Artifacts of a
//! module for several targets share it.

use crate::module::traced::binary_form;
use crate::options::Options;
use precompile_artifact::Manifest;
use precompile_cache::{Cache, Digest, Key, Recipe};
use std::sync::Arc;

/// The context that separates these keys from those of artifacts.
const CONTEXT: &str = "precompile 2026-11 module of stripped artifacts";
/// The field of a record by which it is a module's, and its value.
const KIND: (&str, &str) = ("kind", "module");

/// Returns true if the record of an entry with these fields is that of a module, and not of an artifact.
pub fn is_kept_module(fields: &[(String, String)]) -> bool {
    fields.iter().any(|(name, value)| (name.as_str(), value.as_str()) == KIND)
}

/// Returns true if artifacts with these options lack what backtraces need.
pub(crate) fn is_wanted(options: &Options) -> bool {
    !options.contract.generate_address_map || !options.function_names
}

/// The key of the module whose binary form has this digest.
pub(crate) fn key(binary: &[u8; 32]) -> Key {
    let recipe = Recipe::new(CONTEXT, vec![(KIND.0.into(), KIND.1.into())]);
    // An artifact of the same module is none the nearer for this entry.
    let source = Digest::of(&[CONTEXT.as_bytes(), binary].concat());
    Key::new(&Arc::new(recipe), source)
}

/// The binary form of the module that an artifact was made of, if the cache has kept it.
pub fn kept_module(cache: &Cache, manifest: &Manifest) -> Option<Vec<u8>> {
    let module = cache.kept(&key(&manifest.source_blake3))?;
    let wasm = binary_form(&module).ok()?.into_owned();
    (*Digest::of(&wasm).bytes() == manifest.source_blake3).then_some(wasm)
}
