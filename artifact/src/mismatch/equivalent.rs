//! Artifacts that a host answers the same.

use crate::{Host, Manifest};

/// The test that a host that loads one of two artifacts loads the other as well, told by their being equal in all that
/// [`mismatches`](super::mismatches) looks at. That takes a fraction of looking.
pub fn equivalent(one: &Manifest, other: &Manifest, host: &Host) -> bool {
    // A field that is new is looked at, or it isn't: it goes into one of these groups.
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
        opt_level: _,
        precompile_version: _,
        source_blake3: _,
        features_used: _,
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
}
