//! Names of slices, as files have them.

use precompile::Manifest;
use precompile::artifact::cpu;

/// A name for each slice, such as `x86_64-unknown-linux-gnu.x86-64-v3`: its target, and as much of the rest as tells it
/// from the others.
pub(super) fn slice_names(manifests: &[&Manifest]) -> Vec<String> {
    let parts = [cpu, backend, platform, wasmtime];
    let name = |manifest: &Manifest, parts: &[fn(&Manifest) -> String]| {
        let rest = parts.iter().map(|part| part(manifest));
        std::iter::once(manifest.target.clone()).chain(rest).collect::<Vec<_>>().join(".")
    };
    let named = manifests.iter().map(|manifest| {
        let is_clear = |count: &usize| {
            let own = name(manifest, &parts[..*count]);
            manifests.iter().filter(|other| name(other, &parts[..*count]) == own).count() == 1
        };
        let count = (0..parts.len()).find(is_clear).unwrap_or(parts.len());
        name(manifest, &parts[..count])
    });
    named.collect()
}

fn cpu(manifest: &Manifest) -> String {
    cpu::name(&manifest.target, &manifest.cpu_features)
}

fn backend(manifest: &Manifest) -> String {
    manifest.backend.to_string()
}

fn platform(manifest: &Manifest) -> String {
    manifest.platform.to_string()
}

fn wasmtime(manifest: &Manifest) -> String {
    manifest.wasmtime_version.clone()
}
