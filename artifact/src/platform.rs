//! The platform that compiled code relies on, and the kinds of targets.

use core::fmt;
use serde::{Deserialize, Serialize};
use target_lexicon::{
    Aarch64Architecture, Architecture, OperatingSystem, PointerWidth, Riscv64Architecture, Triple,
};

/// The platform that compiled code relies on: the preset from which a [`Contract`](crate::Contract) starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// An ordinary operating system, with virtual memory and hardware faults.
    Hosted,
    /// Hardware faults become traps, but no address space is reserved. This is the minimum for Winch.
    SignalsOnly,
    /// Neither virtual memory nor hardware faults: all checks are in the code. Not supported by Winch.
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

/// The kind of a target: native or Pulley, and the pointer width.
///
/// There are no native 32-bit targets, because all code generators are 64-bit. A 32-bit machine runs Pulley.
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
    /// Every kind of target.
    pub const ALL: [TargetKind; 3] = [TargetKind::Native64, TargetKind::Pulley64, TargetKind::Pulley32];

    /// The kind of a target; `None` for one that no backend supports.
    pub fn of(target: &Triple) -> Option<TargetKind> {
        match (is_pulley(target), target.pointer_width()) {
            (true, Ok(PointerWidth::U32)) => Some(TargetKind::Pulley32),
            (true, Ok(PointerWidth::U64)) => Some(TargetKind::Pulley64),
            (false, Ok(PointerWidth::U64)) => Some(TargetKind::Native64),
            _ => None,
        }
    }

    /// Returns true if Pulley interprets the code.
    pub const fn is_pulley(self) -> bool {
        matches!(self, TargetKind::Pulley32 | TargetKind::Pulley64)
    }
}

/// Returns true if Pulley interprets the code for a target.
pub fn is_pulley(target: &Triple) -> bool {
    use Architecture::{Pulley32, Pulley32be, Pulley64, Pulley64be};
    matches!(target.architecture, Pulley32 | Pulley32be | Pulley64 | Pulley64be)
}

/// Returns true if Pulley interprets the code for the target with this name.
pub(crate) fn is_pulley_name(target: &str) -> bool {
    // No other architecture's name starts like that.
    target.starts_with("pulley")
}

/// Returns true if a backend supports the target's architecture and wasmtime's runtime supports its operating system.
/// Other targets can run Pulley's code.
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

/// Returns true if the target's architecture is one that macOS and Windows run on.
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

    /// Of each target: its kind, and the results of `is_native` and `is_desktop`.
    #[test]
    fn targets_are_classified() {
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
