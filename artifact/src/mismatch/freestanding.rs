//! The checks of what hosts without an operating system may lack.

use super::checks::pulley;
use super::reason::{Check, Mismatch, mismatch, texts};
use crate::manifest::Manifest;
use crate::{Code, Host};

/// The checks, in the order of the reasons.
pub(super) const CHECKS: [Check; 3] = [native_code, float_instructions, epochs];

/// Without virtual memory, machine code needs another way to become executable.
fn native_code(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if manifest.is_pulley() || host.native_code {
        return None;
    }
    mismatch(Code::CodeMemory, "target", || {
        let remedy: &[&str] = match (pulley(&host.target), host.pulley) {
            (Some(pulley), true) => {
                &["compile with `--target ", pulley, "`, or give the runtime `code_memory`"]
            }
            _ => &[
                "use a runtime with the feature `custom-virtual-memory`, or `pulley`, or give it `code_memory`",
            ],
        };
        texts(&manifest.target, "no executable memory", remedy)
    })
}

/// The CPU features without which compiled code calls the host's functions, for rounding and for fused multiply-add. On
/// a host with soft floating point, those functions expect their arguments elsewhere.
const FLOAT_INSTRUCTIONS: [&str; 2] = ["sse4.1", "fma"];

fn float_instructions(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let has = |name: &&str| manifest.cpu_features.contains(name);
    if !host.soft_float || manifest.is_pulley() || FLOAT_INSTRUCTIONS.iter().all(has) {
        return None;
    }
    mismatch(Code::FloatInstructions, "cpu_features", || {
        let compiled = manifest.cpu_features.join(",");
        texts(&compiled, "no calls with floating-point numbers", &["compile with `--cpu x86-64-v3`"])
    })
}

/// Other threads increment the epoch, a counter of 64 bits, so it must be atomic.
fn epochs(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if !manifest.settings.epoch_interruption || host.epochs {
        return None;
    }
    mismatch(Code::Epochs, "settings.epoch_interruption", || {
        texts("true", "no 64-bit atomics", &["compile without `-W epoch-interruption`"])
    })
}
