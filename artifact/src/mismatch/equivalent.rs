//! Artifacts that are equivalent for a host.

use crate::{Host, Manifest};

/// Returns true if two artifacts are equal in all fields that [`mismatches`](super::mismatches) checks: if a host loads
/// one of them, it loads the other as well. Comparing takes a fraction of the time that checking takes.
pub fn equivalent(one: &Manifest, other: &Manifest, host: &Host) -> bool {
    // A new field is either checked or ignored: it belongs to one of these two groups.
    let Manifest {
        kind,
        backend,
        platform,
        target,
        cpu_features,
        wasmtime_version,
        features_stamped,
        settings,
        memories,
        features_used,
        opt_level: _,
        precompile_version: _,
        source_blake3: _,
        imports: _,
        exports: _,
    } = one;
    (kind, backend, platform) == (&other.kind, &other.backend, &other.platform)
        && target == &other.target
        && features_stamped == &other.features_stamped
        && cpu_features == &other.cpu_features
        && wasmtime_version == &other.wasmtime_version
        && settings == &other.settings
        && (memories == &other.memories || host.policy.memory_max_bytes.is_none())
        && (features_used == &other.features_used || !host.policy.audited)
}
