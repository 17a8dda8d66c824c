//! The WebAssembly proposals that the user turns on or off: `-W simd=n`.

use precompile_artifact::features::{WasmFeatures, named, names};
use serde::{Deserialize, Serialize};

/// The proposals that others need, as in wasmtime's engine and the validator.
const PREREQUISITES: [(WasmFeatures, WasmFeatures); 9] = [
    (WasmFeatures::RELAXED_SIMD, WasmFeatures::SIMD),
    (WasmFeatures::FUNCTION_REFERENCES, WasmFeatures::REFERENCE_TYPES),
    (WasmFeatures::GC, WasmFeatures::FUNCTION_REFERENCES.union(WasmFeatures::GC_TYPES)),
    (WasmFeatures::EXCEPTIONS, WasmFeatures::GC_TYPES.union(WasmFeatures::REFERENCE_TYPES)),
    (WasmFeatures::STACK_SWITCHING, WasmFeatures::FUNCTION_REFERENCES.union(WasmFeatures::EXCEPTIONS)),
    (WasmFeatures::SHARED_EVERYTHING_THREADS, WasmFeatures::THREADS),
    (WasmFeatures::CM_ASYNC_STACKFUL, WasmFeatures::CM_ASYNC),
    (WasmFeatures::CM_MORE_ASYNC_BUILTINS, WasmFeatures::CM_ASYNC),
    (WasmFeatures::CM_THREADING, WasmFeatures::CM_ASYNC),
];

/// The proposals that the user turned on or off. Others are stamped if a module uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Named", into = "Named")]
pub struct Proposals {
    required: WasmFeatures,
    forbidden: WasmFeatures,
}

/// The proposals by their names, in serialised form.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Proposals")]
struct Named {
    required: Vec<String>,
    forbidden: Vec<String>,
}

impl From<Proposals> for Named {
    fn from(Proposals { required, forbidden }: Proposals) -> Named {
        Named { required: names(required), forbidden: names(forbidden) }
    }
}

impl From<Named> for Proposals {
    fn from(Named { required, forbidden }: Named) -> Proposals {
        let features = |names: &[String]| names.iter().filter_map(|name| named(name)).collect();
        Proposals { required: features(&required), forbidden: features(&forbidden) }
    }
}

impl Default for Proposals {
    fn default() -> Proposals {
        Proposals { required: WasmFeatures::empty(), forbidden: WasmFeatures::empty() }
    }
}

impl Proposals {
    /// Those with which an artifact is stamped, and what they need.
    pub(crate) fn stamped(features: WasmFeatures) -> Proposals {
        Proposals { required: features, ..Proposals::default() }
    }

    /// Stamps artifacts with these proposals even if the module doesn't use them, so that they load only
    /// if the runtime supports them. The proposals that they need are turned on, too.
    pub fn require(&mut self, mut features: WasmFeatures) {
        for _ in PREREQUISITES {
            features |= PREREQUISITES
                .iter()
                .filter(|(proposal, _)| features.contains(*proposal))
                .map(|(_, needed)| *needed)
                .collect();
        }
        self.required |= features;
        self.forbidden -= features;
    }

    /// Refuses modules that use these proposals. The proposals that need them are turned off, too.
    pub fn forbid(&mut self, mut features: WasmFeatures) {
        for _ in PREREQUISITES {
            features |= PREREQUISITES
                .iter()
                .filter(|(_, needed)| features.intersects(*needed))
                .map(|(proposal, _)| *proposal)
                .collect();
        }
        self.forbidden |= features;
        self.required -= features;
    }

    /// The proposals that are stamped in any case.
    pub fn required(&self) -> WasmFeatures {
        self.required
    }

    /// The proposals that a module must not use.
    pub fn forbidden(&self) -> WasmFeatures {
        self.forbidden
    }

    /// The proposal with this name: that of [`Manifest`](crate::Manifest), or that of wasmtime's command
    /// line, which writes `component-model-async` for `cm-async`.
    pub fn named(name: &str) -> Option<WasmFeatures> {
        let short = match name.strip_prefix("component-model-") {
            Some("memory64") => "cm64".into(),
            Some(part) => format!("cm-{part}"),
            None => name.into(),
        };
        // Floating point is part of every version of WebAssembly.
        named(&short).filter(|features| *features != WasmFeatures::FLOATS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needed_proposals_are_included() {
        let mut proposals = Proposals::default();
        proposals.require(WasmFeatures::GC);
        assert!(proposals.required().contains(WasmFeatures::REFERENCE_TYPES | WasmFeatures::GC_TYPES));
        proposals.forbid(WasmFeatures::REFERENCE_TYPES);
        assert!(proposals.forbidden().contains(WasmFeatures::GC | WasmFeatures::STACK_SWITCHING));
        assert!(!proposals.required().contains(WasmFeatures::GC));
        proposals.require(WasmFeatures::REFERENCE_TYPES);
        assert!(!proposals.forbidden().contains(WasmFeatures::REFERENCE_TYPES));
        assert!(proposals.forbidden().contains(WasmFeatures::GC));
    }

    #[test]
    fn both_spellings_are_known() {
        assert_eq!(Proposals::named("component-model-async"), Some(WasmFeatures::CM_ASYNC));
        assert_eq!(Proposals::named("cm-async"), Some(WasmFeatures::CM_ASYNC));
        assert_eq!(Proposals::named("component-model-memory64"), Some(WasmFeatures::CM64));
        assert_eq!(Proposals::named("component-model"), Some(WasmFeatures::COMPONENT_MODEL));
        assert_eq!(Proposals::named("component-model-magic"), None);
    }
}
