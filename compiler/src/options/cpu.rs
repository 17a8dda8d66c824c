//! The minimum CPU of the code: `--cpu LEVEL[,+FEATURE,-FEATURE]`.

use crate::options::similar::did_you_mean;
use crate::options::target::Target;
use precompile_artifact::cpu::{self, Feature, Level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use target_lexicon::Triple;
use thiserror::Error;

/// The CPU features that the code may use, beyond the baseline of its architecture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cpu {
    /// Names of features of the target's family.
    names: BTreeSet<String>,
}

/// The reason why a CPU can't be compiled for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CpuError {
    /// An unknown level.
    #[error("unknown CPU `{name}` for `{target}`: the levels are {levels}, or `native`{nearest}")]
    Level {
        /// The given name.
        name: String,
        /// The target's triple.
        target: String,
        /// The known names.
        levels: String,
        /// A suggestion, if a known name is similar.
        nearest: String,
    },
    /// An unknown feature.
    #[error("unknown CPU feature `{name}` for `{target}`: {features}{nearest}")]
    Feature {
        /// The given name.
        name: String,
        /// The target's triple.
        target: String,
        /// The known names.
        features: String,
        /// A suggestion, if a known name is similar.
        nearest: String,
    },
    /// A comma with nothing behind it.
    #[error("`{text}` has a comma with no CPU feature behind it: leave it out")]
    Empty {
        /// The given text.
        text: String,
    },
    /// A feature without a sign.
    #[error("CPU feature `{name}` needs a sign: `+{name}` adds it, `-{name}` takes it away")]
    Sign {
        /// The given name.
        name: String,
    },
    /// `native` on a machine of another architecture.
    #[error("CPU `native` is this machine's, which can't run `{target}`: name a level, one of {levels}")]
    NotNative {
        /// The target's triple.
        target: String,
        /// The known names.
        levels: String,
    },
    /// `native` on a machine whose CPU features can't be detected.
    #[error("the features of this machine's CPU can't be detected: name a level, one of {levels}")]
    Undetected {
        /// The known names.
        levels: String,
    },
}

impl Cpu {
    /// Reads a level, `baseline` or `native`, followed by features to add or to take away:
    /// `x86-64-v3,-avx2,+avx512f`.
    ///
    /// # Errors
    ///
    /// The mistake, with the known names.
    pub fn parse(text: &str, target: &Target) -> Result<Cpu, CpuError> {
        let family = target.family();
        let mut parts = text.split(',');
        let level = parts.next().unwrap_or_default();
        let mut names = match (level, family.level(level)) {
            ("native", _) => native(target)?,
            ("baseline", _) => BTreeSet::new(),
            (_, Some(level)) => level.features.iter().map(|name| (*name).into()).collect(),
            (name, None) => {
                let known = family.levels.iter().map(|level| level.name).chain(["baseline", "native"]);
                let nearest = did_you_mean(name, known);
                let (name, target, levels) = (name.into(), target.to_string(), levels(family.levels));
                return Err(CpuError::Level { name, target, levels, nearest });
            }
        };
        for part in parts {
            if part.is_empty() {
                return Err(CpuError::Empty { text: text.into() });
            }
            let Some((sign, name)) = part.split_at_checked(1).filter(|(sign, _)| matches!(*sign, "+" | "-"))
            else {
                return Err(CpuError::Sign { name: part.into() });
            };
            let Some(feature) = family.feature(name) else {
                let known = family.features.iter().map(|feature| feature.name);
                let nearest = did_you_mean(name, known.clone());
                let features = match family.features {
                    [] => "this architecture has none to choose".into(),
                    _ => format!("the features are {}", list(known)),
                };
                let (name, target) = (name.into(), target.to_string());
                return Err(CpuError::Feature { name, target, features, nearest });
            };
            match sign {
                "+" => names.insert(feature.name.into()),
                _ => names.remove(feature.name),
            };
        }
        Ok(Cpu { names })
    }

    /// The features of a CPU that a backend can use.
    pub fn of<'a>(features: impl Iterator<Item = &'a String>, target: &Target) -> Cpu {
        let family = target.family();
        Cpu {
            names: features
                .filter_map(|name| family.feature(name))
                .map(|feature| feature.name.into())
                .collect(),
        }
    }

    /// The features, sorted by name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The features in the table of the target's family, with Cranelift's names.
    pub fn features(&self, target: &Target) -> impl Iterator<Item = &'static Feature> {
        let family = target.family();
        self.names().filter_map(|name| family.feature(name))
    }
}

fn native(target: &Target) -> Result<BTreeSet<String>, CpuError> {
    let levels = levels(target.family().levels);
    if target.triple().architecture != Triple::host().architecture {
        return Err(CpuError::NotNative { target: target.to_string(), levels });
    }
    let present = cpu::detect().ok_or(CpuError::Undetected { levels })?;
    Ok(present.into_iter().filter(|name| target.family().feature(name).is_some()).collect())
}

fn levels(levels: &[Level]) -> String {
    list(levels.iter().map(|level| level.name))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, target: &str) -> Result<String, CpuError> {
        Cpu::parse(text, &target.parse().unwrap()).map(|cpu| cpu.names().collect::<Vec<_>>().join(","))
    }

    #[test]
    fn features_are_added_and_taken_away() {
        assert_eq!(parse("x86-64", "x86_64"), Ok(String::new()));
        assert_eq!(parse("armv8-a,+lse,+fp16,-lse", "aarch64"), Ok("fp16".into()));
        assert_eq!(parse("armv8.4-a,-paca", "aarch64"), Ok("dotprod,lse".into()));
        assert!(parse("x86-64-v3", "x86_64").unwrap().starts_with("avx,"));
    }

    /// A wrong name lists the right ones.
    #[test]
    fn wrong_names_list_the_right_ones() {
        let text = |text, target| parse(text, target).unwrap_err().to_string();
        assert!(text("haswell", "x86_64").contains("`x86-64-v3`"));
        assert!(text("x86-64", "aarch64").contains("`armv8-a`"));
        assert!(text("x86-64,+avx3", "x86_64").contains("`avx2`"));
        assert!(text("x86-64,avx2", "x86_64").contains("`+avx2`"));
        assert!(text("x86-64,", "x86_64").contains("leave it out"));
        assert!(text("rv64gc,+v", "riscv64").contains("none to choose"));
        assert!(text("native", "s390x").contains("`z15`"));
    }

    #[test]
    fn native_has_this_machines_features() {
        let target = Target::host().unwrap();
        let cpu = Cpu::parse("native", &target).unwrap();
        let detected = cpu::detect().unwrap();
        assert!(cpu.names().eq(detected.iter().map(String::as_str)));
    }
}
