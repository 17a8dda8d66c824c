//! The target that code is compiled for.

use crate::options::similar::did_you_mean;
use precompile_artifact::platform::{TargetKind, is_desktop, is_native};
use precompile_artifact::{Backend, Platform, cpu, install};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use target_lexicon::{Architecture, DefaultToHost, OperatingSystem, Triple};
use thiserror::Error;

/// Short names, each with its triple.
///
/// A bare architecture would parse as a triple without an operating system, and no machine with an
/// operating system loads such code. Plain `riscv64` names an architecture that no host reports.
pub const ALIASES: [(&str, &str); 8] = [
    ("x86_64", "x86_64-unknown-linux-gnu"),
    ("aarch64", "aarch64-unknown-linux-gnu"),
    ("arm64", "aarch64-unknown-linux-gnu"),
    ("riscv64", "riscv64gc-unknown-linux-gnu"),
    ("riscv64gc", "riscv64gc-unknown-linux-gnu"),
    ("s390x", "s390x-unknown-linux-gnu"),
    ("pulley32", "pulley32"),
    ("pulley64", "pulley64"),
];

/// A target triple for which at least one backend makes code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target {
    triple: Triple,
    machine: TargetKind,
}

/// The reason why there is no code for a target.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TargetError {
    /// The text is no triple.
    #[error(
        "`{text}` is not a target triple ({problem}): use one like `aarch64-unknown-linux-gnu`, or one of {}{}",
        aliases(),
        did_you_mean(text, names())
    )]
    NotATriple {
        /// The given text.
        text: String,
        /// The parser's error.
        problem: String,
    },
    /// No backend has this architecture.
    #[error(
        "no backend makes code for {}: the architectures are {}; other machines run `pulley64` or `pulley32`{}",
        architecture_of(architecture, text),
        architectures(|_| true),
        did_you_mean(architecture, names())
    )]
    Architecture {
        /// The given text.
        text: String,
        /// The architecture in it.
        architecture: String,
    },
    /// An architecture under a name that no host reports.
    #[error("code for `{architecture}` would load nowhere: use `--target {instead}`")]
    RiscV {
        /// The given architecture.
        architecture: String,
        /// The triple that was probably meant.
        instead: String,
    },
    /// An operating system that wasmtime's runtime doesn't support.
    #[error(
        "target `{text}` names the operating system `{system}`: use {systems}, as in `{architecture}-unknown-linux-gnu`"
    )]
    System {
        /// The given text.
        text: String,
        /// The operating system in it.
        system: String,
        /// The operating systems that the architecture has code for.
        systems: &'static str,
        /// The architecture in it.
        architecture: String,
    },
    /// An operating system in an interpreter's target, whose code runs on every system.
    #[error("target `{text}` names more than an interpreter has: use `{architecture}` alone")]
    PulleySystem {
        /// The given text.
        text: String,
        /// The architecture in it.
        architecture: String,
    },
}

/// The reason why a backend makes no code for a target or a platform.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PairError {
    /// An architecture that Winch lacks.
    #[error(
        "winch makes no code for `{architecture}`, only for {}: use `--backend cranelift`",
        architectures(winch_has)
    )]
    Winch {
        /// The target's architecture.
        architecture: String,
    },
    /// A platform without hardware faults, which Winch turns into traps.
    #[error(
        "winch needs hardware faults for its traps, which the platform `{platform}` has not: use `--backend cranelift`"
    )]
    WinchWithoutSignals {
        /// The requested platform.
        platform: Platform,
    },
    /// A platform with hardware faults, which an interpreter lacks.
    #[error(
        "`{target}` is interpreted and knows no hardware faults: use the platform `hosted` or `freestanding`"
    )]
    PulleySignals {
        /// The requested target.
        target: String,
    },
    /// A backend that this build of `precompile` lacks.
    #[error("this build of precompile has no {0}: {way}", way = other_build(.0))]
    NotBuilt(Backend),
}

/// The way to a build with a backend: of the command, or of a program's build script, which has its features from the
/// program's own `Cargo.toml`.
fn other_build(backend: &Backend) -> String {
    match cfg!(feature = "cli") {
        true => format!("in its checkout, `{}` installs one with both backends", install::COMPILER),
        false => format!("build it with the feature `{backend}`"),
    }
}

fn aliases() -> String {
    ALIASES.map(|(alias, _)| alias).join(", ")
}

/// The names that a misspelt target may mean. The short ones come first.
fn names() -> impl Iterator<Item = &'static str> {
    ALIASES.into_iter().map(|(alias, _)| alias).chain(ALIASES.into_iter().map(|(_, triple)| triple))
}

/// An architecture, and the target that it is a part of.
fn architecture_of(architecture: &str, text: &str) -> String {
    match architecture == text {
        true => format!("`{text}`"),
        false => format!("`{architecture}` of target `{text}`"),
    }
}

/// The test that Winch makes code for an architecture.
fn winch_has(architecture: Architecture) -> bool {
    matches!(architecture, Architecture::X86_64 | Architecture::Aarch64(_))
}

/// The names of the architectures in [`ALIASES`] that have machine code, and that pass a test.
fn architectures(are_meant: fn(Architecture) -> bool) -> String {
    let triples = ALIASES.iter().filter_map(|(_, triple)| triple.parse::<Triple>().ok());
    let meant = triples.filter(|triple| is_native(triple) && are_meant(triple.architecture));
    let mut names: Vec<_> = meant.map(|triple| triple.architecture.to_string()).collect();
    // Several short names of an architecture stand side by side.
    names.dedup();
    names.split_last().map_or_else(String::new, |(last, others)| format!("{} and {last}", others.join(", ")))
}

impl Target {
    /// The machine that this program runs on.
    ///
    /// # Errors
    ///
    /// A machine that no backend makes code for.
    pub fn host() -> Result<Target, TargetError> {
        let host = DefaultToHost::default().0;
        Target::from_triple(&host.to_string(), host)
    }

    /// The target of a triple, and of the text that errors name: a parsed triple has more parts than were given.
    fn from_triple(text: &str, mut triple: Triple) -> Result<Target, TargetError> {
        let (text, architecture) = (text.to_owned(), triple.architecture.to_string());
        if let Architecture::Riscv64(name) = triple.architecture
            && name != target_lexicon::Riscv64Architecture::Riscv64gc
        {
            let instead = text.replacen(&architecture, "riscv64gc", 1);
            return Err(TargetError::RiscV { architecture, instead });
        }
        let (Some(machine), Some(_)) = (TargetKind::of(&triple), cpu::family(&triple)) else {
            return Err(TargetError::Architecture { text, architecture });
        };
        use OperatingSystem::{Darwin, MacOSX, Unknown};
        if machine.is_pulley() {
            return match triple.operating_system {
                Unknown => Ok(Target { triple, machine }),
                _ => Err(TargetError::PulleySystem { text, architecture }),
            };
        }
        if !is_native(&triple) {
            let systems =
                if is_desktop(&triple) { "linux, darwin, windows or none" } else { "linux or none" };
            let system = triple.operating_system.to_string();
            return Err(TargetError::System { text, system, systems, architecture });
        }
        // A Mac names its system without a version, and systems are compared for equality.
        if let Darwin(_) | MacOSX(_) = triple.operating_system {
            triple.operating_system = Darwin(None);
        }
        Ok(Target { triple, machine })
    }

    /// The triple, with aliases resolved.
    pub fn triple(&self) -> &Triple {
        &self.triple
    }

    /// The kind of machine: the width of its pointers, and native or interpreted.
    pub fn machine(&self) -> TargetKind {
        self.machine
    }

    /// The default preset for this target: `hosted` with an operating system. Without one, the code checks
    /// accesses itself, as far as the backend can.
    pub fn default_platform(&self, backend: Backend) -> Platform {
        match (self.triple.operating_system, backend) {
            (OperatingSystem::None_, Backend::Cranelift) => Platform::Freestanding,
            (OperatingSystem::None_, Backend::Winch) => Platform::SignalsOnly,
            _ => Platform::Hosted,
        }
    }

    /// The features and levels of its CPUs.
    pub fn family(&self) -> &'static cpu::Family {
        cpu::family(&self.triple).expect("a target's architecture was looked up when it was made")
    }

    /// Checks that a backend makes code for this target and this platform preset.
    ///
    /// # Errors
    ///
    /// The reason why not, with a remedy.
    pub fn check(&self, backend: Backend, platform: Platform) -> Result<(), PairError> {
        let built = match backend {
            Backend::Cranelift => cfg!(feature = "cranelift"),
            Backend::Winch => cfg!(feature = "winch"),
        };
        if !built {
            return Err(PairError::NotBuilt(backend));
        }
        if backend == Backend::Winch {
            if !winch_has(self.triple.architecture) {
                return Err(PairError::Winch { architecture: self.triple.architecture.to_string() });
            }
            if platform == Platform::Freestanding {
                return Err(PairError::WinchWithoutSignals { platform });
            }
        }
        if self.machine.is_pulley() && platform == Platform::SignalsOnly {
            return Err(PairError::PulleySignals { target: self.to_string() });
        }
        Ok(())
    }
}

impl FromStr for Target {
    type Err = TargetError;

    /// Reads a triple or one of the [`ALIASES`].
    fn from_str(text: &str) -> Result<Target, TargetError> {
        let resolved = ALIASES.iter().find(|(alias, _)| *alias == text).map_or(text, |(_, triple)| triple);
        match resolved.parse::<Triple>() {
            Ok(triple) => Target::from_triple(text, triple),
            Err(error) => Err(TargetError::NotATriple { text: text.into(), problem: error.to_string() }),
        }
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Target, TargetError> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> String {
        target.to_string()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An interpreter has no vendor, and the same code runs on every operating system.
        if self.machine.is_pulley() { self.triple.architecture.fmt(f) } else { self.triple.fmt(f) }
    }
}
