//! The parsers of options' values, with the hints by which shells complete them.

use crate::cpu_levels::cpu_levels;
use crate::hinted::{self, Hinted};
use crate::per_target::{PerTarget, TargetValue};
use clap::ValueEnum;
use precompile::{ALIASES, Fallback, OptLevel, Platform, Strip, did_you_mean};
use serde::Deserialize;

pub(crate) const FALLBACK: Hinted<Fallback> = Hinted::new(fallback, || names(FALLBACKS.map(Fallback::name)));
pub(crate) const PLATFORM: Hinted<String> =
    Hinted::new(per_target::<Platform>, || names(Platform::ALL.map(Platform::name)));
pub(crate) const STRIP: Hinted<Vec<Strip>> =
    Hinted::new(strip, || strip_names().filter(|name| *name != "none").map(String::from).collect());
pub(crate) const TARGET: Hinted<String> = hinted::text(|| names(ALIASES.map(|(alias, _)| alias)));
pub(crate) const CPU: Hinted<String> = hinted::text(cpu_levels);
const FALLBACKS: [Fallback; 2] = [Fallback::Cranelift, Fallback::Pulley];

/// The long help of `--target`.
pub(crate) fn target_help() -> String {
    let of = |is_linux: bool| {
        let meant = ALIASES.iter().filter(|(_, triple)| triple.ends_with("-linux-gnu") == is_linux);
        meant.map(|(alias, _)| *alias).collect::<Vec<_>>().join(", ")
    };
    format!(
        "Machines: triples, or names such as aarch64\n\n\
         The machine to compile for: a target triple, or {} (all for Linux), {}; several are separated by commas \
         [default: this machine, with its baseline CPU].",
        of(true),
        of(false)
    )
}

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(String::from).into()
}

/// An optimisation level, by its name.
#[derive(Clone, Copy, Debug, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OptLevelArg {
    None,
    Speed,
    SpeedAndSize,
}

impl OptLevelArg {
    /// The value of `-O opt-level` that means the same.
    pub(crate) fn digit(self) -> char {
        match self {
            OptLevelArg::None => '0',
            OptLevelArg::Speed => '2',
            OptLevelArg::SpeedAndSize => 's',
        }
    }
}

impl From<OptLevelArg> for OptLevel {
    fn from(level: OptLevelArg) -> OptLevel {
        match level {
            OptLevelArg::None => OptLevel::None,
            OptLevelArg::Speed => OptLevel::Speed,
            OptLevelArg::SpeedAndSize => OptLevel::SpeedAndSize,
        }
    }
}

fn fallback(name: &str) -> Result<Fallback, String> {
    let fallback = FALLBACKS.into_iter().find(|fallback| fallback.name() == name);
    let nearest = || did_you_mean(name, FALLBACKS.map(Fallback::name));
    fallback.ok_or_else(|| format!("use `cranelift` or `pulley`{}", nearest()))
}

fn strip_names() -> impl Iterator<Item = &'static str> {
    Strip::ALL.into_iter().map(Strip::name).chain(["all", "none"])
}

/// Reads parts to leave out.
pub(crate) fn strip(text: &str) -> Result<Vec<Strip>, String> {
    Strip::parse(text).map_err(|error| {
        let wrong = text.split(',').find(|name| name.parse::<Strip>().is_err());
        format!("{error}{}", did_you_mean(wrong.unwrap_or_default(), strip_names()))
    })
}

/// Checks that a text holds values for targets, and returns the text.
fn per_target<T: TargetValue>(text: &str) -> Result<String, String> {
    PerTarget::<T>::parse([text]).map(|_| text.into()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_short_name() {
        let expected = "Machines: triples, or names such as aarch64\n\n\
                        The machine to compile for: a target triple, or x86_64, aarch64, arm64, riscv64, riscv64gc, \
                        s390x (all for Linux), pulley32, pulley64; several are separated by commas [default: this \
                        machine, with its baseline CPU].";
        assert_eq!(target_help(), expected);
    }
}
