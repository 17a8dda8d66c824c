//! A cache of verified blobs: a store on disk that many processes share, and optionally a second store that many
//! machines share. The crate doesn't interpret the blobs.
//!
//! ```
//! use precompile_cache::{Cache, Candidate, Digest, Key, Lookup, Recipe, Store, StoreLimits};
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! # let folder = tempfile::tempdir()?;
//! let cache = Cache::new(Store::new(folder.path()), StoreLimits::default());
//! let recipe = Recipe::new("example 2026-11 upper case", vec![("language".into(), "en".into())]);
//! let key = Key::new(&Arc::new(recipe), Digest::of(b"text"));
//! let accept = |_: Candidate<'_>| Ok(());
//! match cache.lookup(&key, true, &accept) {
//!     Lookup::Miss(turn) => cache.fill(turn, b"TEXT", Duration::from_millis(1)),
//!     other => panic!("{other:?}"),
//! };
//! match cache.lookup(&key, true, &accept) {
//!     Lookup::Hit(entry) => assert_eq!(entry.read()?, b"TEXT"),
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Every user who can write to the folder decides what the cache returns: a digest detects damage, not forgery.
//! So the folder is created for its owner only, and a folder that other users can write to is refused, unless
//! [`TrustedUsers::Anyone`] is set. Entries of the shared store are as trustworthy as everyone who can write to it.

#![forbid(unsafe_code)]

#[cfg(feature = "remote")]
mod absent;
mod accept;
mod bounded;
mod cache;
mod digest;
mod entry;
mod error;
mod files;
mod fs;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzz;
mod groups;
mod hash_file;
mod holder;
mod identity;
mod key;
mod known_files;
mod layout;
mod locks;
mod log;
mod mounts;
mod name;
mod nearest;
#[cfg(any(test, feature = "remote", feature = "fuzzing"))]
mod object;
mod open_regular;
mod patience;
#[cfg(feature = "planted-fault")]
mod planted_fault;
mod presence;
mod prune;
mod record;
#[cfg(feature = "remote")]
pub mod remote;
mod scan;
mod service;
mod slot;
mod store;
mod trusted_users;
mod verify;

pub use accept::{Accept, Candidate, Objection};
pub use bounded::bounded;
pub use cache::{Cache, Lookup, Turn};
pub use digest::Digest;
pub use entry::{Entry, is_damage};
pub use error::Error;
pub use identity::Identity;
pub use key::{Key, Recipe, Scope};
pub use known_files::InPlace;
pub use log::{Log, Run};
pub use nearest::{Nearest, Same};
pub use open_regular::open_regular;
pub use patience::Patience;
pub use presence::Presence;
pub use prune::{Pruned, StoreLimits};
pub use record::{Outcome, Record};
pub use scan::StoredEntry;
pub use service::Service;
pub use slot::Slot;
pub use store::Store;
pub use trusted_users::{TrustedUsers, UnknownUsers};
pub use verify::Verified;
