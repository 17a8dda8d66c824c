//! Steps of compiling that are measured alone.

use crate::backend::{features, image, restamp};
use crate::module::needs;
use crate::options::Options;
use precompile_artifact::features::WasmFeatures;

/// The features that a valid module uses.
///
/// # Panics
///
/// Where it isn't valid.
pub fn needs(wasm: &[u8]) -> WasmFeatures {
    needs::used(wasm, true).expect("the module is valid")
}

/// Makes what compiles a module that uses nothing but the first version of WebAssembly.
///
/// # Panics
///
/// Where these options can't be configured.
pub fn engine(options: &Options) {
    image::engine(options, WasmFeatures::FLOATS).expect("the options can be configured");
}

/// What Wasmtime makes of a module, to be restamped.
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
    /// Where it can't.
    pub fn new(options: &Options, wasm: &[u8]) -> Stamped {
        let features = features::stamped(needs(wasm), options).expect("the backend has what it uses");
        let image = image::image(options, features, wasm).expect("the module compiles");
        Stamped { image, features, options: options.clone() }
    }

    /// Restamps a copy.
    ///
    /// # Panics
    ///
    /// Where the stamp isn't what it should be.
    pub fn restamp(&self) -> Vec<u8> {
        let mut image = self.image.clone();
        restamp::restamp(&mut image, &self.options, self.features).expect("the stamp is as it should be");
        image
    }

    /// A copy alone, to be taken off.
    pub fn copy(&self) -> Vec<u8> {
        self.image.clone()
    }
}
