//! The check that an artifact fits the program that embeds it, in a constant expression. CPU features and all else are
//! checked when the artifact is opened.

use super::const_string::ConstString;
use crate::host::{COMPONENTS, FEATURES, PULLEY, SIGNALS, VIRTUAL_MEMORY};
use precompile_artifact::Platform;
use precompile_artifact::const_manifest::{ConstManifest, ConstReadError, same};
use precompile_artifact::fat::ConstSlices;
use precompile_artifact::features::named;
use precompile_artifact::manifest::Kind;

/// The program's architecture and operating system, as rustc names them.
const ARCH: &str = env!("PRECOMPILE_ARCH");
const OS: &str = env!("PRECOMPILE_OS");

/// The Pulley target with this program's pointer width and byte order.
const OWN_PULLEY: &str = match (cfg!(target_pointer_width = "32"), cfg!(target_endian = "big")) {
    (true, false) => "pulley32",
    (true, true) => "pulley32be",
    (false, false) => "pulley64",
    (false, true) => "pulley64be",
};

/// The reason why an artifact can't fit; `None` if it may fit. Of a fat artifact, a slice must.
pub(super) const fn problem(name: &str, artifact: &[u8]) -> Option<ConstString> {
    let Some(mut slices) = ConstSlices::read(artifact) else { return problem_of_one(name, artifact) };
    if !cfg!(feature = "fat") {
        return Some(ConstString::concat(&[
            "`",
            name,
            "` is a fat artifact: give the runtime the feature `fat`, or compile for this target alone",
        ]));
    }
    while let Some(slice) = slices.take_next() {
        // One that is stored in several parts may fit.
        if slice.is_empty() || problem_of_one(name, slice).is_none() {
            return None;
        }
    }
    Some(ConstString::concat(&[
        "`",
        name,
        "` has no slice for this program, which is for ",
        ARCH,
        " ",
        OS,
        ": compile one, or one for Pulley and give the runtime the feature `pulley`",
    ]))
}

/// The reason why an artifact for one kind of host can't fit; `None` if it may fit.
const fn problem_of_one(name: &str, artifact: &[u8]) -> Option<ConstString> {
    let manifest = match ConstManifest::read(artifact) {
        Ok(manifest) => manifest,
        // A stub is an error when it is opened.
        Err(ConstReadError::Stub) => return None,
        Err(ConstReadError::NotOurs | ConstReadError::Fat) => {
            return Some(ConstString::concat(&["`", name, "` is no artifact: compile it with precompile"]));
        }
        Err(ConstReadError::Format) => {
            return Some(ConstString::concat(&[
                "`",
                name,
                "` was made by a newer precompile: use its runtime, too",
            ]));
        }
    };
    let made = ConstString::concat(&["`", name, "` was compiled "]);
    let made = made.as_str();
    let version = manifest.wasmtime_version;
    if !same(major(version).as_bytes(), major(wasmtime_environ::VERSION).as_bytes()) {
        let here = wasmtime_environ::VERSION;
        return Some(ConstString::concat(&[
            made,
            "by wasmtime ",
            version,
            ", and the runtime holds ",
            here,
            ": use one version",
        ]));
    }
    let (architecture, system) = machine(manifest.target);
    if is_pulley(architecture) {
        if !PULLEY {
            return Some(ConstString::concat(&[made, "for Pulley: give the runtime the feature `pulley`"]));
        }
        if !same(architecture.as_bytes(), OWN_PULLEY.as_bytes()) {
            return Some(ConstString::concat(&[
                made,
                "for ",
                architecture,
                ", and this program runs ",
                OWN_PULLEY,
            ]));
        }
    } else if !same(architecture.as_bytes(), ARCH.as_bytes()) || !same(system.as_bytes(), OS.as_bytes()) {
        let target = manifest.target;
        return Some(ConstString::concat(&[
            made,
            "for ",
            target,
            ", and this program is for ",
            ARCH,
            " ",
            OS,
        ]));
    }
    let hosted = matches!(manifest.platform, Platform::Hosted) && !VIRTUAL_MEMORY;
    if hosted || (matches!(manifest.platform, Platform::SignalsOnly) && !SIGNALS) {
        return Some(ConstString::concat(&[
            made,
            "for the platform `",
            manifest.platform.name(),
            "`, which this program lacks",
        ]));
    }
    if matches!(manifest.kind, Kind::Component) && !COMPONENTS {
        return Some(ConstString::concat(&[
            "`",
            name,
            "` is a component: give the runtime the feature `component-model`",
        ]));
    }
    let mut features = manifest.features_stamped();
    while let Some(feature) = features.take_next() {
        let known = match named(feature) {
            Some(known) => FEATURES.contains(known),
            None => false,
        };
        if !known {
            let lacks =
                "`, which this build of the runtime lacks: see its features, or build the guest without";
            return Some(ConstString::concat(&["`", name, "` needs `", feature, lacks]));
        }
    }
    None
}

/// The major number of a version.
const fn major(version: &str) -> &str {
    before(version, b'.').0
}

/// The parts of a text before and after a byte; the whole text and an empty one if the byte isn't in it.
const fn before(text: &str, byte: u8) -> (&str, &str) {
    let mut at = 0;
    while at < text.len() && text.as_bytes()[at] != byte {
        at += 1;
    }
    match at < text.len() {
        true => (text.split_at(at).0, text.split_at(at + 1).1),
        false => (text, ""),
    }
}

/// The architecture and the operating system of a triple, as the standard library names them.
const fn machine(target: &str) -> (&str, &str) {
    let (architecture, rest) = before(target, b'-');
    let (_vendor, rest) = before(rest, b'-');
    let (system, _) = before(rest, b'-');
    let architecture = if same(architecture.as_bytes(), b"riscv64gc") { "riscv64" } else { architecture };
    let system = if same(system.as_bytes(), b"darwin") { "macos" } else { system };
    (architecture, system)
}

const fn is_pulley(architecture: &str) -> bool {
    architecture.len() >= 6 && same(architecture.as_bytes().split_at(6).0, b"pulley")
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;
    use alloc::string::ToString;
    use alloc::vec::Vec;
    use alloc::{format, vec};
    use precompile_artifact::features::WasmFeatures;
    use precompile_artifact::manifest::{Manifest, Memories};
    use precompile_artifact::platform::TargetKind;
    use precompile_artifact::trailer::{FORMAT, MAGIC, STUB};
    use precompile_artifact::{Backend, Contract, List, Names};

    fn manifest() -> Manifest {
        Manifest {
            kind: Kind::Module,
            backend: Backend::Winch,
            platform: Platform::Hosted,
            target: target_lexicon::HOST.to_string(),
            cpu_features: ["avx", "sse3"].iter().collect(),
            opt_level: None,
            wasmtime_version: wasmtime_environ::VERSION.into(),
            precompile_version: "0.1.0".into(),
            source_blake3: [7; 32],
            features_stamped: Names::default(),
            features_used: Names::default(),
            imports: List::default(),
            exports: List::default(),
            settings: Contract::preset(Platform::Hosted, TargetKind::Native64).unwrap(),
            memories: Some(Memories { initial_bytes: 0, maximum_bytes: Some(0) }),
        }
    }

    /// An image with no sections, and the manifest behind it.
    fn artifact(manifest: &Manifest) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[40] = 64;
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        let encoded = manifest.encode();
        bytes.extend((encoded.len() as u32).to_le_bytes());
        bytes.extend(encoded);
        bytes
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut Manifest), words: &[&str]) {
        let mut manifest = manifest();
        change(&mut manifest);
        let found = problem("plugin", &artifact(&manifest)).map(|text| text.as_str().to_owned());
        let found = found.unwrap_or_else(|| panic!("it is not refused: {words:?}"));
        assert!(words.iter().all(|word| found.contains(word)) && found.contains("`plugin`"), "{found}");
    }

    #[test]
    fn artifacts_that_fit_are_not_refused() {
        assert!(problem("plugin", &artifact(&manifest())).is_none());
        assert!(problem("plugin", STUB).is_none());
        let wasmtime_version = format!("{}.99.0", major(wasmtime_environ::VERSION));
        let other_patch = Manifest { wasmtime_version, ..manifest() };
        assert!(problem("plugin", &artifact(&other_patch)).is_none());
    }

    #[test]
    fn each_mismatch_is_reported() {
        refused(|m| m.wasmtime_version = "999.0.0".into(), &["999.0.0", wasmtime_environ::VERSION]);
        refused(|m| m.target = "s390x-unknown-linux-gnu".into(), &["s390x-unknown-linux-gnu", ARCH]);
        refused(|m| m.target = format!("{ARCH}-pc-windows-msvc"), &["windows", OS]);
        refused(|m| m.features_stamped = ["stack-switching"].iter().collect(), &["`stack-switching`"]);
        refused(|m| m.features_stamped = ["simd", "no-such"].iter().collect(), &["`no-such`"]);
        if !cfg!(feature = "threads") {
            refused(|m| m.features_stamped = ["threads"].iter().collect(), &["`threads`"]);
        }
        if !COMPONENTS {
            refused(|m| m.kind = Kind::Component, &["`component-model`"]);
        }
        if PULLEY {
            refused(|m| m.target = "pulley128".into(), &["pulley128", OWN_PULLEY]);
        } else {
            refused(|m| m.target = "pulley64".into(), &["`pulley`"]);
        }
    }

    /// Both readers give the same fields.
    #[test]
    fn the_constant_reader_agrees_with_the_whole_one() {
        for (platform, opt_level, kind) in [
            (Platform::Hosted, None, Kind::Module),
            (Platform::SignalsOnly, Some(precompile_artifact::manifest::OptLevel::Speed), Kind::Component),
            (
                Platform::Freestanding,
                Some(precompile_artifact::manifest::OptLevel::SpeedAndSize),
                Kind::Module,
            ),
        ] {
            let features = WasmFeatures::WASM3;
            let manifest = Manifest {
                platform,
                opt_level,
                kind,
                cpu_features: ["f".repeat(300)].iter().collect(),
                features_stamped: precompile_artifact::features::names(features).iter().collect(),
                ..manifest()
            };
            let bytes = artifact(&manifest);
            let read = ConstManifest::read(&bytes).unwrap();
            assert_eq!((read.platform, read.kind, read.target), (platform, kind, &*manifest.target));
            assert_eq!(read.wasmtime_version, manifest.wasmtime_version);
            let mut names = read.features_stamped();
            let names: Vec<_> = core::iter::from_fn(|| names.take_next()).collect();
            assert_eq!(names, manifest.features_stamped.iter().collect::<Vec<_>>());
        }
    }

    /// A fat artifact fits if one of its slices does.
    #[test]
    fn a_slice_of_a_fat_artifact_must_fit() {
        let foreign = |system: &str| Manifest { target: format!("{ARCH}-unknown-{system}"), ..manifest() };
        let (one, other) = (foreign("windows-msvc"), foreign("freebsd"));
        let fat = |manifests: &[Manifest]| {
            let artifacts: Vec<_> = manifests.iter().map(sealed).collect();
            let artifacts: Vec<_> = artifacts.iter().map(Vec::as_slice).collect();
            precompile_artifact::fat::write(&artifacts, false).unwrap()
        };
        let words = |bytes: &[u8]| problem("plugin", bytes).map(|text| text.as_str().to_owned());
        match cfg!(feature = "fat") {
            true => {
                assert_eq!(words(&fat(&[one.clone(), manifest()])), None);
                assert!(words(&fat(&[one, other])).unwrap().contains("no slice for this program"));
            }
            false => assert!(words(&fat(&[one, manifest()])).unwrap().contains("the feature `fat`")),
        }
    }

    /// An image with one section, and the whole trailer behind it.
    fn sealed(manifest: &Manifest) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\xc8");
        (bytes[20], bytes[40], bytes[48], bytes[52], bytes[58], bytes[60]) = (1, 64, 1, 64, 64, 1);
        precompile_artifact::trailer::append(&mut bytes, manifest).unwrap();
        bytes
    }

    #[test]
    fn other_bytes_are_refused() {
        let words = |bytes: &[u8]| problem("plugin", bytes).unwrap().as_str().to_owned();
        assert!(words(b"\0asm\x01\0\0\0").contains("no artifact"));
        assert!(words(&[0; 100]).contains("no artifact"));
        let mut newer = artifact(&manifest());
        newer[72] = 99;
        assert!(words(&newer).contains("newer precompile"));
    }
}
