//! The conversion of a user's choices to options.

use crate::options::choice::Choice;
use crate::options::cpu::{Cpu, CpuError};
use crate::options::fallback::Fallback;
use crate::options::settings::{self, SettingError};
use crate::options::strip::Strip;
use crate::options::target::{PairError, Target};
use crate::options::{Options, OptionsError};
use precompile_artifact::{Backend, mismatch};
use thiserror::Error;

/// An impossible choice.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChoiceError {
    /// The backend makes no code for the target or the platform.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// The CPU is unknown.
    #[error(transparent)]
    Cpu(#[from] CpuError),
    /// The choices don't go together.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// A setting is unknown, or has a wrong value.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A part is to be stripped, and a setting keeps it.
    #[error("`--strip {0}` and a setting that keeps it don't go together: leave one of them out")]
    StripAndKeep(&'static str),
    /// An optimisation level was chosen for Winch, which has none.
    #[error("winch has no optimisation levels: leave `--opt-level` out, or use `--backend cranelift`")]
    WinchLevels,
}

/// Leaves a part out.
fn strip(options: &mut Options, part: Strip) {
    match part {
        Strip::AddressMap => options.contract.generate_address_map = false,
        Strip::Symbols => options.contract.debug_symbols = false,
        Strip::Names => options.function_names = false,
        Strip::Unwind => options.native_unwind_info = options.needs_unwind_info(),
    }
}

/// The test that a part is kept that could be left out.
fn keeps(options: &Options, part: Strip) -> bool {
    match part {
        Strip::AddressMap => options.contract.generate_address_map,
        Strip::Symbols => options.contract.debug_symbols,
        Strip::Names => options.function_names,
        Strip::Unwind => options.native_unwind_info && !options.needs_unwind_info(),
    }
}

impl Choice {
    /// The options for a target, and the reason for the fallback if the chosen backend makes no code for the
    /// target.
    ///
    /// # Errors
    ///
    /// An unknown choice, or choices that don't go together.
    pub fn options(&self, target: &Target) -> Result<(Options, Option<PairError>), ChoiceError> {
        let (options, refusal) = self.preset(target)?;
        let cpu = self.cpu.as_ref().filter(|_| options.target == *target);
        let cpu = cpu.map(|text| Cpu::parse(text, target)).transpose()?.unwrap_or_default();
        Ok((self.adjust(Options { cpu, ..options })?, refusal))
    }

    /// The given options, with the settings, the optimisation level, the fallback and the stripped parts of this
    /// choice.
    ///
    /// # Errors
    ///
    /// As [`Choice::options`].
    pub fn adjust(&self, mut options: Options) -> Result<Options, ChoiceError> {
        options.fallback = self.fallback;
        if let Some(level) = self.opt_level {
            if options.backend == Backend::Winch {
                return Err(ChoiceError::WinchLevels);
            }
            options.opt_level = level;
        }
        self.strip.iter().for_each(|part| strip(&mut options, *part));
        for (letter, text) in &self.settings {
            settings::apply(&mut options, *letter, text)?;
        }
        if let Some(part) = self.strip.iter().find(|part| keeps(&options, **part)) {
            return Err(ChoiceError::StripAndKeep(part.name()));
        }
        options.check()?;
        Ok(options)
    }

    fn preset(&self, target: &Target) -> Result<(Options, Option<PairError>), ChoiceError> {
        let preset = |backend, target: &Target| {
            let platform = self.platform.unwrap_or_else(|| target.default_platform(backend));
            Options::new(backend, target.clone(), platform)
        };
        match (preset(self.backend.unwrap_or(Backend::Cranelift), target), self.fallback) {
            (
                Err(refusal @ (PairError::Winch { .. } | PairError::WinchWithoutSignals { .. })),
                Some(fallback),
            ) => {
                let pulley = mismatch::pulley(target.triple()).filter(|_| fallback == Fallback::Pulley);
                let pulley: Option<Target> = pulley.and_then(|name| name.parse().ok());
                Ok((preset(Backend::Cranelift, pulley.as_ref().unwrap_or(target))?, Some(refusal)))
            }
            (options, _) => Ok((options?, None)),
        }
    }
}
