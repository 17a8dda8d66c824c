//! Keys to verified blobs: a store on disk that many processes share, and a second one that many
//! machines share. It knows nothing of what the blobs are.

#![forbid(unsafe_code)]

#[cfg(feature = "remote")]
pub mod remote;
