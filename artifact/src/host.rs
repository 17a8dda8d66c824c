//! The description of a host: a machine and a build of the runtime.

use crate::features::{WasmFeatures, named, names};
use crate::policy::Policy;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use target_lexicon::Triple;

/// The description of a host: the offers and demands of a machine and a build of the runtime. `precompile-run
/// --describe` prints it as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The machine's target triple.
    #[serde(serialize_with = "write_triple", deserialize_with = "read_triple")]
    pub target: Triple,
    /// The CPU features beyond the baseline, sorted; `None` if they can't be detected, so that wasmtime's own check at
    /// load decides.
    pub cpu_features: Option<Vec<String>>,
    /// The full version of wasmtime in the runtime.
    pub wasmtime_version: String,
    /// The version of the runtime.
    pub runtime_version: String,
    /// The WebAssembly features that this build of the runtime supports.
    #[serde(serialize_with = "write_features", deserialize_with = "read_features")]
    pub features: WasmFeatures,
    /// Hardware faults become traps.
    pub signals: bool,
    /// Address space can be reserved and protected.
    pub virtual_memory: bool,
    /// TargetKind code that was copied into memory can be made executable.
    #[serde(default = "yes")]
    pub native_code: bool,
    /// The host's functions pass floating-point numbers in another way than compiled code does, so they can't replace
    /// instructions that the CPU lacks.
    #[serde(default)]
    pub soft_float: bool,
    /// Epochs can be counted, which needs 64-bit atomics.
    #[serde(default = "yes")]
    pub epochs: bool,
    /// This build includes Pulley.
    pub pulley: bool,
    /// This build runs components.
    pub components: bool,
    /// This build supports the component model's concurrency.
    pub concurrency: bool,
    /// This build opens fat artifacts.
    #[serde(default)]
    pub fat: bool,
    /// The program also contains a compiler, whose code must not share a store with Winch's.
    #[serde(default, skip_serializing_if = "is_no")]
    pub compiler: bool,
    /// The imports that the host offers. For modules, an import is `MODULE#NAME`. For components, it is the name of an
    /// instance, with the part of the version that must be the same. `None` if they are unknown, as for a program that
    /// embeds the runtime.
    #[serde(default)]
    pub imports: Option<Vec<String>>,
    /// The host's demands on artifacts.
    #[serde(default)]
    pub policy: Policy,
    /// The keys that must have signed artifacts, as a trust file; `None` if the host asks for no signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<String>,
}

/// The default of a capability that older runtimes have, but don't name.
fn yes() -> bool {
    true
}

/// Returns true for the value that is left out of the JSON.
fn is_no(it: &bool) -> bool {
    !it
}

fn write_triple<S: Serializer>(triple: &Triple, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(triple)
}

fn read_triple<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Triple, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error: target_lexicon::ParseError| D::Error::custom(error.to_string()))
}

fn write_features<S: Serializer>(features: &WasmFeatures, serializer: S) -> Result<S::Ok, S::Error> {
    names(*features).serialize(serializer)
}

/// Reads the names of features. Unknown names are ignored: no artifact of this version needs them.
fn read_features<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WasmFeatures, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    Ok(names.iter().filter_map(|name| named(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// The description by the first runtimes, which had no further fields.
    const OLD: &str = r#"{"target":"x86_64-unknown-linux-gnu","cpu_features":["sse3"],"wasmtime_version":"1.2.8",
        "runtime_version":"0.1.0","features":["simd","quantum"],"signals":true,"virtual_memory":true,"pulley":false,
        "components":false,"concurrency":false}"#;

    #[test]
    fn old_descriptions_are_read() {
        let host: Host = serde_json::from_str(OLD).unwrap();
        let expected = Host {
            target: "x86_64-unknown-linux-gnu".parse().unwrap(),
            cpu_features: Some(vec!["sse3".into()]),
            wasmtime_version: "1.2.8".into(),
            runtime_version: "0.1.0".into(),
            // The unknown name is ignored.
            features: WasmFeatures::SIMD,
            signals: true,
            virtual_memory: true,
            native_code: true,
            soft_float: false,
            epochs: true,
            pulley: false,
            components: false,
            concurrency: false,
            fat: false,
            compiler: false,
            imports: None,
            policy: Policy::default(),
            trust: None,
        };
        assert_eq!(host, expected);
        let unknown = OLD.replace("x86_64-unknown-linux-gnu", "abacus");
        assert!(serde_json::from_str::<Host>(&unknown).is_err());
    }

    /// The field `compiler` is written only if there is a compiler.
    #[test]
    fn descriptions_are_read_as_they_are_written() {
        let old: Host = serde_json::from_str(OLD).unwrap();
        let new = Host {
            compiler: true,
            fat: true,
            native_code: false,
            epochs: false,
            soft_float: true,
            imports: Some(vec!["env#log".into()]),
            trust: Some("threshold=1\n".into()),
            ..old.clone()
        };
        for (host, names_compiler) in [(old, false), (new, true)] {
            let json = serde_json::to_string(&host).unwrap();
            assert_eq!(json.contains("compiler"), names_compiler, "{json}");
            assert_eq!(serde_json::from_str::<Host>(&json).unwrap(), host);
        }
    }
}
