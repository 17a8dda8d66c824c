//! The confinement of a process that compiles.

#[cfg(target_os = "linux")]
mod landlock;
mod limits;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod seccomp;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::fmt;

const NO_NEW_PRIVS: &str = "no_new_privs";

/// A means that keeps a process from something, by itself. An empty environment and no descriptors but the standard
/// streams are its parent's to see to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// No more memory than it may take, no files, nothing started.
    Limits,
    /// No file system, no TCP, no signals to others.
    Landlock,
    /// No system calls but those that compiling takes.
    Seccomp,
}

impl Layer {
    pub(super) const ALL: [Layer; 3] = [Layer::Limits, Layer::Landlock, Layer::Seccomp];

    pub(super) fn name(self) -> &'static str {
        match self {
            Layer::Limits => "limits",
            Layer::Landlock => "Landlock",
            Layer::Seccomp => "seccomp",
        }
    }
}

/// The means that hold for a process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Confinement {
    /// No program that it starts has more rights than it has: Landlock and seccomp both see to that.
    no_new_privs: bool,
    /// The version of Landlock's interface, by which it knows what to keep from a process.
    landlock_abi: Option<u32>,
    seccomp: bool,
}

impl Confinement {
    /// Confines this process, which has one thread so far, and starts the others: so many, with stacks of so many
    /// bytes. What can't be had is left out.
    ///
    /// # Errors
    ///
    /// Where there are no limits on processes, or no thread can be started.
    pub(super) fn enter(
        layers: &[Layer],
        threads: usize,
        stack_bytes: usize,
        max_memory_bytes: u64,
    ) -> Result<Confinement> {
        let wants = |layer| layers.contains(&layer);
        let mut confinement = Confinement::default();
        // What Landlock keeps from a thread it keeps from those that it starts, and not from its others.
        if wants(Layer::Landlock) {
            (confinement.no_new_privs, confinement.landlock_abi) = keep_out();
        }
        // Before there is a limit: a thread that can't be started is none of the module's faults.
        rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(stack_bytes).build_global()?;
        if wants(Layer::Limits) {
            // Stacks count, whether they are used or not.
            limits::set(max_memory_bytes.saturating_add((threads * stack_bytes) as u64), threads as u64)?;
        }
        // Of all threads, and last: none of the above is among the calls that compiling takes.
        if wants(Layer::Seccomp) {
            confinement.seccomp = allow_little();
            confinement.no_new_privs |= confinement.seccomp;
        }
        Ok(confinement)
    }

    /// The names of those that don't hold.
    pub(super) fn lacking(&self) -> Vec<&'static str> {
        let all = [
            (self.no_new_privs, NO_NEW_PRIVS),
            (self.landlock_abi.is_some(), Layer::Landlock.name()),
            (self.seccomp, Layer::Seccomp.name()),
        ];
        all.into_iter().filter(|(holds, _)| !holds).map(|(_, name)| name).collect()
    }
}

/// One line that says what holds, and what doesn't.
impl fmt::Display for Confinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, environment, descriptors", Layer::Limits.name())?;
        if self.no_new_privs {
            write!(f, ", {NO_NEW_PRIVS}")?;
        }
        if let Some(abi) = self.landlock_abi {
            let kept = match abi {
                ..4 => "files",
                4..6 => "files, TCP",
                6.. => "files, TCP, signals, abstract sockets",
            };
            write!(f, ", {} (ABI {abi}: {kept})", Layer::Landlock.name())?;
        }
        if self.seccomp {
            write!(f, ", {}", Layer::Seccomp.name())?;
        }
        let lacking = self.lacking();
        match lacking.is_empty() {
            true => Ok(()),
            false => write!(f, "; not here: {}", lacking.join(", ")),
        }
    }
}

#[cfg(target_os = "linux")]
use self::landlock::keep_out;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
use self::seccomp::allow_little;

#[cfg(not(target_os = "linux"))]
fn keep_out() -> (bool, Option<u32>) {
    (false, None)
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn allow_little() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_is_said_in_one_line() {
        let all = Confinement { no_new_privs: true, landlock_abi: Some(7), seccomp: true };
        let said = "limits, environment, descriptors, no_new_privs, \
                    Landlock (ABI 7: files, TCP, signals, abstract sockets), seccomp";
        assert_eq!(all.to_string(), said);
        assert!(all.lacking().is_empty());
        let old = Confinement { landlock_abi: Some(3), ..all };
        assert!(old.to_string().contains("Landlock (ABI 3: files), seccomp"), "{old}");
        let none = "limits, environment, descriptors; not here: no_new_privs, Landlock, seccomp";
        assert_eq!(Confinement::default().to_string(), none);
    }
}
