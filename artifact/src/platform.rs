//! The platform that a kind offers to the artifacts that it runs.

use core::fmt;
use serde::{Deserialize, Serialize};
use target_lexicon::{
    Aarch64Architecture, Architecture, OperatingSystem, PointerWidth, Riscv64Architecture, Triple,
};

/// The platform that compiled code may rely on: the preset from which a [`Contract`](crate::Contract) starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// Virtual memory and hardware faults: an ordinary operating system.
    Hosted,
    /// Hardware faults become traps, but no address space is reserved. The least that Winch needs.
    SignalsOnly,
    /// Neither: every check is in the code. Not for Winch.
    Freestanding,
}

impl Platform {
    /// Every platform preset.
    pub const ALL: [Platform; 3] = [Platform::Hosted, Platform::SignalsOnly, Platform::Freestanding];

    /// The name on the command line and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Platform::Hosted => "hosted",
            Platform::SignalsOnly => "signals-only",
            Platform::Freestanding => "freestanding",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The width of a pointer where the code runs, and Pulley where that interprets it.
///
/// The code generators for real processors are all 64-bit; a 32-bit kind runs Pulley.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// A 64-bit processor.
    Native64,
    /// Pulley, wasmtime's portable interpreter, on a 64-bit host.
    Pulley64,
    /// Pulley on a 32-bit host.
    Pulley32,
}

impl TargetKind {
    /// Every kind of kind.
    pub const ALL: [TargetKind; 3] = [TargetKind::Native64, TargetKind::Pulley64, TargetKind::Pulley32];

    /// The kind of kind that a target names; `None` for one that no backend makes code for.
    pub fn of(target: &Triple) -> Option<TargetKind> {
        match (is_pulley(target), target.pointer_width()) {
            (true, Ok(PointerWidth::U32)) => Some(TargetKind::Pulley32),
            (true, Ok(PointerWidth::U64)) => Some(TargetKind::Pulley64),
            (false, Ok(PointerWidth::U64)) => Some(TargetKind::Native64),
            _ => None,
        }
    }

    /// The test that Pulley interprets the code.
    pub const fn is_pulley(self) -> bool {
        matches!(self, TargetKind::Pulley32 | TargetKind::Pulley64)
    }
}

/// The test that code for this target is interpreted by Pulley.
pub fn is_pulley(target: &Triple) -> bool {
    use Architecture::{Pulley32, Pulley32be, Pulley64, Pulley64be};
    matches!(target.architecture, Pulley32 | Pulley32be | Pulley64 | Pulley64be)
}

/// The test that the backends make code for this target's architecture and wasmtime's runtime is made
/// for its operating system. Pulley's code runs on others, too.
pub fn is_native(target: &Triple) -> bool {
    use OperatingSystem::{Darwin, Linux, MacOSX, None_, Windows};
    match (target.architecture, target.operating_system) {
        (architecture, Linux | None_) => {
            matches!(
                architecture,
                Architecture::S390x | Architecture::Riscv64(Riscv64Architecture::Riscv64gc)
            ) || is_desktop(target)
        }
        (_, Darwin(_) | MacOSX(_) | Windows) => is_desktop(target),
        _ => false,
    }
}

/// The test that this architecture is one of those that macOS and Windows run on.
pub fn is_desktop(target: &Triple) -> bool {
    use Architecture::{Aarch64, X86_64};
    matches!(target.architecture, X86_64 | Aarch64(Aarch64Architecture::Aarch64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn platforms_have_names() {
        assert_eq!(Platform::ALL.map(Platform::name), ["hosted", "signals-only", "freestanding"]);
        assert_eq!(Platform::SignalsOnly.to_string(), "signals-only");
    }

    /// Of each target: its kind, whether there is native code for it, and whether it is a desktop's.
    #[test]
    fn targets_are_told_apart() {
        use TargetKind::{Native64, Pulley32, Pulley64};
        for (target, kind, native, desktop) in [
            ("x86_64-unknown-linux-gnu", Some(Native64), true, true),
            ("x86_64-unknown-none", Some(Native64), true, true),
            ("aarch64-apple-darwin", Some(Native64), true, true),
            ("aarch64-apple-macosx11.0.0", Some(Native64), true, true),
            ("x86_64-pc-windows-msvc", Some(Native64), true, true),
            ("s390x-unknown-linux-gnu", Some(Native64), true, false),
            ("riscv64gc-unknown-linux-gnu", Some(Native64), true, false),
            ("riscv64gc-pc-windows-msvc", Some(Native64), false, false),
            ("x86_64-unknown-freebsd", Some(Native64), false, true),
            ("powerpc64-unknown-linux-gnu", Some(Native64), false, false),
            ("i686-unknown-linux-gnu", None, false, false),
            ("pulley64", Some(Pulley64), false, false),
            ("pulley64be", Some(Pulley64), false, false),
            ("pulley32", Some(Pulley32), false, false),
            ("pulley32be", Some(Pulley32), false, false),
        ] {
            let triple: Triple = target.parse().unwrap();
            assert_eq!(TargetKind::of(&triple), kind, "{target}");
            assert_eq!((is_native(&triple), is_desktop(&triple)), (native, desktop), "{target}");
            assert_eq!(is_pulley(&triple), target.starts_with("pulley"));
        }
        assert_eq!(TargetKind::ALL.map(TargetKind::is_pulley), [false, true, true]);
    }
}
