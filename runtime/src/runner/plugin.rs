//! Plugins: shared libraries with functions for guests, as `--plugin` names them and `precompile_plugin.h` describes.
//!
//! The unsafe code for them is here.

#![allow(unsafe_code, reason = "the C interface of plugins")]

mod exit;
mod instance;
mod library;
mod signed;

use crate::args::Args;
use crate::failure::Failure;
pub(crate) use exit::Exit;
pub(crate) use instance::Instance;
pub(crate) use library::Library;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{AsContextMut, Func};
use std::path::Path;
use std::sync::Arc;

/// Loads the plugins of the command line.
///
/// # Errors
///
/// If one can't be loaded, breaks a rule of the interface, or lacks a signature that `--trust` demands.
pub(crate) fn load(args: &Args) -> Result<Vec<Arc<Library>>, Failure> {
    args.plugins.iter().map(|path| load_one(path, args).map(Arc::new)).collect()
}

fn load_one(path: &Path, args: &Args) -> Result<Library, Failure> {
    let failed = |text: &dyn std::fmt::Display| {
        Failure::own(Code::Plugin, || format!("can't use the plugin `{}`: {text}", path.display()))
    };
    let file = signed::file(path, args)?;
    // SAFETY: the user vouches for the plugin; with `--trust`, trusted keys do.
    unsafe { Library::load(file.as_os_str()) }.map_err(|error| failed(&error))
}

/// The plugins with the state of one guest.
pub(crate) struct Plugins(Vec<Arc<Instance>>);

impl Plugins {
    /// Makes the state of a guest in each plugin.
    ///
    /// # Errors
    ///
    /// The first plugin's message that can't.
    pub(crate) fn open(args: &Args) -> Result<Plugins, Failure> {
        let open = |(library, path): (&Arc<Library>, &std::path::PathBuf)| {
            Instance::open(library, args).map_err(|message| {
                Failure::own(Code::Plugin, || {
                    format!("the plugin `{}` can't serve this guest: {message}", path.display())
                })
            })
        };
        args.loaded_plugins.iter().zip(&args.plugins).map(open).collect::<Result<_, _>>().map(Plugins)
    }

    /// The function of this name, of the first plugin that has it.
    pub(crate) fn find<T: 'static>(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
    ) -> Option<Func> {
        self.0.iter().find_map(|plugin| plugin.find(&mut store, module, name))
    }
}
