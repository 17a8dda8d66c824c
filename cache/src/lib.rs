//! Keys to verified blobs: a store on disk that many processes share, and a second one that many
//! machines share. It knows nothing of what the blobs are.
//!
//! ```
//! use precompile_cache::{Cache, Digest, Key, Lookup, Recipe, Store, StoreLimits};
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! # let folder = tempfile::tempdir()?;
//! let cache = Cache::new(Store::new(folder.path()), StoreLimits::default());
//! let recipe = Recipe::new("example 2026-11 upper case", vec![("language".into(), "en".into())]);
//! let key = Key::new(&Arc::new(recipe), Digest::of(b"text"));
//! let accept = |_: &[u8]| Ok(());
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
//! Who can write to the folder decides what comes out of it: a digest tells damage, not origin. So it is
//! made for its owner alone, and not used where others can write to it, unless [`Trust::Anyone`] says so.
//! The shared store is whoever's can write to it.

#![forbid(unsafe_code)]

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
mod prune;
mod record;
#[cfg(feature = "remote")]
pub mod remote;
mod scan;
mod slot;
mod store;
mod trust;
mod verify;

pub use accept::Accept;
pub use bounded::bounded;
pub use cache::{Cache, Lookup, Turn};
pub use digest::Digest;
pub use entry::{Entry, is_damage};
pub use error::Error;
pub use identity::Identity;
pub use key::{Key, Recipe};
pub use known_files::InPlace;
pub use log::{Log, Run};
pub use nearest::{Nearest, Same};
pub use open_regular::open_regular;
pub use patience::Patience;
pub use prune::{Pruned, StoreLimits};
pub use record::{Outcome, Record};
pub use scan::StoredEntry;
pub use slot::Slot;
pub use store::Store;
pub use trust::Trust;
pub use verify::Verified;
