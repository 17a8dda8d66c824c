//! Values of an option, one for all targets or one for each: `--cpu`, `--platform`, and the same in `precompile.toml`.

use anyhow::{Result, bail, ensure};
use precompile::{Platform, Target, did_you_mean};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// A kind of value of which each target may have its own.
pub(crate) trait TargetValue: Clone {
    /// The kind's name in messages: `CPU`.
    const NAME: &'static str;
    /// An example: `x86-64-v3`.
    const EXAMPLE: &'static str;
    /// A value may hold commas, as before a CPU's feature.
    const HAS_COMMAS: bool;

    /// Reads a value from its text.
    ///
    /// # Errors
    ///
    /// Names the valid values.
    fn read(text: &str) -> Result<Self, String>;

    /// The text of a value, which [`read`](TargetValue::read) reads.
    fn text(&self) -> &str;
}

/// Values for all targets, or for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PerTarget<T> {
    /// The value of the targets that have none of their own.
    others: Option<T>,
    /// The targets that have their own.
    each: Vec<(Target, T)>,
}

impl<T> Default for PerTarget<T> {
    fn default() -> Self {
        PerTarget { others: None, each: Vec::new() }
    }
}

impl<T: TargetValue> PerTarget<T> {
    /// Reads texts such as `x86_64=x86-64-v3,-avx2,aarch64=armv8.2-a`. A comma begins more of the value, where its
    /// kind has commas, or the next target.
    ///
    /// # Errors
    ///
    /// If a name is no target, a target has two values, or a value is invalid.
    pub(crate) fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut values = PerTarget::default();
        for text in texts {
            let mut parts = text.split(',').peekable();
            while let Some(first) = parts.next() {
                let (target, value) = match first.split_once('=') {
                    Some((target, value)) => (Some(target), value),
                    None => (None, first),
                };
                let mut value = value.to_owned();
                while let Some(more) = parts.next_if(|part| T::HAS_COMMAS && !part.contains('=')) {
                    value = format!("{value},{more}");
                }
                values.add(target, &value)?;
            }
        }
        Ok(values)
    }

    fn add(&mut self, target: Option<&str>, value: &str) -> Result<()> {
        let value = T::read(value).map_err(anyhow::Error::msg)?;
        let Some(name) = target else {
            if let Some(other) = self.others.replace(value) {
                let (kind, other) = (T::NAME, other.text());
                bail!(
                    "there are two {kind}s for all targets, one of which is `{other}`: write `TARGET={other}`"
                );
            }
            return Ok(());
        };
        let target: Target = name.parse()?;
        let is_new = self.each.iter().all(|(other, _)| *other != target);
        ensure!(is_new, "there are two {}s for `{name}`: leave one out", T::NAME);
        self.each.push((target, value));
        Ok(())
    }

    /// Checks that all values are for these targets.
    ///
    /// # Errors
    ///
    /// If a value is for another target.
    pub(crate) fn check(&self, targets: &[Target]) -> Result<()> {
        match self.each.iter().find(|(target, _)| !targets.contains(target)) {
            Some((target, value)) => bail!(
                "there is a {} for `{target}`, `{}`, which is none of the targets: add it to `--target`",
                T::NAME,
                value.text()
            ),
            None => Ok(()),
        }
    }

    /// The value of a target.
    pub(crate) fn of(&self, target: &Target) -> Option<&T> {
        let own = self.each.iter().find(|(other, _)| other == target).map(|(_, value)| value);
        own.or(self.others.as_ref())
    }

    /// The texts of these values, which [`parse`](PerTarget::parse) reads.
    pub(crate) fn texts(&self) -> Vec<String> {
        let each = self.each.iter().map(|(target, value)| format!("{target}={}", value.text()));
        self.others.iter().map(|value| value.text().into()).chain(each).collect()
    }
}

impl<'de, T: TargetValue> Deserialize<'de> for PerTarget<T> {
    /// A text as on the command line, or a table with a text for each target.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PerTargetVisitor(PhantomData))
    }
}

/// A minimum CPU: a level and features, which the target reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cpu(pub(crate) String);

impl TargetValue for Cpu {
    const NAME: &'static str = "CPU";
    const EXAMPLE: &'static str = "x86-64-v3";
    const HAS_COMMAS: bool = true;

    fn read(text: &str) -> Result<Cpu, String> {
        Ok(Cpu(text.into()))
    }

    fn text(&self) -> &str {
        &self.0
    }
}

impl TargetValue for Platform {
    const NAME: &'static str = "platform";
    const EXAMPLE: &'static str = "freestanding";
    const HAS_COMMAS: bool = false;

    fn read(text: &str) -> Result<Platform, String> {
        let platform = Platform::ALL.into_iter().find(|platform| platform.name() == text);
        let nearest = || did_you_mean(text, Platform::ALL.map(Platform::name));
        platform.ok_or_else(|| format!("use `hosted`, `signals-only` or `freestanding`{}", nearest()))
    }

    fn text(&self) -> &str {
        self.name()
    }
}

struct PerTargetVisitor<T>(PhantomData<T>);

impl<'de, T: TargetValue> Visitor<'de> for PerTargetVisitor<T> {
    type Value = PerTarget<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, example) = (T::NAME, T::EXAMPLE);
        write!(f, "a {name} such as \"{example}\", or one for each target: {{ x86_64 = \"{example}\" }}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PerTarget<T>, E> {
        PerTarget::parse([text]).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PerTarget<T>, A::Error> {
        let mut values = PerTarget::default();
        while let Some((target, value)) = map.next_entry::<String, String>()? {
            if value.contains('=') {
                let problem = format!("`{value}` names another target: give that an entry of its own");
                return Err(A::Error::custom(problem));
            }
            values.add(Some(&target), &value).map_err(A::Error::custom)?;
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_has_its_own() {
        let target = |name: &str| name.parse::<Target>().unwrap();
        let of = |texts: &[&str], name| {
            PerTarget::<Cpu>::parse(texts.iter().copied()).unwrap().of(&target(name)).map(|cpu| cpu.0.clone())
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
        let refusal =
            |texts: &[&str]| PerTarget::<Cpu>::parse(texts.iter().copied()).unwrap_err().to_string();
        assert!(refusal(&["native", "x86-64-v3"]).contains("`TARGET=native`"));
        assert!(refusal(&["x86_64=native", "x86_64-unknown-linux-gnu=x86-64-v3"]).contains("two CPUs"));
        assert!(refusal(&["amiga=native"]).contains("not a target triple"));
    }

    #[test]
    fn a_platform_has_no_commas() {
        let parse = |text| PerTarget::<Platform>::parse([text]);
        let platforms = parse("hosted,x86_64=freestanding").unwrap();
        let of = |name: &str| platforms.of(&name.parse().unwrap()).copied();
        assert_eq!((of("x86_64"), of("aarch64")), (Some(Platform::Freestanding), Some(Platform::Hosted)));
        assert_eq!(platforms.texts(), ["hosted", "x86_64-unknown-linux-gnu=freestanding"]);
        assert!(parse("hosted,freestanding").unwrap_err().to_string().contains("two platforms"));
        assert!(parse("x86_64=virtual").unwrap_err().to_string().contains("`signals-only`"));
    }
}
