//! The target that cargo builds for, in precompile's terms.

use crate::artifact::cpu;
use crate::artifact::platform::{TargetKind, is_native};
use crate::build::cargo::Cargo;
use crate::build::error::BuildError;
use crate::{Choice, Fallback, Platform};
use target_lexicon::{OperatingSystem, Triple};

/// The target that cargo builds for.
pub(super) struct BuildTarget {
    /// Its name in precompile.
    pub(super) name: String,
    triple: Option<Triple>,
    /// The CPU features that cargo lets rustc use.
    features: Vec<String>,
    /// The use of Pulley, because no backend makes code for the target.
    interpreted: bool,
}

impl BuildTarget {
    /// The target `named`, or cargo's.
    ///
    /// # Errors
    ///
    /// A target that no backend makes code for, without a fallback.
    pub(super) fn new(
        cargo: &Cargo,
        named: Option<&str>,
        choice: &Choice,
    ) -> Result<BuildTarget, BuildError> {
        if let Some(name) = named {
            // The program's CPU tells nothing about another target.
            return Ok(BuildTarget {
                name: name.into(),
                triple: None,
                features: Vec::new(),
                interpreted: false,
            });
        }
        let target = cargo.given("TARGET").ok_or(BuildError::NoCargo)?;
        let features = cargo.given("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
        let features = features.split(',').map(String::from).collect();
        let width = cargo.given("CARGO_CFG_TARGET_POINTER_WIDTH").unwrap_or_default();
        let order = cargo.given("CARGO_CFG_TARGET_ENDIAN").unwrap_or_default();
        BuildTarget::of(target, features, &width, &order, choice)
    }

    fn of(
        target: String,
        features: Vec<String>,
        pointer_width: &str,
        byte_order: &str,
        choice: &Choice,
    ) -> Result<BuildTarget, BuildError> {
        // A triple that can't be parsed has no backend either.
        let triple: Option<Triple> = target.parse().ok();
        let native = triple
            .as_ref()
            .is_some_and(|triple| is_native(triple) && TargetKind::of(triple) == Some(TargetKind::Native64));
        match (native, choice.fallback) {
            (true, _) => Ok(BuildTarget { name: target, triple, features, interpreted: false }),
            (false, Some(Fallback::Pulley)) => {
                let order = if byte_order == "big" { "be" } else { "" };
                let name = format!("pulley{pointer_width}{order}");
                Ok(BuildTarget { name, triple, features, interpreted: true })
            }
            (false, _) => Err(BuildError::Target { target }),
        }
    }

    /// The CPU to compile for: the chosen one, or the one that cargo compiles for.
    pub(super) fn cpu(&self, choice: &Choice) -> Option<String> {
        let family = self.triple.as_ref().filter(|_| !self.interpreted).and_then(cpu::family);
        choice.cpu.clone().filter(|_| !self.interpreted).or_else(|| {
            let family = family?;
            let known = self.features.iter().filter(|name| family.feature(name).is_some());
            let known: String = known.map(|name| format!(",+{name}")).collect();
            Some([family.levels.first()?.name, &known].concat())
        })
    }

    /// The platform to compile for: the chosen one, or the one for an interpreter without an operating
    /// system.
    pub(super) fn platform(&self, choice: &Choice) -> Option<Platform> {
        let bare =
            self.triple.as_ref().is_none_or(|triple| triple.operating_system == OperatingSystem::None_);
        choice.platform.or_else(|| (self.interpreted && bare).then_some(Platform::Freestanding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(name: &str, features: &str, width: &str, choice: &Choice) -> Result<BuildTarget, BuildError> {
        let features = features.split(',').map(String::from).collect();
        BuildTarget::of(name.into(), features, width, "little", choice)
    }

    #[test]
    fn the_cpu_is_that_of_the_program() {
        let cpu = |name, features, choice: &Choice| target(name, features, "64", choice).unwrap().cpu(choice);
        let plain = Choice::default();
        let x86 = "x86_64-unknown-linux-musl";
        assert_eq!(cpu(x86, "fxsr,sse,sse2", &plain).unwrap(), "x86-64");
        assert_eq!(cpu(x86, "avx,fxsr,sse3,sse4.1", &plain).unwrap(), "x86-64,+avx,+sse3,+sse4.1");
        assert_eq!(cpu("aarch64-apple-darwin", "dotprod,lse,neon", &plain).unwrap(), "armv8-a,+dotprod,+lse");
        let chosen = Choice { cpu: Some("x86-64-v3".into()), ..Choice::default() };
        assert_eq!(cpu(x86, "sse", &chosen).unwrap(), "x86-64-v3");
    }

    #[test]
    fn an_interpreter_stands_in_on_request() {
        let refused = target("thumbv7em-none-eabihf", "", "32", &Choice::default());
        assert!(matches!(refused, Err(BuildError::Target { .. })));
        let choice =
            Choice { fallback: Some(Fallback::Pulley), cpu: Some("any".into()), ..Choice::default() };
        let arm = target("thumbv7em-none-eabihf", "", "32", &choice).unwrap();
        assert_eq!((&*arm.name, arm.cpu(&choice)), ("pulley32", None));
        assert_eq!(arm.platform(&choice), Some(Platform::Freestanding));
        let linux = target("powerpc64le-unknown-linux-gnu", "", "64", &choice).unwrap();
        assert_eq!((&*linux.name, linux.platform(&choice)), ("pulley64", None));
        let native = target("aarch64-unknown-linux-gnu", "", "64", &choice).unwrap();
        assert_eq!(&*native.name, "aarch64-unknown-linux-gnu");
    }
}
