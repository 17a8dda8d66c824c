//! The reasons why an artifact would not load on a host.
//!
//! They are a pure function of the artifact's manifest and the host's description. The runtime uses it to open an
//! artifact, and the command `explain` to explain one.

mod checks;
mod equivalent;
#[cfg(any(feature = "policy", not(feature = "std")))]
mod freestanding;
#[cfg(feature = "policy")]
mod policy;
mod reason;

pub(crate) use checks::{fits_target, missing_cpu_features};
pub use checks::{no_fat, pulley, same_major};
pub use equivalent::equivalent;
pub use reason::Mismatch;

use crate::Host;
use crate::manifest::Manifest;
use alloc::vec::Vec;

/// All reasons why an artifact would not load on a host; none if it would.
///
/// Without this crate's feature `policy`, the host's policy is ignored. With `std` and without `policy`, so are the
/// checks that only matter on hosts without an operating system.
pub fn mismatches(manifest: &Manifest, host: &Host) -> Vec<Mismatch> {
    let checks = checks::CHECKS.iter();
    #[cfg(any(feature = "policy", not(feature = "std")))]
    let checks = checks.chain(&freestanding::CHECKS);
    #[cfg(feature = "policy")]
    let checks = checks.chain(&policy::CHECKS);
    checks.filter_map(|check| check(manifest, host)).collect()
}
