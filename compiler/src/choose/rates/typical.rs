//! Rates that are the same on every machine.

use super::{Fingerprint, RUN_PERCENT, Rates};
use precompile_artifact::Backend;
use std::time::Duration;

/// The processor time to compile a byte of code, in picoseconds: that of a server's core, for programs of a megabyte.
const WINCH_PS_PER_BYTE: u64 = 160_000;
const CRANELIFT_PS_PER_BYTE: u64 = 800_000;
/// The processor time for each module besides, however small it is.
const ONCE: Duration = Duration::from_millis(2);

impl Rates {
    /// Typical rates, the same on every machine: for machines that must decide alike without talking.
    pub fn typical() -> Rates {
        Rates {
            fingerprint: Fingerprint::this(),
            had_runner: false,
            winch_ps_per_byte: WINCH_PS_PER_BYTE,
            cranelift_ps_per_byte: CRANELIFT_PS_PER_BYTE,
            winch_run_percent: RUN_PERCENT,
            start_us: 0,
        }
    }
}

/// The processor time that a backend typically takes for a module with `code_bytes` bytes of code. It is the same on
/// every machine.
pub fn typical_time(backend: Backend, code_bytes: u64) -> Duration {
    let ps_per_byte = match backend {
        Backend::Winch => WINCH_PS_PER_BYTE,
        Backend::Cranelift => CRANELIFT_PS_PER_BYTE,
    };
    // In whole numbers, which every machine rounds alike.
    ONCE + Duration::from_nanos(code_bytes.saturating_mul(ps_per_byte / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typical_times_grow_with_the_code() {
        for backend in Backend::ALL {
            assert_eq!(typical_time(backend, 0), ONCE);
            assert!(typical_time(backend, 1_001) > typical_time(backend, 1_000));
            assert!(typical_time(backend, u64::MAX) > Duration::from_secs(1 << 33));
        }
        assert_eq!(typical_time(Backend::Cranelift, 1_000_000), ONCE + Duration::from_millis(800));
        assert!(Rates::typical().is_plausible());
    }
}
