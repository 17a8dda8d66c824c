//! The choices of a user.

use crate::options::expect::Expect;
use crate::options::fallback::Fallback;
use crate::options::strip::Strip;
use precompile_artifact::manifest::OptLevel;
use precompile_artifact::{Backend, Platform};

/// The choices of a user about a compilation: the options of the command `precompile`. The rest follows
/// from the target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The compiler; Cranelift by default.
    pub backend: Option<Backend>,
    /// The expected use of each module, by which the cheaper compiler is chosen for it if none is named.
    pub expect: Option<Expect>,
    /// The platform that the code may rely on; by default the target's own.
    pub platform: Option<Platform>,
    /// The minimum CPU, as a level and features: `x86-64-v3,-avx2`. The baseline by default.
    pub cpu: Option<String>,
    /// Cranelift's level of optimisation.
    pub opt_level: Option<OptLevel>,
    /// The replacement for a backend that can't compile a module, or has no code for the target.
    pub fallback: Option<Fallback>,
    /// The parts that are left out of artifacts.
    pub strip: Vec<Strip>,
    /// Settings by name, each with its letter: `('W', "fuel,simd=n")`.
    pub settings: Vec<(char, String)>,
}
