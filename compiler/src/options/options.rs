//! The options of a compilation.

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

/// The options of a compilation: everything that determines the bytes of an artifact, besides the module. In serialised
/// form they are the fields of a [`recipe`](crate::recipe), and are sent to processes that compile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The compiler.
    pub backend: Backend,
    /// The machine that the code is for.
    pub target: Target,
    /// The CPU features beyond the baseline of its architecture; none by default.
    #[serde(rename = "cpu_features")]
    pub cpu: Cpu,
    /// The preset from which the contract was made.
    pub platform: Platform,
    /// Cranelift's level of optimisation; Winch has none. [`OptLevel::Speed`] by default.
    pub opt_level: OptLevel,
    /// Cranelift's register allocator. [`Regalloc::Backtracking`] by default.
    pub regalloc: Regalloc,
    /// The same bits for every NaN that arithmetic makes. Off by default.
    pub nan_canonicalization: bool,
    /// Tables in the artifact by which a debugger or the system unwinds its stack. On by default on the
    /// platform `hosted`, and always on Windows, where they are part of the calling convention.
    pub native_unwind_info: bool,
    /// The functions' names of the module's `name` section, for backtraces. On by default.
    pub function_names: bool,
    /// The largest image of a linear memory, in bytes, that is stored densely, to be mapped.
    /// 16 MiB by default, as in wasmtime.
    pub dense_image_max_bytes: u64,
    /// The WebAssembly proposals that are stamped in any case, and those that modules must not use.
    pub proposals: Proposals,
    /// The settings on which the runtime must agree; the preset's by default.
    #[serde(rename = "settings")]
    pub contract: Contract,
    /// The replacement for a backend that can't compile a module; none by default.
    pub fallback: Option<Fallback>,
    /// Compilation of functions on all cores, which doesn't change the artifact. On by default.
    pub parallel: bool,
}

/// Cranelift's register allocators. The names are those of wasmtime's command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Regalloc {
    /// The allocator for fast code.
    Backtracking,
    /// The allocator for fast compilation.
    SinglePass,
}

/// Options that don't go together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OptionsError {
    /// The backend makes no code for the target or the platform.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// The CPU was parsed for another target.
    #[error("the target `{target}` has no CPU feature `{name}`")]
    Cpu {
        /// The feature.
        name: String,
        /// The target's triple.
        target: String,
    },
    /// A setting that only Cranelift has.
    #[error("winch has no {0}: leave it out, or use `--backend cranelift`")]
    Winch(&'static str),
    /// A setting that Winch needs.
    #[error("winch needs `{0}`: leave it on, or use `--backend cranelift`")]
    WinchNeeds(&'static str),
    /// Required proposals that the backend lacks.
    #[error("{}: leave it out of `-W`", support::refusal(*backend, target, proposals))]
    Proposals {
        /// Their names.
        proposals: Vec<String>,
        /// The backend.
        backend: Backend,
        /// The target's triple.
        target: String,
    },
    /// Traps by hardware faults, which an interpreter lacks.
    #[error("`{0}` is interpreted and knows no hardware faults: use `-O signals-based-traps=n`")]
    PulleySignals(String),
    /// Debugging information without symbols, which it needs.
    #[error("`-D debug-info` needs symbols: leave out `-D symbols=n` and `--strip symbols`")]
    DebugWithoutSymbols,
    /// Code for Windows without unwind information, which is part of the calling convention.
    #[error("code for Windows needs its unwind information: leave out `native-unwind-info=n`")]
    WindowsUnwinds,
}

impl Options {
    /// The defaults for a backend, a target and a platform.
    ///
    /// # Errors
    ///
    /// A backend that makes no code for the target and the platform.
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

    /// Checks that these options go together.
    ///
    /// # Errors
    ///
    /// The first option that doesn't, with a remedy.
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

    /// Checks for settings that Winch's `set_tunables` refuses or silently ignores.
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
