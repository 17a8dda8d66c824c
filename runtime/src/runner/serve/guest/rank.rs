//! The speed of an artifact's code, as far as its manifest tells.

use precompile_runtime::artifact::manifest::OptLevel;
use precompile_runtime::artifact::{Backend, Manifest};

/// The speed of an artifact's code, as far as its manifest tells: the faster is the greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// The compiler: Cranelift's code is faster than Winch's.
    is_cranelift: bool,
    level: u8,
    /// The number of CPU features beyond the baseline: each level of a family has those of the level below.
    cpu_features: usize,
}

impl Rank {
    /// The rank of an artifact with this manifest.
    pub(super) fn of(manifest: &Manifest) -> Rank {
        Rank::new(manifest.backend, manifest.opt_level, manifest.cpu_features.iter().count())
    }

    fn new(backend: Backend, level: Option<OptLevel>, cpu_features: usize) -> Rank {
        let level = match level {
            None | Some(OptLevel::None) => 0,
            Some(OptLevel::SpeedAndSize) => 1,
            Some(OptLevel::Speed) => 2,
        };
        Rank { is_cranelift: backend == Backend::Cranelift, level, cpu_features }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_counts_most_and_the_cpu_least() {
        let ranks = [
            Rank::new(Backend::Winch, None, 0),
            Rank::new(Backend::Winch, None, 19),
            Rank::new(Backend::Cranelift, Some(OptLevel::None), 0),
            Rank::new(Backend::Cranelift, Some(OptLevel::SpeedAndSize), 3),
            Rank::new(Backend::Cranelift, Some(OptLevel::Speed), 0),
            Rank::new(Backend::Cranelift, Some(OptLevel::Speed), 6),
        ];
        assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]), "{ranks:?}");
    }
}
