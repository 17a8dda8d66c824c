//! Signatures of artifacts: keys in minisign's formats, and the signatures of other tools.
//!
//! A signature is one of an artifact's [`Statement`](crate::artifact::statement::Statement), a short text, so that any
//! tool which signs files with Ed25519 can sign artifacts.

mod dsse;
mod foreign;
mod minisig;
mod public_file;
mod secret_key;
#[cfg(feature = "sigstore")]
mod sigstore;

pub use dsse::envelope;
pub use foreign::{ForeignError, read as read_signature};
pub use minisig::text as minisig;
pub use public_file::{PublicFileError, read as read_public_key};
pub use secret_key::{KeyError, KeyFiles, SecretKey};
#[cfg(feature = "sigstore")]
pub use sigstore::{SigstoreError, SigstoreRoot, SigstoreSigner};
