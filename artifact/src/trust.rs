//! Trust: the keys whose signatures make an artifact one that a host runs.

mod check;
mod limits;
mod parse;
mod public_key;
mod trust;

pub use check::{Fault, Refusal};
pub use limits::{Limit, Limits};
pub use parse::{TrustError, TrustProblem};
pub use public_key::{PublicKey, PublicKeyError, blake2b_512};
pub use trust::{Trust, TrustedKey};
