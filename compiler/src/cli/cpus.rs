//! The value of `--cpu`, and of `cpu` in `precompile.toml`: a minimum CPU for all targets, or one for each.

use anyhow::{Result, bail, ensure};
use precompile::Target;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use std::fmt;

/// A target for each architecture, in the order in which `precompile targets` lists them.
pub(crate) const TARGETS: [&str; 8] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "riscv64gc-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
    "pulley64",
    "pulley32",
    "pulley64be",
    "pulley32be",
];

/// The names of all CPU levels.
pub(crate) fn cpu_levels() -> Vec<String> {
    let targets = TARGETS.iter().filter_map(|name| name.parse().ok());
    let levels = targets.flat_map(|target: Target| target.family().levels.iter().map(|level| level.name));
    let names: BTreeSet<_> = levels.chain(["native"]).map(String::from).collect();
    names.into_iter().collect()
}

/// Minimum CPUs, each as a level and features: `x86-64-v3,-avx2`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cpus {
    /// The CPU of the targets that have none of their own.
    others: Option<String>,
    /// Targets with a CPU of their own.
    each: Vec<(Target, String)>,
}

impl Cpus {
    /// Reads texts such as `x86_64=x86-64-v3,-avx2,aarch64=armv8.2-a`. Behind a comma stands a feature with its
    /// sign, or the next target.
    ///
    /// # Errors
    ///
    /// Where a name is no target, or a target has two CPUs.
    pub(crate) fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Cpus> {
        let mut cpus = Cpus::default();
        for text in texts {
            let mut parts = text.split(',').peekable();
            while let Some(first) = parts.next() {
                let (target, level) = match first.split_once('=') {
                    Some((target, level)) => (Some(target), level),
                    None => (None, first),
                };
                let mut cpu = level.to_owned();
                while let Some(feature) = parts.next_if(|part| !part.contains('=')) {
                    cpu = format!("{cpu},{feature}");
                }
                cpus.add(target, cpu)?;
            }
        }
        Ok(cpus)
    }

    fn add(&mut self, target: Option<&str>, cpu: String) -> Result<()> {
        let Some(name) = target else {
            if let Some(other) = self.others.replace(cpu) {
                bail!(
                    "there are two CPUs for all targets, one of which is `{other}`: write `TARGET={other}`"
                );
            }
            return Ok(());
        };
        let target: Target = name.parse()?;
        ensure!(
            self.each.iter().all(|(other, _)| *other != target),
            "there are two CPUs for `{name}`: leave one out"
        );
        self.each.push((target, cpu));
        Ok(())
    }

    /// Checks that each CPU is for one of these targets.
    ///
    /// # Errors
    ///
    /// Where a CPU is for another target.
    pub(crate) fn check(&self, targets: &[Target]) -> Result<()> {
        match self.each.iter().find(|(target, _)| !targets.contains(target)) {
            Some((target, cpu)) => {
                bail!(
                    "there is a CPU for `{target}`, `{cpu}`, which is none of the targets: add it to `--target`"
                )
            }
            None => Ok(()),
        }
    }

    /// The CPU of a target.
    pub(crate) fn of(&self, target: &Target) -> Option<&str> {
        let own = self.each.iter().find(|(other, _)| other == target).map(|(_, cpu)| cpu);
        own.or(self.others.as_ref()).map(String::as_str)
    }
}

impl<'de> Deserialize<'de> for Cpus {
    /// A text as on the command line, or a table with a text for each target.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cpus, D::Error> {
        deserializer.deserialize_any(CpusVisitor)
    }
}

struct CpusVisitor;

impl<'de> Visitor<'de> for CpusVisitor {
    type Value = Cpus;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CPU such as \"x86-64-v3\", or one for each target: { x86_64 = \"x86-64-v3\" }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cpus, E> {
        Cpus::parse([text]).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cpus, A::Error> {
        let mut cpus = Cpus::default();
        while let Some((target, cpu)) = map.next_entry::<String, String>()? {
            cpus.add(Some(&target), cpu).map_err(A::Error::custom)?;
        }
        Ok(cpus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_has_its_own() {
        let target = |name: &str| name.parse::<Target>().unwrap();
        let of = |texts: &[&str], name| {
            Cpus::parse(texts.iter().copied()).unwrap().of(&target(name)).map(String::from)
        };
        let one = ["x86_64=x86-64-v3,-avx2,arm64=armv8.2-a,+lse"];
        let several = ["native", "x86_64=x86-64-v3,-avx2", "aarch64-unknown-linux-gnu=armv8.2-a,+lse"];
        for texts in [&one[..], &several[..]] {
            assert_eq!(of(texts, "x86_64").as_deref(), Some("x86-64-v3,-avx2"));
            assert_eq!(of(texts, "aarch64").as_deref(), Some("armv8.2-a,+lse"));
        }
        assert_eq!(of(&one, "s390x"), None);
        assert_eq!(of(&several, "s390x").as_deref(), Some("native"));
        assert_eq!(of(&["x86-64-v3,-avx2"], "x86_64").as_deref(), Some("x86-64-v3,-avx2"));
        assert_eq!(of(&[], "x86_64"), None);
        // The target finds errors within its own text.
        assert_eq!(of(&["x86_64=,"], "x86_64").as_deref(), Some(","));
    }

    #[test]
    fn two_cpus_for_a_target_are_refused() {
        let refusal = |texts: &[&str]| Cpus::parse(texts.iter().copied()).unwrap_err().to_string();
        assert!(refusal(&["native", "x86-64-v3"]).contains("`TARGET=native`"));
        assert!(refusal(&["x86_64=native", "x86_64-unknown-linux-gnu=x86-64-v3"]).contains("two CPUs"));
        assert!(refusal(&["amiga=native"]).contains("not a target triple"));
    }
}
