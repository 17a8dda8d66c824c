//! The options of a compilation: what to compile for, and how.

use crate::options::cpu::Cpu;
use crate::options::fallback::Fallback;
use crate::options::proposals::Proposals;
use crate::options::support;
use crate::options::target::{PairError, Target};
use precompile_artifact::contract::Inlining;
use precompile_artifact::features::names;
use precompile_artifact::manifest::OptLevel;
use precompile_artifact::{Backend, Contract, Platform};
use serde::{Deserialize, Serialize};
use target_lexicon::OperatingSystem;
use thiserror::Error;

/// Everything that decides about the bytes of an artifact, besides the module. As they are serialised they are the
/// fields of a [`recipe`](crate::recipe), and are sent to processes that compile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The compiler.
    pub backend: Backend,
    /// The machine that the code is for.
    pub target: Target,
    /// What its processor offers beyond the baseline of its architecture; nothing by default.
    #[serde(rename = "cpu_features")]
    pub cpu: Cpu,
    /// The preset from which the contract was made.
    pub platform: Platform,
    /// How hard Cranelift optimises; Winch doesn't. [`OptLevel::Speed`] by default.
    pub opt_level: OptLevel,
    /// How Cranelift allocates registers. [`Regalloc::Backtracking`] by default.
    pub regalloc: Regalloc,
    /// Every NaN that arithmetic makes has the same bits. Off by default.
    pub nan_canonicalization: bool,
    /// The artifact holds tables by which a debugger or the system unwinds its stack. By
    /// default on where an operating system hosts, and always on Windows, where it is part of the
    /// calling convention.
    pub native_unwind_info: bool,
    /// Backtraces name functions as the module's `name` section does. On by default.
    pub function_names: bool,
    /// Images of linear memories up to this size, in bytes, are stored densely, to be mapped.
    /// 16 MiB by default, as in wasmtime.
    pub dense_image_max_bytes: u64,
    /// WebAssembly proposals that modules must, or must not, make use of.
    pub proposals: Proposals,
    /// The settings on which the runtime must agree; the preset's by default.
    #[serde(rename = "settings")]
    pub contract: Contract,
    /// What stands in where the backend can't compile a module; nothing by default.
    pub fallback: Option<Fallback>,
    /// Functions are compiled on all cores, which doesn't change the artifact. On by
    /// default.
    pub parallel: bool,
}

/// How Cranelift allocates registers. The names are those of wasmtime's command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Regalloc {
    /// For fast code.
    Backtracking,
    /// For fast compilation.
    SinglePass,
}

/// Options that don't go together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OptionsError {
    /// The backend makes no code for the target or the platform.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// The processor was read for another target.
    #[error("CPU feature `{name}` is none of `{target}`'s")]
    Cpu {
        /// The feature.
        name: String,
        /// The target's triple.
        target: String,
    },
    /// Winch lacks what only Cranelift has.
    #[error("winch has no {0}: leave it out, or use `--backend cranelift`")]
    Winch(&'static str),
    /// Winch can't do without.
    #[error("winch needs `{0}`: leave it on, or use `--backend cranelift`")]
    WinchNeeds(&'static str),
    /// The backend has no such proposal.
    #[error("{}: leave it out of `-W`", support::refusal(*backend, target, proposals))]
    Proposals {
        /// Their names.
        proposals: Vec<String>,
        /// The backend.
        backend: Backend,
        /// The target's triple.
        target: String,
    },
    /// An interpreter meets no hardware faults.
    #[error("`{0}` is interpreted and knows no hardware faults: use `-O signals-based-traps=n`")]
    PulleySignals(String),
    /// One is part of the other.
    #[error("`-D debug-info` needs symbols: leave out `-D symbols=n` and `--strip symbols`")]
    DebugWithoutSymbols,
    /// Part of the calling convention.
    #[error("code for Windows needs its unwind information: leave out `native-unwind-info=n`")]
    WindowsUnwinds,
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
        let windows = is_windows(&target);
        Ok(Options {
            backend,
            target,
            cpu: Cpu::default(),
            platform,
            opt_level: OptLevel::Speed,
            regalloc: Regalloc::Backtracking,
            nan_canonicalization: false,
            native_unwind_info: windows || platform == Platform::Hosted,
            function_names: true,
            dense_image_max_bytes: 16 << 20,
            proposals: Proposals::default(),
            contract,
            fallback: None,
            parallel: true,
        })
    }

    /// The test that the target's calling convention demands its unwind information.
    pub(crate) fn needs_unwind_info(&self) -> bool {
        is_windows(&self.target)
    }

    /// The test that these options go together.
    ///
    /// # Errors
    ///
    /// Names the first that doesn't, and what to use instead.
    pub fn check(&self) -> Result<(), OptionsError> {
        let Options { target, contract, .. } = self;
        target.check(self.backend, self.platform)?;
        if let Some(name) = self.cpu.names().find(|name| target.family().feature(name).is_none()) {
            return Err(OptionsError::Cpu { name: name.into(), target: target.to_string() });
        }
        if self.backend == Backend::Winch {
            self.check_winch()?;
        }
        let beyond = self.proposals.required().difference(support::supported(self.backend, target));
        if !beyond.is_empty() {
            let (proposals, target) = (names(beyond), target.to_string());
            return Err(OptionsError::Proposals { proposals, backend: self.backend, target });
        }
        if target.machine().is_pulley() && contract.signals_based_traps {
            return Err(OptionsError::PulleySignals(target.to_string()));
        }
        if contract.debug_info && !contract.debug_symbols {
            return Err(OptionsError::DebugWithoutSymbols);
        }
        if is_windows(target) && !self.native_unwind_info {
            return Err(OptionsError::WindowsUnwinds);
        }
        Ok(())
    }

    /// What Winch's `set_tunables` refuses, and what it would pass over in silence.
    fn check_winch(&self) -> Result<(), OptionsError> {
        let contract = &self.contract;
        let lacking = [
            (self.opt_level != OptLevel::Speed, "optimisation levels (`opt-level`)"),
            (self.regalloc != Regalloc::Backtracking, "choice of register allocators (`regalloc-algorithm`)"),
            (contract.inlining != Inlining::No, "inlining (`inlining`)"),
            (contract.debug_info, "native debugging information (`debug-info`)"),
            (contract.relaxed_simd_deterministic, "relaxed SIMD (`relaxed-simd-deterministic`)"),
        ];
        let needed = [
            (contract.signals_based_traps, "signals-based-traps"),
            (contract.table_lazy_init, "table-lazy-init"),
        ];
        if let Some((_, name)) = lacking.iter().find(|(asked, _)| *asked) {
            return Err(OptionsError::Winch(name));
        }
        match needed.iter().find(|(given, _)| !*given) {
            Some((_, name)) => Err(OptionsError::WinchNeeds(name)),
            None => Ok(()),
        }
    }
}

fn is_windows(target: &Target) -> bool {
    target.triple().operating_system == OperatingSystem::Windows
}
