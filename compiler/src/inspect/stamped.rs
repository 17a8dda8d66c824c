//! Wasmtime's stamp in an artifact, decoded.

use super::stock::Stock;
use crate::backend::stamp::{EngineSection, Stamp, StampError};
use crate::backend::tunables::{self, Setting};
use crate::version::WASMTIME_MAJOR;
use precompile_artifact::manifest::Kind;
use precompile_artifact::{Backend, Names, cpu, features};
use target_lexicon::Triple;
use wasmparser::WasmFeatures;
use wasmtime_environ::FlagValue;

/// Wasmtime's stamp in an artifact: the settings that it was compiled with.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// Wasmtime's version: the major number, unless the program that embeds wasmtime chose another text.
    pub version: String,
    /// The target triple; `None` if it isn't found in the stamp of another major version.
    pub target: Option<String>,
    /// The other settings, whose encoding is known only for the version that is built.
    pub details: Option<Details>,
}

/// The settings in a stamp of the version that is built.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    /// The compiler.
    pub backend: Backend,
    /// Wasmtime's settings.
    pub settings: Vec<Setting>,
    /// Cranelift's settings that all architectures share, with their values. Winch has them, too.
    pub shared_flags: Vec<(String, String)>,
    /// Names of the WebAssembly features that a runtime must support, sorted.
    pub features: Names,
    /// Names of the CPU features that the code may use, sorted: those of
    /// [`cpu`](precompile_artifact::cpu) if it knows them, else Cranelift's.
    pub cpu_features: Names,
    /// The requirements for loading the code with stock wasmtime.
    pub stock: Stock,
}

impl Stamped {
    pub(super) fn read(image: &[u8], kind: Kind) -> Result<Stamped, StampError> {
        let section = EngineSection::find(image)?;
        let version = section.version.to_owned();
        let stamp = &image[section.stamp];
        if version != WASMTIME_MAJOR {
            return Ok(Stamped { version, target: first_string(stamp), details: None });
        }
        let stamp = Stamp::decode(stamp)?;
        Ok(Stamped { version, target: Some(stamp.target.clone()), details: Some(Details::new(&stamp, kind)) })
    }
}

/// The target, if a stamp of another version starts with it, as those of all versions so far do.
fn first_string(stamp: &[u8]) -> Option<String> {
    let packed = postcard::take_from_bytes::<&str>(stamp).ok().map(|(text, _)| text);
    // Early versions wrote lengths in 8 bytes.
    let wide = || {
        let (length, rest) = stamp.split_first_chunk()?;
        let text = rest.get(..usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        str::from_utf8(text).ok()
    };
    let is_triple = |text: &&str| text.parse::<Triple>().is_ok();
    packed.filter(is_triple).or_else(|| wide().filter(is_triple)).map(Into::into)
}

impl Details {
    fn new(stamp: &Stamp<'_>, kind: Kind) -> Details {
        let Stamp { target, shared_flags, isa_flags, tunables, features } = stamp;
        let winch = tunables.winch_callable || tunables.gc_heap_initial_size == Backend::Winch.mark_bytes();
        Details {
            backend: if winch { Backend::Winch } else { Backend::Cranelift },
            settings: tunables::settings(tunables),
            shared_flags: shared_flags
                .iter()
                .map(|(name, value)| ((*name).into(), value.to_string()))
                .collect(),
            features: features::names(WasmFeatures::from_bits_truncate(*features)).iter().collect(),
            cpu_features: cpu_features(target, isa_flags),
            stock: Stock::new(stamp, kind),
        }
    }

    /// The value of one of [`Details::shared_flags`].
    pub fn shared_flag(&self, name: &str) -> Option<&str> {
        self.shared_flags.iter().find(|(flag, _)| flag == name).map(|(_, value)| value.as_str())
    }
}

fn cpu_features(target: &str, isa_flags: &[(&str, FlagValue<'_>)]) -> Names {
    let family = target.parse().ok().and_then(|triple| cpu::family(&triple));
    let features = family.map_or(&[][..], |family| family.features);
    let on = isa_flags.iter().filter(|(_, value)| *value == FlagValue::Bool(true)).map(|(name, _)| *name);
    let mut names: Vec<_> = on
        // Pulley's byte order isn't a feature.
        .filter(|name| *name != "big_endian")
        .map(|name| features.iter().find(|feature| feature.setting == name).map_or(name, |known| known.name))
        .collect();
    names.sort_unstable();
    names.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stamps of wasmtime 24 and of wasmtime 12.
    #[test]
    fn the_target_is_read_from_stamps_of_other_versions() {
        let target = "x86_64-unknown-linux-gnu";
        let rest = b"\x1b\0\0\0\0\0\0\0";
        for head in [&b"\x18"[..], b"\x18\0\0\0\0\0\0\0"] {
            let stamp = [head, target.as_bytes(), rest].concat();
            assert_eq!(first_string(&stamp).as_deref(), Some(target));
            assert_eq!(first_string(&stamp[..20]), None);
        }
        for stamp in [&b""[..], b"\xff\xff\xff\xff\xff\xff\xff\xffx", b"\x03abc"] {
            assert_eq!(first_string(stamp), None);
        }
    }
}
