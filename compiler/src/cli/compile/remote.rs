//! Compiling by the workers of a build farm: `--remote-exec`.
//!
//! An action is this command itself, with the module and the options. Its result is checked here, signed here, and stored
//! as if it had been compiled here. What the farm doesn't do is done here.

#[cfg(not(feature = "remote-exec"))]
mod absent;
#[cfg(feature = "remote-exec")]
mod answer;
#[cfg(feature = "remote-exec")]
mod connection;
#[cfg(feature = "remote-exec")]
mod farm;
mod opts;
#[cfg(feature = "remote-exec")]
pub(crate) mod worker;

#[cfg(not(feature = "remote-exec"))]
pub(crate) use absent::Farm;
#[cfg(feature = "remote-exec")]
pub(crate) use farm::Farm;
pub(crate) use opts::RemoteOpts;
