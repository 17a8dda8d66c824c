//! Imports that a host doesn't offer, each with who provides it.

use precompile_artifact::manifest::{Import, Kind};
use precompile_artifact::platform::TargetKind;
use precompile_artifact::{Backend, Contract, List, Manifest, Names, Platform, unmet};

fn manifest(kind: Kind, imports: &[(&str, &str)]) -> Manifest {
    let mut list = List::default();
    imports.iter().for_each(|(module, name)| list.push(Import { module, name, ty: "(func)" }));
    Manifest {
        kind,
        backend: Backend::Cranelift,
        platform: Platform::Hosted,
        target: "x86_64-unknown-linux-gnu".into(),
        cpu_features: Names::default(),
        opt_level: None,
        wasmtime_version: "1.2.8".into(),
        precompile_version: "0.1.0".into(),
        source_blake3: [0; 32],
        features_stamped: Names::default(),
        features_used: Names::default(),
        imports: list,
        exports: List::default(),
        settings: Contract::preset(Platform::Hosted, TargetKind::Native64).unwrap(),
        memories: None,
    }
}

/// The imports that a host with these offers lacks, each with its remedy.
fn unmet_imports(kind: Kind, imports: &[(&str, &str)], offered: &[&str]) -> Vec<(String, String)> {
    let unmet = unmet(&manifest(kind, imports), &|name| offered.contains(&name));
    for found in &unmet {
        assert_eq!(
            found.full_helps,
            found.remedy.as_str().contains("use a runner with the feature"),
            "{found}"
        );
    }
    unmet.iter().map(|found| (found.artifact_value.to_string(), found.remedy.to_string())).collect()
}

const WASI: &[&str] = &["wasi_snapshot_preview1#fd_write", "wasi:cli/environment@0.2"];

#[test]
fn offered_imports_are_met() {
    assert_eq!(unmet_imports(Kind::Module, &[("wasi_snapshot_preview1", "fd_write")], WASI), []);
    for version in ["0.2.0", "0.2.12", "0.2"] {
        let module = ["wasi:cli/environment@", version].concat();
        assert_eq!(unmet_imports(Kind::Component, &[(&module, "get-environment")], WASI), [], "{version}");
    }
    // From version 1 on, only the first number must be the same.
    assert_eq!(unmet_imports(Kind::Component, &[("my:own/thing@1.2.3", "f")], &["my:own/thing@1"]), []);
    assert_eq!(unmet_imports(Kind::Component, &[("my:own/thing@10.2.3", "f")], &["my:own/thing@10"]), []);
    for module in ["wasi:cli/environment@0.3.0", "wasi:cli/environment@0.2.0-rc", "wasi:cli/environment", ""]
    {
        let found = unmet_imports(Kind::Component, &[(module, "wasi:cli/environment")], WASI);
        assert_eq!(found.len(), 1, "{module}");
    }
}

#[test]
fn imports_are_grouped_by_their_provider() {
    let modules = [
        ("a", "b", "emscripten makes such names"),
        ("a", "bc", "emscripten makes such names"),
        ("a", "log", "precompile-runtime"),
        ("env", "__stack_pointer", "shared library"),
        ("go", "debug", "GOOS=wasip1"),
        ("__wbindgen_placeholder__", "x", "wasm-bindgen's"),
        ("./app_bg.js", "x", "wasm-bindgen's"),
        ("env", "emscripten_notify_memory_growth", "-sPURE_WASI"),
        ("wasi_snapshot_preview1", "sock_open", "no function of WASI preview 1"),
        ("wbg", "x", "wasm-bindgen's"),
        ("gojs", "runtime.ticks", "GOOS=wasip1"),
        ("GOT.mem", "stdout", "shared library"),
        ("wasi", "thread-spawn", "threads"),
        ("env", "log", "precompile-runtime"),
    ];
    for (module, name, words) in modules {
        let found = unmet_imports(Kind::Module, &[(module, name)], WASI);
        assert!(found[0].1.contains(words), "{module}.{name}: {found:?}");
    }
    let wasi = unmet_imports(Kind::Module, &[("wasi_unstable", "fd_write"), ("env", "x"), ("env", "y")], &[]);
    let [(wasi, feature), (own, _)] = &wasi[..] else { panic!("{wasi:?}") };
    assert_eq!((wasi.as_str(), own.as_str()), ("wasi_unstable.fd_write", "env.x, env.y"));
    assert!(feature.contains("`wasi`"), "{feature}");
}

#[test]
fn all_imports_of_an_object_file_are_for_the_linker() {
    let found = unmet_imports(Kind::Module, &[("env", "__linear_memory"), ("env", "ext")], WASI);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "env.__linear_memory, env.ext");
    assert!(found[0].1.contains("not linked"), "{found:?}");
}

#[test]
fn remedies_of_components_depend_on_their_wasi() {
    let cases = [
        ("wasi:http/types@0.2.0", WASI, "feature `wasi-http`"),
        ("wasi:http/types@0.2.0", &[][..], "feature `wasi-http`"),
        ("wasi:http/types@0.3.0", WASI, "features `wasi-http` and `wasi-p3`"),
        ("wasi:http/handler@0.2.0", &["wasi:cli/environment@0.2", "wasi:http/types@0.2"], "not among"),
        ("wasi:cli/stdout@0.3.0", WASI, "feature `wasi-p3`"),
        ("wasi:cli/stdout@0.3.0", &[][..], "feature `wasi-p3`"),
        ("wasi:cli/stdout@0.3.0", &["wasi:cli/environment@0.3"], "feature `wasi-p2`"),
        ("wasi:cli/stdout@0.2.0", &[][..], "feature `wasi-p2`"),
        ("wasi:cli/stdout@0.2.0-rc-2023-11-10", WASI, "draft"),
        ("wasi:keyvalue/store@0.2.0", WASI, "not among"),
        ("wasi:keyvalue/store@0.2.0-draft", WASI, "`--keyvalue`, in builds with the feature `wasi-keyvalue`"),
        ("wasi:keyvalue/atomics@0.2.0-draft", &[][..], "`--keyvalue`"),
        ("wasi:keyvalue/batch@0.2.0-draft", WASI, "`--keyvalue`"),
        ("wasi:keyvalue/watcher@0.2.0-draft", WASI, "draft"),
        ("wasi:keyvalue/store@0.2.0-draft2", WASI, "draft"),
        (
            "wasi:config/store@0.2.0-rc.1",
            WASI,
            "`--config NAME=VALUE`, in builds with the feature `wasi-config`",
        ),
        ("wasi:config/runtime@0.2.0-draft", WASI, "draft"),
        ("my:own/thing", WASI, "precompile-runtime"),
    ];
    for (instance, offered, words) in cases {
        // Each function of the instance is an import, and the instance is named once.
        let found = unmet_imports(Kind::Component, &[(instance, "one"), (instance, "two#three")], offered);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, instance);
        assert!(found[0].1.contains(words), "{instance}: {found:?}");
    }
}
