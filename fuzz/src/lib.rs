//! What the targets share: they count how many inputs are accepted, and say so when the process ends.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
        let _ = writeln!(std::io::stderr(), "accepted {accepted} of {all}");
    }
}
