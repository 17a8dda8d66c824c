//! The facts of an artifact that an audit needs.

use super::answer::Answer;
use crate::contract::Contract;
use crate::manifest::{Kind, Manifest};
use crate::version::numbers;
use crate::{Backend, Names};
use core::fmt;

/// The facts of an artifact that an audit needs. Each may be unknown, because wasmtime's own artifacts tell little.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The versions of wasmtime that may have compiled it.
    pub versions: Versions,
    /// The kind of the compiled binary.
    pub kind: Option<Kind>,
    /// The backend.
    pub backend: Option<Backend>,
    /// The target triple.
    pub target: Option<&'a str>,
    /// The CPU features beyond the architecture's baseline that the code may use.
    pub cpu_features: Option<&'a Names>,
    /// The WebAssembly features.
    pub features: Features<'a>,
    /// The settings.
    pub settings: Settings<'a>,
}

/// A range of wasmtime's versions: the first one, and the first one after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    first: [u64; 3],
    after: [u64; 3],
}

/// The WebAssembly features of an artifact.
#[derive(Clone, Copy, Debug)]
pub enum Features<'a> {
    /// Those that the module uses.
    Used(&'a Names),
    /// Those that the module may use.
    Allowed(&'a Names),
    /// They aren't known.
    Unknown,
}

/// The settings of an artifact.
#[derive(Clone, Copy)]
pub enum Settings<'a> {
    /// Those of a manifest.
    Contract(&'a Contract),
    /// Others, by their name: numbers, and truth values as 0 or 1.
    Named(&'a dyn Fn(&str) -> Option<u64>),
    /// They aren't known.
    Unknown,
}

impl<'a> From<&'a Manifest> for Subject<'a> {
    fn from(manifest: &'a Manifest) -> Subject<'a> {
        Subject {
            versions: Versions::of(&manifest.wasmtime_version),
            kind: Some(manifest.kind),
            backend: Some(manifest.backend),
            target: Some(&manifest.target),
            cpu_features: Some(&manifest.cpu_features),
            features: Features::Used(&manifest.features_used),
            settings: Settings::Contract(&manifest.settings),
        }
    }
}

impl Versions {
    /// Every version.
    pub const ANY: Versions = Versions { first: [0; 3], after: [u64::MAX; 3] };

    /// The version that a text names, such as `48.0.8`, or all of a series, such as `48`. Another text may be any
    /// version: a program that embeds wasmtime can stamp what it wants.
    pub fn of(text: &str) -> Versions {
        if let Some(first @ [major, minor, patch]) = numbers(text) {
            return Versions { first, after: [major, minor, patch.saturating_add(1)] };
        }
        let series = |major: u64| Versions { first: [major, 0, 0], after: [major.saturating_add(1), 0, 0] };
        text.parse().map_or(Versions::ANY, series)
    }

    /// The test that these versions are within a range that is written as `36.0.0..36.0.7`.
    pub(super) fn within(&self, range: &str) -> Answer {
        let Some((first, after)) = ends(range) else { return Answer::No };
        match (first <= self.first && self.after <= after, first < self.after && self.first < after) {
            (true, _) => Answer::Yes,
            (false, true) => Answer::Unknown,
            (false, false) => Answer::No,
        }
    }
}

/// The two ends of a range of versions.
pub(super) fn ends(range: &str) -> Option<([u64; 3], [u64; 3])> {
    let (first, after) = range.split_once("..")?;
    Some((numbers(first)?, numbers(after)?))
}

impl Features<'_> {
    /// The test that the module uses a feature.
    pub(super) fn have(&self, name: &str) -> Answer {
        match self {
            Features::Used(names) => Answer::of(Some(names.contains(name))),
            Features::Allowed(names) if !names.contains(name) => Answer::No,
            Features::Allowed(_) | Features::Unknown => Answer::Unknown,
        }
    }
}

impl Settings<'_> {
    /// The names of the settings that a table can name.
    pub(super) const NAMES: [&'static str; 5] = [
        "consume_fuel",
        "epoch_interruption",
        "signals_based_traps",
        "memory_guard_size",
        "memory_reservation",
    ];

    /// The value of a setting; `None` if it isn't known.
    pub(super) fn value(&self, name: &str) -> Option<u64> {
        match self {
            Settings::Contract(contract) => of_contract(contract, name),
            Settings::Named(value) => value(name),
            Settings::Unknown => None,
        }
    }
}

fn of_contract(contract: &Contract, name: &str) -> Option<u64> {
    Some(match name {
        "consume_fuel" => contract.consume_fuel.into(),
        "epoch_interruption" => contract.epoch_interruption.into(),
        "signals_based_traps" => contract.signals_based_traps.into(),
        "memory_guard_size" => contract.memory_guard_size,
        "memory_reservation" => contract.memory_reservation,
        _ => return None,
    })
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Settings::Contract(contract) => contract.fmt(f),
            Settings::Named(_) => f.write_str("named"),
            Settings::Unknown => f.write_str("unknown"),
        }
    }
}
