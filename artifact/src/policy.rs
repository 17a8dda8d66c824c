//! The policy of a host: its demands on artifacts, beyond being able to run them.

use crate::Backend;
use crate::backend::UnknownBackend;
use crate::quantity::{self, QuantityError};
use crate::version::numbers;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The policy of a host: its demands on artifacts. The default demands nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The code must be interruptible by epochs.
    pub require_epoch_interruption: bool,
    /// The code must consume fuel.
    pub require_fuel: bool,
    /// The limit for the total maximum size of an artifact's memories, in bytes. An artifact with a memory without a
    /// maximum is refused. So is one with garbage-collected objects, whose heap has no maximum.
    pub memory_max_bytes: Option<u64>,
    /// The minimum version of wasmtime that compiled the code, such as `1.2.3`. Wasmtime itself compares only the
    /// major number, so it runs code that was compiled before a fix. A text that is no version refuses all artifacts.
    pub min_wasmtime_version: Option<String>,
    /// The accepted backends; `None` accepts all.
    pub backends: Option<Vec<Backend>>,
    /// Artifacts with native DWARF or the module's own are refused. Symbols and address maps are accepted.
    pub refuse_debug: bool,
    /// Artifacts are refused that an advisory concerns, by the table at the time of the build. A build of this crate
    /// without the feature `audit` refuses all.
    #[serde(skip_serializing_if = "is_no")]
    pub audited: bool,
}

/// Returns true for the value that is left out of the JSON, which older readers wouldn't know.
fn is_no(it: &bool) -> bool {
    !it
}

/// The error for a text that is no demand of a policy's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(not(feature = "messages"), error("{}", crate::Code::Usage))]
pub enum DemandError {
    /// There is no such demand.
    #[cfg_attr(
        feature = "messages",
        error(
            "`{0}` is no demand: use `epoch-interruption`, `fuel`, `memory-max=SIZE`, \
             `min-wasmtime=VERSION`, `backend=NAME`, `no-debug` or `audited`"
        )
    )]
    Unknown(String),
    /// The demand `audited`, in a build that holds no advisories.
    #[cfg_attr(
        feature = "messages",
        error("this build holds no advisories: use one with the feature `audit`")
    )]
    NoAdvisories,
    /// The limit of memory is no size.
    #[error(transparent)]
    Size(#[from] QuantityError),
    /// The version of wasmtime is none.
    #[cfg_attr(feature = "messages", error("`{0}` is no version: use one like `1.2.3`"))]
    Version(String),
    /// There is no such backend.
    #[error(transparent)]
    Backend(#[from] UnknownBackend),
    /// Two demands leave no backend.
    #[cfg_attr(
        feature = "messages",
        error(
            "`backend={names}` leaves no backend beside `backend={before}`: to accept several, name them in \
             one demand, as in `backend=cranelift,winch`"
        )
    )]
    NoBackend {
        /// The demanded backends.
        names: String,
        /// The backends that earlier demands accept.
        before: String,
    },
}

impl Policy {
    /// Adds a demand, written as `epoch-interruption`, `fuel`, `memory-max=SIZE`,
    /// `min-wasmtime=VERSION`, `backend=NAME[,NAME]`, `no-debug` or `audited`.
    ///
    /// All demands apply. Of several demands of one kind, the strictest applies.
    ///
    /// # Errors
    ///
    /// If the text is no demand, or no artifact can meet it together with the earlier demands. The policy is unchanged
    /// then.
    pub fn demand(&mut self, text: &str) -> Result<(), DemandError> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        match (name, value) {
            ("epoch-interruption", None) => self.require_epoch_interruption = true,
            ("fuel", None) => self.require_fuel = true,
            ("no-debug", None) => self.refuse_debug = true,
            ("audited", None) if cfg!(feature = "audit") => self.audited = true,
            ("audited", None) => return Err(DemandError::NoAdvisories),
            ("memory-max", Some(value)) => {
                let bytes = quantity::bytes(value)?;
                self.memory_max_bytes = Some(self.memory_max_bytes.map_or(bytes, |before| before.min(bytes)));
            }
            ("min-wasmtime", Some(value)) => {
                let version = numbers(value).ok_or_else(|| DemandError::Version(value.into()))?;
                let before = self.min_wasmtime_version.as_deref().and_then(numbers);
                if before.is_none_or(|before| before < version) {
                    self.min_wasmtime_version = Some(value.into());
                }
            }
            ("backend", Some(value)) => self.demand_backend(value)?,
            _ => return Err(DemandError::Unknown(text.into())),
        }
        Ok(())
    }

    /// Reduces the accepted backends to those of a list.
    fn demand_backend(&mut self, names: &str) -> Result<(), DemandError> {
        let mut backends = names.split(',').map(str::parse).collect::<Result<Vec<Backend>, _>>()?;
        backends.sort();
        backends.dedup();
        if let Some(before) = &self.backends {
            backends.retain(|backend| before.contains(backend));
            if backends.is_empty() {
                let before: Vec<_> = before.iter().map(|backend| backend.name()).collect();
                return Err(DemandError::NoBackend { names: names.into(), before: before.join(",") });
            }
        }
        self.backends = Some(backends);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn demands_are_read() {
        let mut policy = Policy::default();
        for text in
            ["epoch-interruption", "fuel", "memory-max=65536", "min-wasmtime=1.2.8", "no-debug", "audited"]
        {
            policy.demand(text).unwrap();
        }
        policy.demand("backend=winch").unwrap();
        let expected = Policy {
            require_epoch_interruption: true,
            require_fuel: true,
            memory_max_bytes: Some(65536),
            min_wasmtime_version: Some("1.2.8".into()),
            backends: Some(alloc::vec![Backend::Winch]),
            refuse_debug: true,
            audited: true,
        };
        assert_eq!(policy, expected);
        for wrong in [
            "",
            "fuel=1",
            "memory-max",
            "memory-max=1MB",
            "min-wasmtime=1.2",
            "backend=llvm",
            "backend=",
            "debug",
            "audited=y",
        ] {
            assert!(policy.demand(wrong).is_err(), "{wrong}");
        }
        assert_eq!(policy, expected);
    }

    /// The order of the demands makes no difference, and no demand weakens another.
    #[test]
    fn the_strictest_demand_applies() {
        let policy = |demands: &[&str]| {
            let mut policy = Policy::default();
            demands.iter().try_for_each(|demand| policy.demand(demand)).map(|()| policy)
        };
        for (stricter, weaker) in [
            ("memory-max=65536", "memory-max=4G"),
            ("memory-max=0", "memory-max=64K"),
            ("min-wasmtime=1.2.10", "min-wasmtime=1.2.9"),
            ("min-wasmtime=2.0.0", "min-wasmtime=1.99.99"),
            ("backend=winch", "backend=winch,cranelift"),
            ("fuel", "fuel"),
            ("audited", "audited"),
        ] {
            let alone = policy(&[stricter]).unwrap();
            assert_eq!(policy(&[stricter, weaker]).unwrap(), alone, "{stricter}, then {weaker}");
            assert_eq!(policy(&[weaker, stricter]).unwrap(), alone, "{weaker}, then {stricter}");
        }
        let error = policy(&["backend=winch", "backend=cranelift"]).unwrap_err().to_string();
        assert!(error.contains("leaves no backend beside `backend=winch`"), "{error}");
        let both = policy(&["backend=winch,cranelift,winch"]).unwrap().backends.unwrap();
        assert_eq!(both, [Backend::Cranelift, Backend::Winch]);
    }
}
