//! All reasons why an artifact would not load, and their remedies.

use precompile_artifact::features::{OFF_BY_DEFAULT, OPTIONAL, WasmFeatures};
use precompile_artifact::install::full_runner_helps;
use precompile_artifact::manifest::{Kind, Manifest, Memories, OptLevel};
use precompile_artifact::mismatch::{Mismatch, equivalent, mismatches, same_major};
use precompile_artifact::platform::TargetKind;
use precompile_artifact::{Backend, Contract, Host, List, Names, Platform, Policy};

fn names(names: &[&str]) -> Names {
    names.iter().collect()
}

fn manifest(target: &str) -> Manifest {
    Manifest {
        kind: Kind::Module,
        backend: Backend::Cranelift,
        platform: Platform::Hosted,
        target: target.into(),
        cpu_features: Names::default(),
        opt_level: None,
        wasmtime_version: "1.2.8".into(),
        precompile_version: "0.1.0".into(),
        source_blake3: [0; 32],
        features_stamped: names(&["simd"]),
        features_used: Names::default(),
        imports: List::default(),
        exports: List::default(),
        settings: Contract::preset(Platform::Hosted, TargetKind::Native64).unwrap(),
        memories: Some(Memories { initial_bytes: 0, maximum_bytes: Some(0) }),
    }
}

fn host(target: &str, cpu_features: &[&str]) -> Host {
    Host {
        target: target.parse().unwrap(),
        cpu_features: Some(cpu_features.iter().map(|name| String::from(*name)).collect()),
        wasmtime_version: "1.2.9".into(),
        runtime_version: "0.1.0".into(),
        features: WasmFeatures::WASM3.difference(OPTIONAL) | OFF_BY_DEFAULT,
        signals: true,
        virtual_memory: true,
        native_code: true,
        soft_float: false,
        epochs: true,
        pulley: false,
        components: false,
        concurrency: false,
        fat: false,
        compiler: false,
        imports: None,
        policy: Policy::default(),
        trust: None,
    }
}

const LINUX: &str = "x86_64-unknown-linux-gnu";

#[track_caller]
fn only(manifest: &Manifest, host: &Host, field: &str, remedy: &str) {
    let found = mismatches(manifest, host);
    let [Mismatch { field: found_field, remedy: found_remedy, full_helps, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((*found_field, found_remedy.as_str()), (field, remedy));
    // A runner has an operating system's memory.
    let names_feature = remedy.contains("with the feature `") && !remedy.contains("custom-virtual-memory");
    assert_eq!(*full_helps, names_feature, "{remedy}");
    for imports in [None, Some(Vec::new())] {
        let host = Host { imports, ..host.clone() };
        let expected = names_feature && host.imports.is_some();
        assert_eq!(full_runner_helps(&host, &found[0]), expected, "a program has its own features: {remedy}");
    }
    // Nor is the artifact equivalent to one that fits.
    let others = [LINUX, "x86_64-unknown-none", &manifest.target].map(self::manifest);
    for other in others.iter().filter(|other| mismatches(other, host).is_empty()) {
        assert!(!equivalent(other, manifest, host), "{manifest:?}");
    }
}

/// The code of a compiler in the host's program must not share a store with Winch's, but may with Cranelift's.
#[test]
fn a_compiler_and_winch() {
    let with_compiler = Host { compiler: true, ..host(LINUX, &[]) };
    let winch = Manifest { backend: Backend::Winch, ..manifest(LINUX) };
    let remedy = "compile with `--backend cranelift`, or build the program without the compiler that another of its \
                  packages brings, which `cargo tree -e features -i wasmtime` names";
    only(&winch, &with_compiler, "backend", remedy);
    assert_eq!(mismatches(&manifest(LINUX), &with_compiler), []);
    assert_eq!(mismatches(&winch, &host(LINUX, &[])), []);
}

/// Modules that were compiled with the same options are equivalent, though their sources differ.
#[test]
fn modules_with_the_same_options_are_equivalent() {
    let host = host(LINUX, &[]);
    let (one, memories) = (manifest(LINUX), Some(Memories { initial_bytes: 1, maximum_bytes: None }));
    let other = Manifest { source_blake3: [1; 32], features_used: names(&["simd"]), memories, ..one.clone() };
    assert!(equivalent(&one, &other, &host));
    let limited = Policy { memory_max_bytes: Some(1 << 20), ..Policy::default() };
    assert!(!equivalent(&one, &other, &Host { policy: limited, ..host.clone() }));
    // An advisory may concern one feature alone.
    let other = Manifest { memories: one.memories, ..other };
    let audited = Policy { audited: true, ..Policy::default() };
    assert!(!equivalent(&one, &other, &Host { policy: audited, ..host }));
}

/// Each field that a host checks makes a difference by itself, and no other does.
#[test]
fn each_checked_field_makes_a_difference() {
    let (one, host) = (manifest(LINUX), host(LINUX, &[]));
    assert!(equivalent(&one, &one, &host));
    let looked_at: [fn(&mut Manifest); 8] = [
        |it| it.kind = Kind::Component,
        |it| it.backend = Backend::Winch,
        |it| it.platform = Platform::Freestanding,
        |it| it.target = "x86_64-unknown-none".into(),
        |it| it.cpu_features = names(&["avx"]),
        |it| it.wasmtime_version = "1.2.9".into(),
        |it| it.features_stamped = Names::default(),
        |it| it.settings.consume_fuel = true,
    ];
    for (at, change) in looked_at.iter().enumerate() {
        let mut other = one.clone();
        change(&mut other);
        assert!(!equivalent(&one, &other, &host), "{at}");
    }
    let others: [fn(&mut Manifest); 4] = [
        |it| it.opt_level = Some(OptLevel::Speed),
        |it| it.precompile_version = "0.2.0".into(),
        |it| it.source_blake3 = [1; 32],
        |it| it.features_used = names(&["simd"]),
    ];
    for (at, change) in others.iter().enumerate() {
        let mut other = one.clone();
        change(&mut other);
        assert!(equivalent(&one, &other, &host), "{at}");
    }
    // The same memories are equivalent under a policy, too.
    let policy = Policy { memory_max_bytes: Some(1 << 20), ..Policy::default() };
    assert!(equivalent(&one, &one, &Host { policy, ..host }));
}

#[test]
fn a_reason_is_a_sentence() {
    let found = mismatches(&manifest("x86_64-apple-darwin"), &host(LINUX, &[]));
    let expected = "`target` is `x86_64-apple-darwin`, the host has `x86_64-unknown-linux-gnu`: compile with \
                    `--target x86_64-unknown-linux-gnu`";
    assert_eq!(found.iter().map(Mismatch::to_string).collect::<Vec<_>>(), [expected]);
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
    manifest.cpu_features = names(&["avx2", "sse3"]);
    let v2 = ["cmpxchg16b", "popcnt", "sse3", "sse4.1", "sse4.2", "ssse3"];
    only(&manifest, &host(LINUX, &v2), "cpu_features", "compile with `--cpu x86-64-v2`");
    only(&manifest, &host(LINUX, &[]), "cpu_features", "compile with `--cpu x86-64`");
    assert_eq!(mismatches(&manifest, &host(LINUX, &["avx2", "sse3"])), []);
    // If CPU features can't be detected, wasmtime's own check at load decides.
    assert_eq!(mismatches(&manifest, &Host { cpu_features: None, ..host(LINUX, &[]) }), []);
}

/// Wasmtime doesn't check the CPU features of RISC-V, so features beyond the baseline must be refused here.
#[test]
fn cpu_features_of_riscv() {
    let target = "riscv64gc-unknown-linux-gnu";
    let mut manifest = manifest(target);
    assert_eq!(mismatches(&manifest, &host(target, &[])), []);
    manifest.cpu_features = names(&["v"]);
    only(&manifest, &host(target, &[]), "cpu_features", "compile with `--cpu rv64gc`");
}

/// A kernel that doesn't use floating-point registers can't replace instructions for rounding.
#[test]
fn floating_point_without_registers() {
    let target = "x86_64-unknown-none";
    let all = ["avx", "fma", "sse3", "sse4.1"];
    let soft = Host { soft_float: true, ..host(target, &all) };
    let mut manifest = manifest(target);
    for lacking in [&[][..], &["fma"], &["sse4.1"]] {
        manifest.cpu_features = names(lacking);
        only(&manifest, &soft, "cpu_features", "compile with `--cpu x86-64-v3`");
    }
    manifest.cpu_features = names(&["fma", "sse4.1"]);
    assert_eq!(mismatches(&manifest, &soft), []);
}

#[test]
fn epochs_without_atomics() {
    let small = Host { pulley: true, epochs: false, ..host("thumbv7em-unknown-none", &[]) };
    let mut manifest = manifest("pulley32");
    assert_eq!(mismatches(&manifest, &small), []);
    manifest.settings.epoch_interruption = true;
    only(&manifest, &small, "settings.epoch_interruption", "compile without `-W epoch-interruption`");
}

/// If memory can't be made executable, code must be interpreted.
#[test]
fn no_executable_memory() {
    let target = "x86_64-unknown-none";
    let bare = Host { native_code: false, ..host(target, &[]) };
    let remedy =
        "use a runtime with the feature `custom-virtual-memory`, or `pulley`, or give it `code_memory`";
    only(&manifest(target), &bare, "target", remedy);
    let interpreter = Host { pulley: true, ..bare };
    let remedy = "compile with `--target pulley64`, or give the runtime `code_memory`";
    only(&manifest(target), &interpreter, "target", remedy);
    assert_eq!(mismatches(&manifest("pulley64"), &interpreter), []);
    only(&manifest("pulley32"), &interpreter, "target", "compile with `--target pulley64`");
}

#[test]
fn versions() {
    let mut manifest = manifest(LINUX);
    manifest.wasmtime_version = "2.0.0".into();
    let remedy = "compile with a precompile that is built on wasmtime 1.2.9";
    only(&manifest, &host(LINUX, &[]), "wasmtime_version", remedy);
    assert!(same_major("1.0.0", "1.9.9") && !same_major("1.0.0", "2.0.0"));
    assert!(!same_major("new", "new"), "what is no version is compatible with nothing");
}

/// Each setting that takes address space needs virtual memory by itself.
#[test]
fn no_virtual_memory() {
    let host = Host { virtual_memory: false, ..host(LINUX, &[]) };
    let bare = Contract::preset(Platform::SignalsOnly, TargetKind::Native64).unwrap();
    let mut artifact = Manifest { settings: bare.clone(), ..manifest(LINUX) };
    assert_eq!(mismatches(&artifact, &host), []);
    for wanted in [
        Contract { memory_reservation: 1, ..bare.clone() },
        Contract { memory_guard_size: 1, ..bare.clone() },
        Contract { memory_init_cow: true, ..bare },
    ] {
        artifact.settings = wanted;
        only(&artifact, &host, "platform", "compile with `--platform signals-only`");
    }
    // Without hardware faults, that remedy doesn't apply.
    artifact.settings.signals_based_traps = false;
    only(&artifact, &host, "platform", "compile with `--platform freestanding`");
    artifact.settings.signals_based_traps = true;
    let found = mismatches(&artifact, &Host { signals: false, ..host });
    let found: Vec<_> = found.iter().map(|it| (it.field, it.remedy.as_str())).collect();
    let remedy = "compile with `--platform freestanding`";
    assert_eq!(found, [("settings.signals_based_traps", remedy), ("platform", remedy)]);
}

#[test]
fn missing_features_of_a_build() {
    let artifact = manifest(LINUX);
    let component = Manifest { kind: Kind::Component, ..artifact.clone() };
    only(&component, &host(LINUX, &[]), "kind", "use a runtime with the feature `component-model`");
    // The stamped feature is no further reason, and none if the host runs components.
    let stamped = Manifest { features_stamped: names(&["component-model"]), ..component };
    only(&stamped, &host(LINUX, &[]), "kind", "use a runtime with the feature `component-model`");
    assert_eq!(mismatches(&stamped, &Host { components: true, ..host(LINUX, &[]) }), []);
    let threads = Manifest { features_stamped: names(&["simd", "threads"]), ..artifact.clone() };
    only(
        &threads,
        &host(LINUX, &[]),
        "features_stamped",
        "use a runtime with the feature `threads`, or build the module without threads",
    );
    let unheard_of = Manifest { features_stamped: names(&["quantum"]), ..artifact.clone() };
    only(&unheard_of, &host(LINUX, &[]), "features_stamped", "build the module without quantum");
    let gc = Manifest { features_stamped: names(&["exceptions", "gc-types"]), ..artifact.clone() };
    let remedy = "use a runtime with the feature `gc`, or build the module without exceptions, gc-types";
    only(&gc, &host(LINUX, &[]), "features_stamped", remedy);
    let remedy = "use a runtime with the feature `async`, `gc`, or build the module without cm-async, gc";
    let host_without_gc = Host { features: WasmFeatures::empty(), ..host(LINUX, &[]) };
    let both = Manifest { features_stamped: names(&["cm-async", "gc"]), ..artifact.clone() };
    only(&both, &host_without_gc, "features_stamped", remedy);
    let no_virtual_memory = Host { virtual_memory: false, ..host(LINUX, &[]) };
    only(&artifact, &no_virtual_memory, "platform", "compile with `--platform signals-only`");
    let no_signals = Host { signals: false, ..host(LINUX, &[]) };
    let remedy = "compile with `--platform freestanding`";
    only(&artifact, &no_signals, "settings.signals_based_traps", remedy);
    let winch = Manifest { backend: Backend::Winch, ..artifact.clone() };
    let remedy = "compile with `--backend cranelift --platform freestanding`";
    only(&winch, &no_signals, "settings.signals_based_traps", remedy);
    let mut concurrent = artifact;
    concurrent.settings.concurrency_support = true;
    let remedy = "compile with `-W concurrency-support=n`";
    only(&concurrent, &host(LINUX, &[]), "settings.concurrency_support", remedy);
    concurrent.kind = Kind::Component;
    let with_components = Host { components: true, ..host(LINUX, &[]) };
    let remedy = "use a runtime with the feature `async`";
    only(&concurrent, &with_components, "settings.concurrency_support", remedy);
}

/// One reason for each demand, and none if it is met.
#[cfg(feature = "policy")]
#[test]
fn policies() {
    let meets_all = {
        let mut manifest = manifest(LINUX);
        manifest.settings.epoch_interruption = true;
        manifest.settings.consume_fuel = true;
        manifest
    };
    let policy = Policy {
        require_epoch_interruption: true,
        require_fuel: true,
        memory_max_bytes: Some(65536),
        min_wasmtime_version: Some("1.2.8".into()),
        backends: Some(vec![Backend::Cranelift]),
        refuse_debug: true,
        audited: false,
    };
    let host = Host { policy, ..host(LINUX, &[]) };
    assert_eq!(mismatches(&meets_all, &host), []);
    let changed = |change: fn(&mut Manifest)| {
        let mut manifest = meets_all.clone();
        change(&mut manifest);
        manifest
    };
    let winch = changed(|manifest| manifest.backend = Backend::Winch);
    only(&winch, &host, "backend", "compile with `--backend cranelift`");
    let old = changed(|manifest| manifest.wasmtime_version = "1.2.7".into());
    let remedy = "compile with a precompile that is built on wasmtime 1.2.8 or newer";
    only(&old, &host, "wasmtime_version", remedy);
    for least in ["2.0.0", "1.3", "new"] {
        let policy = Policy { min_wasmtime_version: Some(least.into()), ..Policy::default() };
        let found = mismatches(&meets_all, &Host { policy, ..host.clone() });
        assert_eq!((found.len(), found[0].field), (1, "wasmtime_version"), "{least}");
    }
    let collected = changed(|manifest| manifest.features_stamped = names(&["gc-types"]));
    let host_with_gc = Host { features: WasmFeatures::WASM3, ..host.clone() };
    only(&collected, &host_with_gc, "memories.maximum_bytes", "build the module without gc-types");
    let tiny = Policy { memory_max_bytes: Some(1000), ..Policy::default() };
    let one_page = Some(Memories { initial_bytes: 0, maximum_bytes: Some(65536) });
    let tiny = Host { policy: tiny, ..host.clone() };
    let artifact = Manifest { memories: one_page, ..meets_all.clone() };
    only(&artifact, &tiny, "memories.maximum_bytes", "build the module without a memory");
    let no_epochs = changed(|manifest| manifest.settings.epoch_interruption = false);
    only(&no_epochs, &host, "settings.epoch_interruption", "compile with `-W epoch-interruption`");
    let no_fuel = changed(|manifest| manifest.settings.consume_fuel = false);
    only(&no_fuel, &host, "settings.consume_fuel", "compile with `-W fuel`");
    let too_much = Some(Memories { initial_bytes: 0, maximum_bytes: Some(65537) });
    let unbounded = Some(Memories { initial_bytes: 0, maximum_bytes: None });
    let remedy = "build the module with memories of at most 65536 bytes, as `wasm-ld --max-memory=65536` does, instantiated once and by the component itself";
    for memories in [too_much, unbounded] {
        only(&Manifest { memories, ..meets_all.clone() }, &host, "memories.maximum_bytes", remedy);
    }
    let unknown = changed(|manifest| manifest.memories = None);
    let remedy = "compile with a newer precompile, which notes the memories";
    only(&unknown, &host, "memories.maximum_bytes", remedy);
    let debug = changed(|manifest| manifest.settings.debug_info = true);
    only(&debug, &host, "settings.debug_info", "compile with `-D debug-info=n`");
    assert_eq!(mismatches(&debug, &Host { policy: Policy::default(), ..host.clone() }), []);
    let lines = changed(|manifest| manifest.settings.wasm_backtrace_details = true);
    only(&lines, &host, "settings.debug_info", "compile with `-D backtrace-details=n`");
    let nobody = Policy { backends: Some(vec![]), ..Policy::default() };
    only(&meets_all, &Host { policy: nobody, ..host.clone() }, "backend", "have the host accept a backend");
    let both = changed(|manifest| {
        manifest.settings.debug_info = true;
        manifest.settings.wasm_backtrace_details = true;
    });
    only(&both, &host, "settings.debug_info", "compile with `-D debug-info=n,backtrace-details=n`");
}

/// The reason names the advisory, and the remedy the version that has the fix.
#[cfg(all(feature = "policy", feature = "audit"))]
#[test]
fn an_audited_host_refuses_known_faults() {
    let by = |version: &str, features_used: &[&str]| Manifest {
        wasmtime_version: version.into(),
        features_used: names(features_used),
        ..manifest(LINUX)
    };
    let policy = Policy { audited: true, ..Policy::default() };
    let host = Host { policy, wasmtime_version: "48.0.8".into(), ..host(LINUX, &[]) };
    assert_eq!(mismatches(&by("48.0.8", &["simd"]), &host), []);
    let old = by("48.0.3", &["exceptions"]);
    assert_eq!(mismatches(&old, &Host { policy: Policy::default(), ..host.clone() }), []);
    let remedy = "compile with a precompile that is built on wasmtime 48.0.9 or newer";
    only(&old, &host, "wasmtime_version", remedy);
    assert_eq!(mismatches(&old, &host)[0].code.number(), 227);
    for (manifest, words) in [
        (old, "48.0.3, affected by GHSA-43j2-gcp4-m22g"),
        (by("47.0.4", &["gc"]), "47.0.4, possibly affected by GHSA-43j2-gcp4-m22g"),
    ] {
        let host = Host { wasmtime_version: manifest.wasmtime_version.clone(), ..host.clone() };
        assert_eq!(mismatches(&manifest, &host)[0].artifact_value.as_str(), words);
    }
}

/// A remedy doesn't name a backend that doesn't support it.
#[test]
fn winch_has_fewer_targets() {
    let winch = Manifest { backend: Backend::Winch, ..manifest(LINUX) };
    let riscv = "riscv64gc-unknown-linux-gnu";
    let remedy = format!("compile with `--backend cranelift --target {riscv}`");
    only(&winch, &host(riscv, &[]), "target", &remedy);
    let arm = "aarch64-unknown-linux-gnu";
    only(&winch, &host(arm, &[]), "target", &format!("compile with `--target {arm}`"));
    let machine = Host { pulley: true, ..host("i686-unknown-linux-gnu", &[]) };
    only(&winch, &machine, "target", "compile with `--backend cranelift --target pulley32`");
    let policy = Policy { backends: Some(vec![Backend::Winch]), ..Policy::default() };
    let no_signals = Host { signals: false, policy, ..host(LINUX, &[]) };
    let remedy = "have the host accept cranelift's code: winch makes none for it";
    only(&winch, &no_signals, "settings.signals_based_traps", remedy);
}

/// The remedy is Pulley if no backend supports the host natively.
#[test]
fn machines_without_native_code() {
    for (machine, pulley) in [
        ("i686-unknown-linux-gnu", "pulley32"),
        ("x86_64-unknown-freebsd", "pulley64"),
        ("powerpc-unknown-linux-gnu", "pulley32be"),
        ("powerpc64-unknown-linux-gnu", "pulley64be"),
    ] {
        let with_pulley = Host { pulley: true, ..host(machine, &[]) };
        only(&manifest(LINUX), &with_pulley, "target", &format!("compile with `--target {pulley}`"));
        let remedy = format!("use a runtime with the feature `pulley`, and compile with `--target {pulley}`");
        only(&manifest(LINUX), &host(machine, &[]), "target", &remedy);
    }
}

/// All reasons are reported at once.
#[test]
fn every_reason_is_told() {
    let mut manifest = manifest(LINUX);
    manifest.wasmtime_version = "0.9.0".into();
    manifest.kind = Kind::Component;
    manifest.target = "x86_64-pc-windows-msvc".into();
    manifest.cpu_features = names(&["avx2"]);
    manifest.features_stamped = names(&["threads"]);
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
