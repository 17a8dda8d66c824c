//! The first difference of two artifacts.

use precompile::artifact::trailer;
use precompile::inspect::{InspectError, inspect};
use precompile::{OptLevel, artifact::Names};
use std::fmt::{self, Display, Formatter};

/// The first difference of two artifacts, without their signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The part of the file, as [`Section`](precompile::inspect::Section) names it.
    pub(crate) section: String,
    /// The offset of the first byte that differs, from the start of the file.
    pub(crate) offset: u64,
    /// The reason, as far as the two manifests and stamps tell.
    pub(crate) reason: Reason,
}

/// The likely reason of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Another version compiled one of them.
    Version {
        /// The programs, `wasmtime` or `precompile`.
        program: &'static str,
        /// Their versions.
        versions: [String; 2],
    },
    /// They were made of different modules.
    Source,
    /// A setting differs.
    Setting {
        /// The setting.
        name: String,
        /// Its values.
        values: [String; 2],
    },
    /// Nothing that is stated differs: one of the compilers is another, or was disturbed.
    Compiler,
}

impl Display for Reason {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Version { program, versions: [one, other] } => {
                write!(f, "one is by {program} {one}, the other by {other}: use the same version")
            }
            Reason::Source => f.write_str("they are made of different modules"),
            Reason::Setting { name, values: [one, other] } => {
                write!(f, "`{name}` is `{one}` in one and `{other}` in the other: compile with the same options")
            }
            Reason::Compiler => f.write_str(
                "all settings that are stated are the same: one of the compilers was built otherwise, or isn't honest",
            ),
        }
    }
}

/// Compares two artifacts but for their signatures; `None` if they are the same.
///
/// # Errors
///
/// Any [`InspectError`].
pub(crate) fn difference(one: &[u8], other: &[u8]) -> Result<Option<Difference>, InspectError> {
    let signed = |artifact: &[u8]| {
        Ok::<_, InspectError>(trailer::read_unverified(artifact)?.digest_offset as usize + 32)
    };
    let (one_signed, other_signed) = (&one[..signed(one)?], &other[..signed(other)?]);
    if one_signed == other_signed {
        return Ok(None);
    }
    let same = one_signed.iter().zip(other_signed).take_while(|(one, other)| one == other).count() as u64;
    let (one, other) = (inspect(one)?, inspect(other)?);
    let section =
        one.sections.iter().find(|section| (section.offset..section.offset + section.bytes).contains(&same));
    let section = section.map_or("padding".into(), |section| section.name.clone());
    let manifests = one.manifest().zip(other.manifest());
    let details = one.stamped.details.as_ref().zip(other.stamped.details.as_ref());
    let pair = |one: &dyn ToString, other: &dyn ToString| [one.to_string(), other.to_string()];
    let setting = |name: &str, values: [String; 2]| Reason::Setting { name: name.into(), values };
    let stated = manifests.and_then(|(one, other)| {
        Some(match () {
            () if one.wasmtime_version != other.wasmtime_version => {
                let versions = pair(&one.wasmtime_version, &other.wasmtime_version);
                Reason::Version { program: "wasmtime", versions }
            }
            () if one.precompile_version != other.precompile_version => {
                let versions = pair(&one.precompile_version, &other.precompile_version);
                Reason::Version { program: "precompile", versions }
            }
            () if one.source_blake3 != other.source_blake3 => Reason::Source,
            () if one.backend != other.backend => setting("backend", pair(&one.backend, &other.backend)),
            () if one.target != other.target => setting("target", pair(&one.target, &other.target)),
            () if one.platform != other.platform => setting("platform", pair(&one.platform, &other.platform)),
            () if one.cpu_features != other.cpu_features => {
                let names = |names: &Names| names.iter().collect::<Vec<_>>().join(",");
                setting("cpu", [names(&one.cpu_features), names(&other.cpu_features)])
            }
            () if one.opt_level != other.opt_level => {
                let level =
                    |level: Option<_>| level.map_or("none".into(), |level: OptLevel| level.to_string());
                setting("opt-level", [level(one.opt_level), level(other.opt_level)])
            }
            () => return None,
        })
    });
    let stamped = || {
        let (one, other) = details?;
        let settings = one.settings.iter().zip(&other.settings).find(|(one, other)| one.value != other.value);
        let settings = settings.map(|(one, other)| setting(one.name, pair(&one.value, &other.value)));
        let flags = one.shared_flags.iter().zip(&other.shared_flags).find(|(one, other)| one != other);
        settings.or_else(|| flags.map(|((name, one), (_, other))| setting(name, pair(one, other))))
    };
    let reason = stated.or_else(stamped).unwrap_or(Reason::Compiler);
    Ok(Some(Difference { section, offset: same, reason }))
}
