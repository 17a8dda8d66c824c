//! The CPU levels of all targets.

use precompile::Target;
use std::collections::BTreeSet;

/// A target for each architecture, in the order in which `precompile targets` lists them.
pub(crate) const TARGETS: [&str; 8] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "riscv64gc-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
    "pulley64",
    "pulley32",
    "pulley64be",
    "pulley32be",
];

/// The names of all CPU levels.
pub(crate) fn cpu_levels() -> Vec<String> {
    let targets = TARGETS.iter().filter_map(|name| name.parse().ok());
    let levels = targets.flat_map(|target: Target| target.family().levels.iter().map(|level| level.name));
    let names: BTreeSet<_> = levels.chain(["baseline", "native"]).map(String::from).collect();
    names.into_iter().collect()
}
