//! Every reason for which an artifact would not load, and its remedy.

use precompile_artifact::features::{OFF_BY_DEFAULT, OPTIONAL, WasmFeatures};
use precompile_artifact::manifest::{Kind, Manifest};
use precompile_artifact::mismatch::{Host, Mismatch, mismatches};
use precompile_artifact::platform::Machine;
use precompile_artifact::{Backend, Contract, Platform};

fn manifest(target: &str) -> Manifest {
    Manifest {
        kind: Kind::Module,
        backend: Backend::Cranelift,
        platform: Platform::Hosted,
        target: target.into(),
        cpu_features: vec![],
        opt_level: None,
        wasmtime_version: "48.0.8".into(),
        precompile_version: "0.1.0".into(),
        source_blake3: [0; 32],
        features_stamped: vec!["simd".into()],
        features_used: vec![],
        imports: vec![],
        exports: vec![],
        settings: Contract::preset(Platform::Hosted, Machine::Native64).unwrap(),
    }
}

fn host(target: &str, cpu_features: &[&str]) -> Host {
    Host {
        target: target.parse().unwrap(),
        cpu_features: Some(cpu_features.iter().map(|name| String::from(*name)).collect()),
        wasmtime_version: "48.0.9".into(),
        features: WasmFeatures::WASM3.difference(OPTIONAL) | OFF_BY_DEFAULT,
        signals: true,
        virtual_memory: true,
        pulley: false,
        components: false,
        concurrency: false,
    }
}

const LINUX: &str = "x86_64-unknown-linux-gnu";

#[track_caller]
fn only(manifest: &Manifest, host: &Host, field: &str, remedy: &str) {
    let found = mismatches(manifest, host);
    let [Mismatch { field: found_field, remedy: found_remedy, .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!((*found_field, found_remedy.as_str()), (field, remedy));
}

#[test]
fn a_fitting_artifact_has_none() {
    for target in [LINUX, "x86_64-unknown-linux-musl"] {
        assert_eq!(mismatches(&manifest(target), &host(LINUX, &[])), []);
    }
}

#[test]
fn targets() {
    let remedy = "compile with `--target x86_64-unknown-linux-gnu`";
    for target in ["aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "x86_64-unknown-none"] {
        only(&manifest(target), &host(LINUX, &[]), "target", remedy);
    }
    let remedy =
        "use a runtime with the feature `pulley`, or compile with `--target x86_64-unknown-linux-gnu`";
    only(&manifest("pulley64"), &host(LINUX, &[]), "target", remedy);
    let with_pulley = Host { pulley: true, ..host(LINUX, &[]) };
    assert_eq!(mismatches(&manifest("pulley64"), &with_pulley), []);
    for other in ["pulley32", "pulley64be"] {
        only(&manifest(other), &with_pulley, "target", "compile with `--target x86_64-unknown-linux-gnu`");
    }
}

#[test]
fn cpu_features() {
    let mut manifest = manifest(LINUX);
    manifest.cpu_features = vec!["avx2".into(), "sse3".into()];
    let v2 = ["cmpxchg16b", "popcnt", "sse3", "sse4.1", "sse4.2", "ssse3"];
    only(&manifest, &host(LINUX, &v2), "cpu_features", "compile with `--cpu x86-64-v2`");
    only(&manifest, &host(LINUX, &[]), "cpu_features", "compile with `--cpu x86-64`");
    assert_eq!(mismatches(&manifest, &host(LINUX, &["avx2", "sse3"])), []);
    // Where a processor can't be asked, wasmtime's own check at load decides.
    assert_eq!(mismatches(&manifest, &Host { cpu_features: None, ..host(LINUX, &[]) }), []);
}

/// Wasmtime looks for no features of a RISC-V processor, so that what goes beyond the baseline
/// must be refused here.
#[test]
fn cpu_features_of_riscv() {
    let target = "riscv64gc-unknown-linux-gnu";
    let mut manifest = manifest(target);
    assert_eq!(mismatches(&manifest, &host(target, &[])), []);
    manifest.cpu_features = vec!["v".into()];
    only(&manifest, &host(target, &[]), "cpu_features", "compile with `--cpu rv64gc`");
}

#[test]
fn versions() {
    let mut manifest = manifest(LINUX);
    manifest.wasmtime_version = "49.0.0".into();
    let remedy = "compile with a precompile that is built on wasmtime 48.0.9";
    only(&manifest, &host(LINUX, &[]), "wasmtime_version", remedy);
}

#[test]
fn what_a_build_lacks() {
    let artifact = manifest(LINUX);
    let component = Manifest { kind: Kind::Component, ..artifact.clone() };
    only(&component, &host(LINUX, &[]), "kind", "use a runtime with the component model");
    let threads = Manifest { features_stamped: vec!["simd".into(), "threads".into()], ..artifact.clone() };
    only(
        &threads,
        &host(LINUX, &[]),
        "features_stamped",
        "build the module without threads, or use a runtime that supports it",
    );
    let unheard_of = Manifest { features_stamped: vec!["quantum".into()], ..artifact.clone() };
    only(
        &unheard_of,
        &host(LINUX, &[]),
        "features_stamped",
        "build the module without quantum, or use a runtime that supports it",
    );
    let no_virtual_memory = Host { virtual_memory: false, ..host(LINUX, &[]) };
    only(&artifact, &no_virtual_memory, "platform", "compile for the platform `signals-only`");
    let no_signals = Host { signals: false, ..host(LINUX, &[]) };
    let remedy = "compile for the platform `freestanding`";
    only(&artifact, &no_signals, "settings.signals_based_traps", remedy);
    let mut concurrent = artifact;
    concurrent.settings.concurrency_support = true;
    let remedy = "use a runtime with the component model's concurrency";
    only(&concurrent, &host(LINUX, &[]), "settings.concurrency_support", remedy);
}

/// All reasons come at once.
#[test]
fn every_reason_is_told() {
    let mut manifest = manifest(LINUX);
    manifest.wasmtime_version = "47.0.0".into();
    manifest.kind = Kind::Component;
    manifest.target = "x86_64-pc-windows-msvc".into();
    manifest.cpu_features = vec!["avx2".into()];
    manifest.features_stamped = vec!["threads".into()];
    manifest.settings.concurrency_support = true;
    let host = Host { signals: false, ..host(LINUX, &[]) };
    let fields: Vec<_> = mismatches(&manifest, &host).iter().map(|mismatch| mismatch.field).collect();
    let expected = [
        "wasmtime_version",
        "kind",
        "target",
        "cpu_features",
        "features_stamped",
        "settings.signals_based_traps",
        "settings.concurrency_support",
    ];
    assert_eq!(fields, expected);
}
