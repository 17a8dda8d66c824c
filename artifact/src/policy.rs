//! What a host demands of the artifacts that it loads, beyond being able to run them.

use crate::Backend;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a host demands of an artifact. By default, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The code must be interruptible by epochs.
    pub require_epoch_interruption: bool,
    /// The code must consume fuel.
    pub require_fuel: bool,
    /// The most that the memories which an artifact defines may ever hold together, in bytes. One
    /// that declares no maximum is refused, and so is one that collects garbage: its heap has none.
    pub memory_max_bytes: Option<u64>,
    /// The oldest version of wasmtime that may have compiled the code, such as `48.0.8`. Wasmtime
    /// itself compares the major number only, and so runs code from before a fix. What is no version
    /// is met by no artifact.
    pub min_wasmtime_version: Option<String>,
    /// The only backends whose code is accepted, where there is such a choice.
    pub backends: Option<Vec<Backend>>,
    /// No artifact may carry native DWARF, or the module's own. Symbols and address maps are fine.
    pub refuse_debug: bool,
}

impl Policy {
    /// Adds a demand, written as `epoch-interruption`, `fuel`, `memory-max=BYTES`,
    /// `min-wasmtime=VERSION`, `backend=NAME` or `no-debug`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the text, and what would be right.
    pub fn demand(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        match (name, value) {
            ("epoch-interruption", None) => self.require_epoch_interruption = true,
            ("fuel", None) => self.require_fuel = true,
            ("no-debug", None) => self.refuse_debug = true,
            ("memory-max", Some(value)) => {
                let bytes = value.parse().map_err(|_| format!("`{value}` is no number of bytes"))?;
                self.memory_max_bytes = Some(bytes);
            }
            ("min-wasmtime", Some(value)) => {
                crate::version::numbers(value)
                    .ok_or_else(|| format!("`{value}` is no version: use one like `48.0.8`"))?;
                self.min_wasmtime_version = Some(value.into());
            }
            ("backend", Some(value)) => {
                let backend =
                    value.parse().map_err(|error: crate::backend::UnknownBackend| error.to_string())?;
                self.backends.get_or_insert_default().push(backend);
            }
            _ => {
                return Err(format!(
                    "`{text}` is no demand: use `epoch-interruption`, `fuel`, `memory-max=BYTES`, \
                     `min-wasmtime=VERSION`, `backend=NAME` or `no-debug`"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demands_are_read() {
        let mut policy = Policy::default();
        for text in ["epoch-interruption", "fuel", "memory-max=65536", "min-wasmtime=48.0.8", "no-debug"] {
            policy.demand(text).unwrap();
        }
        policy.demand("backend=winch").unwrap();
        let expected = Policy {
            require_epoch_interruption: true,
            require_fuel: true,
            memory_max_bytes: Some(65536),
            min_wasmtime_version: Some("48.0.8".into()),
            backends: Some(alloc::vec![Backend::Winch]),
            refuse_debug: true,
        };
        assert_eq!(policy, expected);
        for wrong in ["", "fuel=1", "memory-max", "memory-max=1M", "min-wasmtime=48", "backend=llvm", "debug"]
        {
            assert!(policy.demand(wrong).is_err(), "{wrong}");
        }
        assert_eq!(policy, expected);
    }
}
