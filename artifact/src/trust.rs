//! Trust: the keys whose signatures make an artifact one that a host runs.

mod check;
mod file;
mod keys;
mod limits;
pub mod minisign;
mod parse;
mod public_key;

pub use check::{Fault, Refusal};
pub use keys::{Trust, TrustedKey};
pub use limits::{Limit, Limits};
pub use parse::{TrustError, TrustProblem};
pub use public_key::{PublicKey, PublicKeyError, blake2b_512};
