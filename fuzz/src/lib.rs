//! The common parts of the targets: counting accepted inputs, reporting the count now and then, and mutating inputs so
//! that many stay valid.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use wasm_mutate::WasmMutate;

static ALL: AtomicU64 = AtomicU64::new(0);
static ACCEPTED: AtomicU64 = AtomicU64::new(0);

/// Silences panics, so that a compiler's panic, which becomes an error, is no finding of the fuzzer. A panic that
/// leaves a body still is one.
pub fn quiet() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Counts an input, and prints the number of accepted inputs now and then, on a line of its own.
pub fn count(accepted: bool) {
    let all = ALL.fetch_add(1, Relaxed) + 1;
    let accepted = ACCEPTED.fetch_add(u64::from(accepted), Relaxed) + u64::from(accepted);
    if all.is_power_of_two() {
        // The reader may be gone.
        let panics = precompile::fuzz::COMPILER_PANICS.load(Relaxed);
        let _ = writeln!(std::io::stderr(), "accepted {accepted} of {all}, compiler panics {panics}");
    }
}

/// The module with an item changed, added or removed; `None` for half of the seeds, so that bytes change, too.
pub fn mutant(module: &[u8], seed: u32) -> Option<Vec<u8>> {
    if seed % 2 == 0 {
        return None;
    }
    // The mutator's own panics are no findings of ours.
    let mutated = || WasmMutate::default().seed(seed.into()).fuel(1_000).run(module).ok()?.next()?.ok();
    std::panic::catch_unwind(mutated).ok()?
}

/// Replaces an input by a mutant, or, where none fits, changes the input's bytes. Returns the new size.
pub fn next(data: &mut [u8], size: usize, max: usize, mutant: Option<Vec<u8>>) -> usize {
    match mutant.filter(|mutant| mutant.len() <= max) {
        Some(mutant) => {
            data[..mutant.len()].copy_from_slice(&mutant);
            mutant.len()
        }
        None => libfuzzer_sys::fuzzer_mutate(data, size, max),
    }
}
