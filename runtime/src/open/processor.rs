//! CPU features, which are detected here if there is no standard library.

use alloc::string::String;
use alloc::vec::Vec;
use wasmtime::Config;

/// The functions of this program pass floating-point numbers in another way than compiled guests do.
pub(crate) const SOFT_FLOAT: bool = cfg!(all(target_arch = "x86_64", not(target_feature = "sse2")));

/// The CPU features of this machine, named as in manifests; `None` if they can't be detected.
#[cfg(feature = "std")]
pub(crate) fn features() -> Option<Vec<String>> {
    precompile_artifact::cpu::detect()
}

/// The CPU features of this machine, named as in manifests; `None` if they can't be detected.
#[cfg(not(feature = "std"))]
pub(crate) fn features() -> Option<Vec<String>> {
    #[cfg(target_arch = "x86_64")]
    return Some(x86_64::features().map(String::from).collect());
    // Code for RISC-V is compiled for the baseline, so there is nothing to detect.
    #[cfg(target_arch = "riscv64")]
    return Some(Vec::new());
    #[allow(unreachable_code, reason = "the architectures above return")]
    None
}

/// Configures what wasmtime can't detect itself.
pub(crate) fn prepare(config: &mut Config) {
    #[cfg(all(target_arch = "x86_64", not(feature = "std")))]
    // SAFETY: the function returns what the CPU reports.
    unsafe {
        config.detect_host_feature(x86_64::has);
    }
    if SOFT_FLOAT {
        // SAFETY: guests and this program pass floating-point numbers to each other only in memory. The exceptions are
        // functions that replace instructions for rounding and fused multiply-add. They are never called, because an
        // artifact for CPUs without these instructions is a mismatch.
        unsafe {
            config.x86_float_abi_ok(true);
        }
    }
}

/// Detection by the instruction `CPUID`: see volume 2A of Intel's manual, and volume 3 of AMD's.
#[cfg(all(target_arch = "x86_64", any(test, not(feature = "std"))))]
mod x86_64 {
    use core::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};

    /// A leaf and a subleaf of `CPUID`.
    type Leaf = (u32, u32);

    #[derive(Clone, Copy)]
    enum Register {
        Eax,
        Ebx,
        Ecx,
    }
    use Register::{Eax, Ebx, Ecx};

    const BASIC: Leaf = (1, 0);
    const EXTENDED: Leaf = (0x8000_0001, 0);

    /// The state that the operating system must save for a feature: bits of the register `XCR0`.
    const NOTHING: u64 = 0;
    const AVX_STATE: u64 = 0b110;
    const AVX512_STATE: u64 = 0b1110_0110;

    /// The features: Rust's name, the leaf, register and bit of `CPUID`, and the state that must be saved.
    const FEATURES: [(&str, Leaf, Register, u32, u64); 19] = [
        ("avx", BASIC, Ecx, 28, AVX_STATE),
        ("avx2", (7, 0), Ebx, 5, AVX_STATE),
        ("avx512bitalg", (7, 0), Ecx, 12, AVX512_STATE),
        ("avx512dq", (7, 0), Ebx, 17, AVX512_STATE),
        ("avx512f", (7, 0), Ebx, 16, AVX512_STATE),
        ("avx512vbmi", (7, 0), Ecx, 1, AVX512_STATE),
        ("avx512vl", (7, 0), Ebx, 31, AVX512_STATE),
        ("avx512vnni", (7, 0), Ecx, 11, AVX512_STATE),
        ("avxvnni", (7, 1), Eax, 4, AVX_STATE),
        ("bmi1", (7, 0), Ebx, 3, NOTHING),
        ("bmi2", (7, 0), Ebx, 8, NOTHING),
        ("cmpxchg16b", BASIC, Ecx, 13, NOTHING),
        ("fma", BASIC, Ecx, 12, AVX_STATE),
        ("lzcnt", EXTENDED, Ecx, 5, NOTHING),
        ("popcnt", BASIC, Ecx, 23, NOTHING),
        ("sse3", BASIC, Ecx, 0, NOTHING),
        ("sse4.1", BASIC, Ecx, 19, NOTHING),
        ("sse4.2", BASIC, Ecx, 20, NOTHING),
        ("ssse3", BASIC, Ecx, 9, NOTHING),
    ];
    const OSXSAVE_BIT: u32 = 27;

    /// The features of this CPU, in the order of manifests.
    pub(super) fn features() -> impl Iterator<Item = &'static str> {
        FEATURES.iter().map(|(name, ..)| *name).filter(|name| has(name) == Some(true))
    }

    /// Returns true if the CPU has a feature; `None` if the feature isn't in the list.
    pub(super) fn has(name: &str) -> Option<bool> {
        let (_, leaf, register, bit, state) = FEATURES.iter().find(|(known, ..)| *known == name)?;
        Some(is_set(*leaf, *register, *bit) && saved() & state == *state)
    }

    fn is_set((leaf, subleaf): Leaf, register: Register, bit: u32) -> bool {
        // The first leaf of each half has the number of the half's last leaf. Leaf 7 has the number of its last
        // subleaf.
        let highest = __cpuid(leaf & 0x8000_0000).eax;
        if leaf > highest || (subleaf > 0 && subleaf > __cpuid_count(leaf, 0).eax) {
            return false;
        }
        let found = __cpuid_count(leaf, subleaf);
        let word = match register {
            Eax => found.eax,
            Ebx => found.ebx,
            Ecx => found.ecx,
        };
        word >> bit & 1 == 1
    }

    /// The parts of the CPU's state that the operating system saves.
    fn saved() -> u64 {
        match is_set(BASIC, Ecx, OSXSAVE_BIT) {
            // SAFETY: the bit says that the instruction exists and is allowed.
            true => unsafe { _xgetbv(0) },
            false => 0,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use alloc::string::String;
        use alloc::vec::Vec;

        #[test]
        fn detection_agrees_with_the_standard_library() {
            let found: Vec<_> = features().map(String::from).collect();
            assert_eq!(Some(found), precompile_artifact::cpu::detect());
            assert_eq!(has("no-such"), None);
        }
    }
}
