//! A client of build farms, which speak the [Remote Execution API](https://github.com/bazelbuild/remote-apis): Buildbarn,
//! BuildBuddy, BuildGrid, NativeLink and others. It knows nothing of modules or artifacts.
//!
//! - [`Address`] and [`Access`]: a farm, and the credentials for it.
//! - [`Client::run`]: an action, found in the farm's cache of results or executed by one of its workers.
//! - [`Client::entry`], [`Client::set_entry`], [`Client::have_entries`]: named contents in a farm's caches.
//!
//! The contents that a farm sends are bounded in size and in time, and have the digests that they are named by. Nothing
//! more is known of them.

#![forbid(unsafe_code)]

mod access;
mod action;
mod address;
mod blob;
mod call;
mod capabilities;
mod client;
mod content;
mod entries;
mod error;
mod execution;
mod function;
mod headers;
mod limits;
mod outputs;
mod running;
mod stream;

pub use access::Access;
pub use action::{Action, InputFile};
pub use address::{Address, AddressError};
pub use blob::Blob;
pub use client::Client;
pub use error::FarmError;
pub use execution::{Outcome, Stage};
pub use function::Function;
pub use limits::Limits;
