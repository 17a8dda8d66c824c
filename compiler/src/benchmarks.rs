//! The steps of compiling that benches measure one by one.

use crate::backend::{features, image, restamp};
use crate::module::needs;
use crate::options::Options;
use precompile_artifact::features::WasmFeatures;

/// The features that a valid module uses.
///
/// # Panics
///
/// An invalid module.
pub fn needs(wasm: &[u8]) -> WasmFeatures {
    needs::scan(wasm, true).expect("the module is valid").features
}

/// Makes an engine that compiles modules of the first version of WebAssembly.
///
/// # Panics
///
/// Options that can't be configured.
pub fn engine(options: &Options) {
    image::engine(options, WasmFeatures::FLOATS).expect("the options can be configured");
}

/// The image of a module as wasmtime stamps it, to be restamped.
pub struct Stamped {
    image: Vec<u8>,
    features: WasmFeatures,
    options: Options,
}

impl Stamped {
    /// Compiles a module that the backend can compile.
    ///
    /// # Panics
    ///
    /// A module that the backend can't compile.
    pub fn new(options: &Options, wasm: &[u8]) -> Stamped {
        let features = features::stamped(needs(wasm), options).expect("the backend has what it uses");
        let image = image::image(options, features, wasm).expect("the module compiles");
        Stamped { image, features, options: options.clone() }
    }

    /// Restamps a copy.
    ///
    /// # Panics
    ///
    /// An unexpected stamp.
    pub fn restamp(&self) -> Vec<u8> {
        let mut image = self.image.clone();
        restamp::restamp(&mut image, &self.options, self.features).expect("the stamp is as it should be");
        image
    }

    /// Copies the image alone; its time is subtracted from that of [`restamp`](Stamped::restamp).
    pub fn copy(&self) -> Vec<u8> {
        self.image.clone()
    }
}
