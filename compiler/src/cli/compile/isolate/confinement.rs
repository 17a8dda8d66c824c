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

/// A means by which a process confines itself. Its parent sees to an empty environment, and to no descriptors but the
/// standard streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// Limits of memory; no new descriptors and no new processes.
    Limits,
    /// No file system, no TCP, no signals to other processes.
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
    /// No program that the process starts gains rights: Landlock and seccomp both see to that.
    no_new_privs: bool,
    /// The version of Landlock's interface, which determines what Landlock can keep from a process.
    landlock_abi: Option<u32>,
    seccomp: bool,
}

impl Confinement {
    /// Confines this process, which has one thread so far, and starts its other threads. Layers that this machine lacks
    /// are left out.
    ///
    /// # Errors
    ///
    /// If there are no limits on processes, or no thread can be started.
    pub(super) fn enter(
        layers: &[Layer],
        threads: usize,
        stack_bytes: usize,
        max_memory_bytes: u64,
    ) -> Result<Confinement> {
        let wants = |layer| layers.contains(&layer);
        let mut confinement = Confinement::default();
        // Landlock holds for this thread and those that it starts later, not for existing ones.
        if wants(Layer::Landlock) {
            (confinement.no_new_privs, confinement.landlock_abi) = keep_out();
        }
        // Before the limits: a thread that can't be started is no fault of the module.
        rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(stack_bytes).build_global()?;
        if wants(Layer::Limits) {
            // Stacks count as memory, used or not.
            limits::set(max_memory_bytes.saturating_add((threads * stack_bytes) as u64), threads as u64)?;
        }
        // For all threads, and last: compiling takes none of the calls above.
        if wants(Layer::Seccomp) {
            confinement.seccomp = restrict_calls();
            confinement.no_new_privs |= confinement.seccomp;
        }
        Ok(confinement)
    }

    /// The names of the means that don't hold.
    pub(super) fn lacking(&self) -> Vec<&'static str> {
        let all = [
            (self.no_new_privs, NO_NEW_PRIVS),
            (self.landlock_abi.is_some(), Layer::Landlock.name()),
            (self.seccomp, Layer::Seccomp.name()),
        ];
        all.into_iter().filter(|(holds, _)| !holds).map(|(_, name)| name).collect()
    }
}

/// One line with the means that hold, and those that don't.
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
use self::seccomp::restrict_calls;

#[cfg(not(target_os = "linux"))]
fn keep_out() -> (bool, Option<u32>) {
    (false, None)
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn restrict_calls() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confinement_is_one_line() {
        let all = Confinement { no_new_privs: true, landlock_abi: Some(7), seccomp: true };
        let expected = "limits, environment, descriptors, no_new_privs, \
                    Landlock (ABI 7: files, TCP, signals, abstract sockets), seccomp";
        assert_eq!(all.to_string(), expected);
        assert!(all.lacking().is_empty());
        let old = Confinement { landlock_abi: Some(3), ..all };
        assert!(old.to_string().contains("Landlock (ABI 3: files), seccomp"), "{old}");
        let none = "limits, environment, descriptors; not here: no_new_privs, Landlock, seccomp";
        assert_eq!(Confinement::default().to_string(), none);
    }
}
