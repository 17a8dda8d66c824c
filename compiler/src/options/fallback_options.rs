//! The options of the second attempt, for a module that a backend can't compile.

use crate::options::fallback::Fallback;
use crate::options::target::Target;
use crate::options::{Options, OptionsError};
use precompile_artifact::contract::Contract;
use precompile_artifact::platform::TargetKind;
use precompile_artifact::{Backend, Platform, mismatch};

impl Fallback {
    /// The options for the second attempt; `None` if they would be the first attempt's.
    fn options(self, first: &Options) -> Result<Option<Options>, OptionsError> {
        let mut options = Options { backend: Backend::Cranelift, fallback: None, ..first.clone() };
        if self == Fallback::Pulley {
            let pulley = mismatch::pulley(first.target.triple());
            let target: Option<Target> = pulley.and_then(|name| name.parse().ok());
            options.target = target.unwrap_or_else(|| first.target.clone());
            interpreted(&mut options);
        }
        options.check()?;
        let same = options.backend == first.backend && options.target == first.target;
        Ok((!same).then_some(options))
    }
}

/// Calls `make` with these options, and, if it fails and another backend may succeed, with those of the fallback. A
/// result of the fallback comes with the error of the first attempt. Neither attempt has a fallback of its own.
pub(crate) fn with_fallback<T, E: From<OptionsError>>(
    options: &Options,
    another_backend_may: impl Fn(&E) -> bool,
    mut make: impl FnMut(&Options) -> Result<T, E>,
) -> Result<(T, Option<E>), E> {
    let refusal = match make(&Options { fallback: None, ..options.clone() }) {
        Err(error) if another_backend_may(&error) => error,
        made => return Ok((made?, None)),
    };
    match options.fallback.map(|fallback| fallback.options(options)).transpose()?.flatten() {
        Some(second) => Ok((make(&second)?, Some(refusal))),
        None => Err(refusal),
    }
}

/// Changes options from a CPU's to an interpreter's, which has no CPU features and no hardware faults.
fn interpreted(options: &mut Options) {
    options.cpu = crate::Cpu::default();
    if options.platform == Platform::SignalsOnly {
        options.platform = Platform::Freestanding;
    }
    let machine = options.target.machine();
    let preset = |platform, machine| Contract::preset(platform, machine).expect("it is not for signals only");
    let (native, pulley) =
        (preset(options.platform, TargetKind::Native64), preset(options.platform, machine));
    let contract = &mut options.contract;
    contract.signals_based_traps = false;
    // A guard region has no use without faults. Values that the user chose stay.
    for (value, native, pulley) in [
        (&mut contract.memory_guard_size, native.memory_guard_size, pulley.memory_guard_size),
        (&mut contract.memory_reservation, native.memory_reservation, pulley.memory_reservation),
    ] {
        if *value == native {
            *value = pulley;
        }
    }
}
