//! Tests that both backends compile components, for every target, and describe them in the manifest.

use precompile::artifact::Names;
use precompile::artifact::features;
use precompile::artifact::manifest::{Kind, Manifest};
use precompile::artifact::trailer;
use precompile::{Backend, CompileError, Contract, Options, Platform};

/// An outer component with two inner ones, the second calling the first with strings and lists.
const COMPOSED: &str = include_str!("../../tests/guests/composed.wat");
/// Two such components with asynchronous functions.
const CONCURRENT: &str = include_str!("../../tests/guests/concurrent.wat");

fn compile(options: &Options, wasm: &[u8]) -> Result<Vec<u8>, CompileError> {
    precompile::Compiler::default().compile(options, wasm).map(|compiled| compiled.artifact)
}

fn options(backend: Backend, target: &str) -> Options {
    Options::new(backend, target.parse().unwrap(), Platform::Hosted).unwrap()
}

fn manifest(options: &Options, text: &str) -> Result<Manifest, CompileError> {
    let artifact = compile(options, &wat::parse_str(text).unwrap())?;
    Ok(trailer::read(&artifact).unwrap().manifest)
}

/// Every pair of a backend and one of these targets.
fn pairs() -> impl Iterator<Item = Options> {
    Backend::ALL.into_iter().flat_map(|backend| ["x86_64", "aarch64"].map(|target| options(backend, target)))
}

#[test]
fn the_manifest_describes_the_component() {
    for options in pairs() {
        let manifest = manifest(&options, COMPOSED).unwrap();
        assert_eq!(manifest.kind, Kind::Component);
        assert_eq!((manifest.backend, manifest.target), (options.backend, options.target.to_string()));
        assert_eq!(manifest.features_used.join(" "), "bulk-memory-opt component-model floats");
        assert!(
            ["component-model", "multi-memory"].iter().all(|name| manifest.features_stamped.contains(name))
        );
        assert!(manifest.imports.is_empty());
        let count = "(func (param \"label\" string) (param \"words\" (list string)) \
            (param \"numbers\" (list u32)) (result string))";
        let expected = [("count", count), ("run", "(func (result string))")];
        let exports: Vec<_> = manifest.exports.iter().map(|export| (export.name, export.ty)).collect();
        assert_eq!(exports, expected);
        assert_eq!(manifest.settings, options.contract);
        // One of the three memories has a maximum.
        let memories = manifest.memories.unwrap();
        assert_eq!((memories.initial_bytes, memories.maximum_bytes), (2 << 16, None));
    }
}

/// The bytes are the same for one thread and for many.
#[test]
fn threads_change_nothing() {
    for text in [COMPOSED, CONCURRENT] {
        let wasm = wat::parse_str(text).unwrap();
        for parallel in pairs() {
            let serial = Options { parallel: false, ..parallel.clone() };
            let expected = compile(&serial, &wasm).unwrap();
            for _ in 0..5 {
                assert!(
                    compile(&parallel, &wasm).unwrap() == expected,
                    "{} {}",
                    parallel.backend,
                    parallel.target
                );
            }
        }
    }
}

/// Concurrency is on in the settings, and stamped, if a component uses it.
#[test]
fn concurrency_is_on_where_it_is_used() {
    for options in pairs() {
        let manifest = manifest(&options, CONCURRENT).unwrap();
        assert_eq!(manifest.features_used.join(" "), "cm-async component-model floats");
        assert!(manifest.features_stamped.contains("cm-async"));
        assert_eq!(manifest.settings, Contract { concurrency_support: true, ..options.contract });
    }
}

/// A feature that a runtime may lack is stamped only if the component uses it. A core module's stamp has no
/// feature that core modules can't use.
#[test]
fn proposals_are_stamped_where_they_are_used() {
    let optional =
        features::OPTIONAL | features::OFF_BY_DEFAULT | features::COMPONENTS | features::CONCURRENT;
    let optional: Names = features::names(optional).iter().collect();
    for (text, expected, concurrent) in [
        ("(module)", &[][..], false),
        ("(component)", &["component-model"], false),
        ("(component (core module (memory 1 1 shared)))", &["component-model", "threads"], false),
        ("(component (core module (tag)))", &["component-model", "exceptions", "gc-types"], false),
        ("(component (type (map string u8)))", &["cm-map", "component-model"], false),
        ("(component (type (resource (rep i64))))", &["cm64", "component-model"], false),
        ("(component (type error-context))", &["cm-error-context", "component-model"], true),
        ("(component (core func (canon thread.index)))", &["cm-threading", "component-model"], true),
    ] {
        let manifest = manifest(&options(Backend::Cranelift, "x86_64"), text).unwrap();
        let stamped: Vec<_> =
            manifest.features_stamped.iter().filter(|name| optional.contains(name)).collect();
        assert_eq!(stamped, expected, "{text}");
        assert_eq!(manifest.settings.concurrency_support, concurrent, "{text}");
    }
}

/// Adapters compile for a component with a module that throws: they catch its exceptions.
#[test]
fn adapters_and_exceptions_compile() {
    let text = COMPOSED.replacen("(core module $m", "(core module (tag)) (core module $m", 1);
    assert!(manifest(&options(Backend::Cranelift, "x86_64"), &text).is_ok());
}

/// A feature that no build of wasmtime has is named by the validator, with its place, and not as a backend's limit.
#[test]
fn features_that_wasmtime_lacks_are_named() {
    for (text, name) in [
        (r#"(component (import "v" (value $v string)) (export "w" (value $v)))"#, "`value`s is not enabled"),
        (r#"(component (import "a:b:c/d" (instance)))"#, "`a:b:c/d` is not a valid extern name"),
        ("(component (core func (canon thread.available_parallelism)))", "shared-everything-threads"),
    ] {
        for backend in Backend::ALL {
            let error = manifest(&options(backend, "x86_64"), text).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
    let error = manifest(&options(Backend::Winch, "x86_64"), "(component (core module (type (struct))))");
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`gc`") && error.contains("`--backend cranelift`"), "{error}");
}

#[test]
fn invalid_components_are_refused() {
    let undefined = b"\0asm\x0d\0\x01\0\x0b\x07\x01\0\x01f\x01\0\0";
    let cut_off = &wat::parse_str(COMPOSED).unwrap()[..600];
    for wasm in [&undefined[..], cut_off] {
        let error = compile(&options(Backend::Cranelift, "x86_64"), wasm).unwrap_err();
        assert!(matches!(error, CompileError::Invalid(_)), "{error:?}");
    }
    // Only the compiler's validation checks functions.
    let text = "(component (core module (func (result i32) i64.const 1)))";
    let error = manifest(&options(Backend::Winch, "x86_64"), text).unwrap_err();
    assert!(error.to_string().contains("type mismatch"), "{error}");
}
