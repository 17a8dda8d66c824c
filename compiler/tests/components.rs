//! Components: both backends compile them, for every target, and say what they are.

use precompile::artifact::features;
use precompile::artifact::manifest::{Export, Import, Kind, Manifest};
use precompile::artifact::trailer;
use precompile::{Backend, CompileError, Options, Platform, compile};

/// An outer component with two inner ones, the second calling the first with strings and lists.
const COMPOSED: &str = include_str!("../../tests/guests/composed.wat");

fn options(backend: Backend, target: &str) -> Options {
    Options::new(backend, target.parse().unwrap(), Platform::Hosted).unwrap()
}

fn compiled(options: &Options, text: &str) -> Result<Manifest, CompileError> {
    let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    compile(options, &wasm).map(|compiled| trailer::read(&compiled.artifact).unwrap().manifest)
}

#[test]
fn composed_components_compile() {
    for backend in Backend::ALL {
        for target in ["x86_64", "aarch64"] {
            let manifest = compiled(&options(backend, target), COMPOSED).unwrap();
            assert_eq!(manifest.kind, Kind::Component);
            assert_eq!(manifest.imports, []);
            let count = r#"(func (param "label" string) (param "words" (list string)) (param "numbers" (list u32)) (result string))"#;
            let expected = [("count", count), ("run", "(func (result string))")];
            assert_eq!(
                manifest.exports,
                expected.map(|(name, ty)| Export { name: name.into(), ty: ty.into() })
            );
            assert_eq!(manifest.features_used, ["bulk-memory-opt", "component-model", "floats"]);
            assert!(!manifest.settings.concurrency_support);
            // One declares 256 KiB, the other nothing.
            let memories = manifest.memories.unwrap();
            assert_eq!((memories.initial_bytes, memories.maximum_bytes), (2 << 16, None));
        }
    }
}
