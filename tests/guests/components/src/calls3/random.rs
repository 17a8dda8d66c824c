//! The package `wasi:random`.

use super::Lines;
use wasip3::random::{insecure, insecure_seed, random};

pub(super) fn calls(lines: &mut Lines) {
    let bytes = random::get_random_bytes(16);
    lines.add("get-random-bytes", (bytes.len(), bytes != random::get_random_bytes(16)));
    lines.add("get-random-u64", random::get_random_u64() != random::get_random_u64());
    lines.add("get-insecure-random-bytes", insecure::get_insecure_random_bytes(9).len());
    let number = insecure::get_insecure_random_u64();
    lines.add("get-insecure-random-u64", number != insecure::get_insecure_random_u64());
    lines.add("get-insecure-seed", insecure_seed::get_insecure_seed() != (0, 0));
}
