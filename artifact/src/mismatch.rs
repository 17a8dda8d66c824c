//! Would this artifact load on that host, and if not, why?
//!
//! One pure function of a manifest and a host's description, for the runtime when it opens an
//! artifact and for the command when it explains one.

mod checks;
mod equivalent;
#[cfg(any(feature = "policy", not(feature = "std")))]
mod freestanding;
#[cfg(feature = "policy")]
mod policy;
mod reason;

pub use checks::{pulley, same_major};
pub use equivalent::equivalent;
pub use reason::Mismatch;

use crate::Host;
use crate::manifest::Manifest;
use alloc::vec::Vec;

/// Every reason why this artifact would not load on this host; none if it would.
///
/// Without this crate's feature `policy`, what the host demands doesn't count; with `std` besides, what only
/// hosts without an operating system lack doesn't, either.
pub fn mismatches(manifest: &Manifest, host: &Host) -> Vec<Mismatch> {
    let checks = checks::CHECKS.iter();
    #[cfg(any(feature = "policy", not(feature = "std")))]
    let checks = checks.chain(&freestanding::CHECKS);
    #[cfg(feature = "policy")]
    let checks = checks.chain(&policy::CHECKS);
    checks.filter_map(|check| check(manifest, host)).collect()
}
