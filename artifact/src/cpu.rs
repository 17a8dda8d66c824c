//! CPU features that code may be compiled for, and the named levels that bundle them.
//!
//! Features have the names of Rust's target features. The lists have the features that Cranelift or Winch use: the
//! settings of `cranelift-codegen-meta` 0.135 for each instruction set.

use crate::Names;
use crate::platform::is_pulley;
use alloc::string::String;
#[cfg(feature = "std")]
use alloc::vec::Vec;
use target_lexicon::{Aarch64Architecture, Architecture, Triple};

/// A CPU feature.
#[derive(Debug, PartialEq, Eq)]
pub struct Feature {
    /// The name as a Rust target feature: `sse4.1`.
    pub name: &'static str,
    /// The name of Cranelift's setting: `has_sse41`.
    pub setting: &'static str,
}

/// A named level of CPU features.
#[derive(Debug)]
pub struct Level {
    /// The name: `x86-64-v3`.
    pub name: &'static str,
    /// The names of the level's features.
    pub features: &'static [&'static str],
}

/// The levels and features of one architecture.
#[derive(Debug)]
pub struct Family {
    /// The levels, the portable baseline first.
    pub levels: &'static [Level],
    /// The features that can be added to a level or removed from it.
    pub features: &'static [Feature],
}

macro_rules! features {
    ($($name:literal $setting:literal),* $(,)?) => { &[$(Feature { name: $name, setting: $setting }),*] };
}

/// The levels are those of the x86-64 psABI, with the features that Cranelift has a setting for.
static X86_64: Family = Family {
    levels: &[
        Level { name: "x86-64", features: &[] },
        Level { name: "x86-64-v2", features: &["cmpxchg16b", "popcnt", "sse3", "sse4.1", "sse4.2", "ssse3"] },
        Level {
            name: "x86-64-v3",
            features: &[
                "avx",
                "avx2",
                "bmi1",
                "bmi2",
                "cmpxchg16b",
                "fma",
                "lzcnt",
                "popcnt",
                "sse3",
                "sse4.1",
                "sse4.2",
                "ssse3",
            ],
        },
        Level {
            name: "x86-64-v4",
            features: &[
                "avx",
                "avx2",
                "avx512dq",
                "avx512f",
                "avx512vl",
                "bmi1",
                "bmi2",
                "cmpxchg16b",
                "fma",
                "lzcnt",
                "popcnt",
                "sse3",
                "sse4.1",
                "sse4.2",
                "ssse3",
            ],
        },
    ],
    features: features![
        "avx" "has_avx", "avx2" "has_avx2", "avx512bitalg" "has_avx512bitalg",
        "avx512dq" "has_avx512dq", "avx512f" "has_avx512f", "avx512vbmi" "has_avx512vbmi",
        "avx512vl" "has_avx512vl", "avx512vnni" "has_avx512vnni", "avxvnni" "has_avx_vnni",
        "bmi1" "has_bmi1", "bmi2" "has_bmi2", "cmpxchg16b" "has_cmpxchg16b", "fma" "has_fma",
        "lzcnt" "has_lzcnt", "popcnt" "has_popcnt", "sse3" "has_sse3", "sse4.1" "has_sse41",
        "sse4.2" "has_sse42", "ssse3" "has_ssse3",
    ],
};

/// The levels follow the Arm architecture reference manual: LSE is mandatory from Armv8.1, PAuth from 8.3, DotProd from
/// 8.4, I8MM from 8.6; FP16 comes with SVE, so with Armv9. Processors have LLVM's names, and the features of their
/// technical reference manuals.
static AARCH64: Family = Family {
    levels: &[
        Level { name: "armv8-a", features: &[] },
        Level { name: "armv8.1-a", features: &["lse"] },
        Level { name: "armv8.2-a", features: &["lse"] },
        Level { name: "armv8.3-a", features: &["lse", "paca"] },
        Level { name: "armv8.4-a", features: &["dotprod", "lse", "paca"] },
        Level { name: "armv8.5-a", features: &["dotprod", "lse", "paca"] },
        Level { name: "armv8.6-a", features: &["dotprod", "i8mm", "lse", "paca"] },
        Level { name: "armv9-a", features: &["dotprod", "fp16", "lse", "paca"] },
        Level { name: "cortex-a53", features: &[] },
        Level { name: "cortex-a72", features: &[] },
        Level { name: "cortex-a76", features: &["dotprod", "fp16", "lse"] },
        Level { name: "neoverse-n1", features: &["dotprod", "fp16", "lse"] },
        Level { name: "neoverse-v1", features: &["dotprod", "fp16", "i8mm", "lse", "paca"] },
        Level { name: "apple-m1", features: &["dotprod", "fp16", "lse", "paca"] },
    ],
    features: features![
        "dotprod" "has_dotprod", "fp16" "has_fp16", "i8mm" "has_i8mm", "lse" "has_lse",
        "paca" "has_pauth",
    ],
};

/// Cranelift's baseline is the z14.
static S390X: Family = Family {
    levels: &[
        Level { name: "z14", features: &[] },
        Level { name: "z15", features: &["mie3", "vxrs_ext2"] },
        Level { name: "z16", features: &["mie3", "vxrs_ext2"] },
        Level { name: "z17", features: &["mie3", "mie4", "vxrs_ext2", "vxrs_ext3"] },
    ],
    features: features![
        "mie3" "has_mie3", "mie4" "has_mie4", "vxrs_ext2" "has_vxrs_ext2",
        "vxrs_ext3" "has_vxrs_ext3",
    ],
};

/// The baseline is the only level: wasmtime doesn't check the CPU features of RISC-V when it loads code.
static RISCV64: Family = Family { levels: &[Level { name: "rv64gc", features: &[] }], features: &[] };

/// The interpreter has no features.
static PULLEY: Family = Family { levels: &[Level { name: "pulley", features: &[] }], features: &[] };

/// The family of a target; `None` for an architecture that no backend supports.
pub fn family(target: &Triple) -> Option<&'static Family> {
    match target.architecture {
        Architecture::X86_64 => Some(&X86_64),
        Architecture::Aarch64(Aarch64Architecture::Aarch64) => Some(&AARCH64),
        Architecture::S390x => Some(&S390X),
        Architecture::Riscv64(_) => Some(&RISCV64),
        _ if is_pulley(target) => Some(&PULLEY),
        _ => None,
    }
}

impl Family {
    /// The feature with this name.
    pub fn feature(&self, name: &str) -> Option<&'static Feature> {
        self.features.iter().find(|feature| feature.name == name)
    }

    /// The level with this name.
    pub fn level(&self, name: &str) -> Option<&'static Level> {
        self.levels.iter().find(|level| level.name == name)
    }

    /// The first level of the list that has all of these features.
    pub fn level_with(&self, features: &[String]) -> Option<&'static Level> {
        let has_all = |level: &&Level| features.iter().all(|name| level.features.contains(&name.as_str()));
        self.levels.iter().find(has_all)
    }
}

/// The name of a CPU with just these features beyond the baseline of a target: that of a level, or else the features, as in
/// `lse+paca`.
pub fn name(target: &str, features: &Names) -> String {
    let family = target.parse::<Triple>().ok().and_then(|triple| family(&triple));
    let is_it = |level: &&Level| features.iter().eq(level.features.iter().copied());
    match family.and_then(|family| family.levels.iter().find(is_it)) {
        Some(level) => level.name.into(),
        None => features.join("+"),
    }
}

/// The features of the current CPU, sorted; `None` on an architecture for which the standard library can't detect them.
#[cfg(feature = "std")]
pub fn detect() -> Option<Vec<String>> {
    #[allow(unused_macros, reason = "used on the architectures below only")]
    macro_rules! present {
        ($detect:ident: $($name:tt),*) => {
            [$(($name, std::arch::$detect!($name))),*]
                .into_iter()
                .filter_map(|(name, present)| present.then(|| String::from(name)))
                .collect()
        };
    }
    #[cfg(target_arch = "x86_64")]
    return Some(present!(is_x86_feature_detected:
        "avx", "avx2", "avx512bitalg", "avx512dq", "avx512f", "avx512vbmi", "avx512vl",
        "avx512vnni", "avxvnni", "bmi1", "bmi2", "cmpxchg16b", "fma", "lzcnt", "popcnt", "sse3",
        "sse4.1", "sse4.2", "ssse3"));
    #[cfg(target_arch = "aarch64")]
    return Some(present!(is_aarch64_feature_detected:
        "dotprod", "fp16", "i8mm", "lse", "paca"));
    // Code for RISC-V is compiled for the baseline, so there is nothing to detect.
    #[cfg(target_arch = "riscv64")]
    return Some(Vec::new());
    #[allow(unreachable_code, reason = "the architectures above return")]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every level names features that exist, and each list is sorted, as manifests need it.
    #[test]
    fn lists_are_consistent() {
        for family in [&X86_64, &AARCH64, &S390X, &RISCV64, &PULLEY] {
            assert!(family.features.is_sorted_by_key(|feature| feature.name));
            assert_eq!(family.levels[0].features, &[] as &[&str], "the baseline comes first");
            for level in family.levels {
                assert!(level.features.is_sorted(), "{}", level.name);
                for name in level.features {
                    assert!(family.feature(name).is_some(), "{}: {name}", level.name);
                }
            }
        }
    }

    /// Each supported architecture has its family under each of its names. Other architectures have none.
    #[test]
    fn targets_have_the_families_of_their_architectures() {
        for (target, baseline) in [
            ("x86_64-unknown-linux-gnu", Some("x86-64")),
            ("aarch64-apple-darwin", Some("armv8-a")),
            ("s390x-unknown-linux-gnu", Some("z14")),
            ("riscv64gc-unknown-linux-gnu", Some("rv64gc")),
            ("pulley64", Some("pulley")),
            ("pulley32be", Some("pulley")),
            ("powerpc64-unknown-linux-gnu", None),
            ("aarch64_be-unknown-linux-gnu", None),
        ] {
            let family = family(&target.parse().unwrap());
            assert_eq!(family.map(|family| family.levels[0].name), baseline, "{target}");
        }
    }

    #[test]
    fn levels_and_features_are_found_by_name() {
        assert_eq!(X86_64.level("x86-64-v2").unwrap().features.len(), 6);
        assert_eq!(X86_64.feature("sse4.1").unwrap().setting, "has_sse41");
        assert!(X86_64.level("armv8-a").is_none() && X86_64.feature("lse").is_none());
    }

    #[test]
    fn the_first_level_with_all_features_is_found() {
        let least = |family: &Family, features: &[&str]| {
            let features: Vec<_> = features.iter().map(|name| String::from(*name)).collect();
            family.level_with(&features).map(|level| level.name)
        };
        assert_eq!(least(&X86_64, &[]), Some("x86-64"));
        assert_eq!(least(&X86_64, &["fma", "sse3"]), Some("x86-64-v3"));
        assert_eq!(least(&X86_64, &["avx512f"]), Some("x86-64-v4"));
        assert_eq!(least(&X86_64, &["avx512vnni"]), None);
        assert_eq!(least(&AARCH64, &["lse"]), Some("armv8.1-a"));
    }

    /// The standard library's macro gives the expected result.
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    #[test]
    fn features_of_this_machine_are_detected() {
        let found = detect().unwrap();
        for (name, present) in [
            ("sse3", std::arch::is_x86_feature_detected!("sse3")),
            ("avx2", std::arch::is_x86_feature_detected!("avx2")),
            ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
        ] {
            assert_eq!(found.iter().any(|feature| feature == name), present, "{name}");
        }
    }

    /// All features that are detected can be chosen.
    #[cfg(feature = "std")]
    #[test]
    fn detected_features_can_be_chosen() {
        if let Some(features) = detect() {
            let family = family(&target_lexicon::HOST).unwrap();
            assert!(features.is_sorted());
            for name in &features {
                assert!(family.feature(name).is_some(), "{name}");
            }
        }
    }
}
