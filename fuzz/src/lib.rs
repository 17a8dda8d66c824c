//! What the targets share: they count how many inputs are accepted, and say so now and then; and they
//! change inputs so that many stay valid.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use wasm_mutate::WasmMutate;

static ALL: AtomicU64 = AtomicU64::new(0);
static ACCEPTED: AtomicU64 = AtomicU64::new(0);

/// The compilers' panics, which become errors, are none of the fuzzer's findings; those that come out of
/// a body still are.
pub fn quiet() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Counts an input. The share of those that were accepted is told now and then, on a line of its own.
pub fn count(accepted: bool) {
    let all = ALL.fetch_add(1, Relaxed) + 1;
    let accepted = ACCEPTED.fetch_add(u64::from(accepted), Relaxed) + u64::from(accepted);
    if all.is_power_of_two() {
        // Nobody may be reading.
        let panics = precompile::fuzz::COMPILER_PANICS.load(Relaxed);
        let _ = writeln!(std::io::stderr(), "accepted {accepted} of {all}, compiler panics {panics}");
    }
}

/// What this module becomes when an item of it is changed, added or removed; nothing for half of the
/// seeds, so that bytes change too.
pub fn mutant(module: &[u8], seed: u32) -> Option<Vec<u8>> {
    if seed % 2 == 0 {
        return None;
    }
    // The mutator has panics of its own, which are no findings of ours.
    let mutated = || WasmMutate::default().seed(seed.into()).fuel(1_000).run(module).ok()?.next()?.ok();
    std::panic::catch_unwind(mutated).ok()?
}

/// Puts a mutant into an input's place, or where there is none that fits, the input with other bytes. Its
/// size.
pub fn next(data: &mut [u8], size: usize, max: usize, mutant: Option<Vec<u8>>) -> usize {
    match mutant.filter(|mutant| mutant.len() <= max) {
        Some(mutant) => {
            data[..mutant.len()].copy_from_slice(&mutant);
            mutant.len()
        }
        None => libfuzzer_sys::fuzzer_mutate(data, size, max),
    }
}
