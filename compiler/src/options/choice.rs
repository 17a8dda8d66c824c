//! What a user chooses.

use crate::options::expect::Expect;
use crate::options::fallback::Fallback;
use crate::options::strip::Strip;
use precompile_artifact::manifest::OptLevel;
use precompile_artifact::{Backend, Platform};

/// What a user chooses of how modules are compiled; the rest follows from the target. These are the
/// options of the command `precompile`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The compiler; Cranelift by default.
    pub backend: Option<Backend>,
    /// Where no compiler is named: what is expected of each module, by which the cheaper one is chosen for it.
    pub expect: Option<Expect>,
    /// The preset for what the code may rely on; by default the target's own.
    pub platform: Option<Platform>,
    /// The least processor, as a level and features: `x86-64-v3,-avx2`. The baseline by default.
    pub cpu: Option<String>,
    /// How hard Cranelift optimises.
    pub opt_level: Option<OptLevel>,
    /// What stands in where the backend can't compile a module, or has no code for the target.
    pub fallback: Option<Fallback>,
    /// What artifacts are to do without.
    pub strip: Vec<Strip>,
    /// Settings by name, each with its letter: `('W', "fuel,simd=n")`.
    pub settings: Vec<(char, String)>,
}
