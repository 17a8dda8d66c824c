//! The package `wasi:clocks`.

use super::Lines;
use wasip3::clocks::{monotonic_clock, system_clock};

const MILLISECOND: u64 = 1_000_000;

pub(super) async fn calls(lines: &mut Lines) {
    let start = monotonic_clock::now();
    monotonic_clock::wait_until(start + MILLISECOND).await;
    let between = monotonic_clock::now();
    monotonic_clock::wait_for(MILLISECOND).await;
    let end = monotonic_clock::now();
    lines.add("now", end > start);
    lines.add("wait-until", between - start >= MILLISECOND);
    lines.add("wait-for", end - between >= MILLISECOND);
    lines.add("get-resolution", monotonic_clock::get_resolution() > 0);
    lines.add("system-clock: now", system_clock::now().seconds > 1_700_000_000);
    lines.add("system-clock: get-resolution", system_clock::get_resolution() > 0);
}
