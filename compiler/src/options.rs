//! What to compile for, and how.

use crate::cpu::Cpu;
use crate::target::{PairError, Target};
use precompile_artifact::manifest::OptLevel;
use precompile_artifact::{Backend, Contract, Platform};

/// Everything that decides about the bytes of an artifact, besides the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The compiler.
    pub backend: Backend,
    /// The machine that the code is for.
    pub target: Target,
    /// What its processor offers beyond the baseline of its architecture; nothing by default.
    pub cpu: Cpu,
    /// The preset from which the contract was made.
    pub platform: Platform,
    /// How hard Cranelift optimises; Winch doesn't. [`OptLevel::Speed`] by default.
    pub opt_level: OptLevel,
    /// The settings on which the runtime must agree; the preset's by default.
    pub contract: Contract,
    /// Whether functions are compiled on all cores, which doesn't change the artifact. On by
    /// default.
    pub parallel: bool,
}

impl Options {
    /// The defaults for a backend, a target and a platform.
    ///
    /// # Errors
    ///
    /// Where the backend makes no code for the target and the platform.
    pub fn new(backend: Backend, target: Target, platform: Platform) -> Result<Options, PairError> {
        target.check(backend, platform)?;
        let contract = Contract::preset(platform, target.machine())
            .ok_or_else(|| PairError::PulleySignals { target: target.to_string() })?;
        Ok(Options {
            backend,
            target,
            cpu: Cpu::default(),
            platform,
            opt_level: OptLevel::Speed,
            contract,
            parallel: true,
        })
    }
}
