//! Plugins: shared libraries with functions for guests, as `--plugin` names them and `precompile_plugin.h` describes.
//!
//! The unsafe code for them is here.

#![allow(unsafe_code, reason = "the C interface of plugins")]

mod exit;
mod instance;
mod library;
#[cfg(feature = "trust")]
mod signed;

use crate::args::Args;
use crate::failure::Failure;
pub(crate) use exit::Exit;
pub(crate) use instance::Instance;
pub(crate) use library::Library;
use precompile_runtime::artifact::Code;
#[cfg(feature = "trust")]
use precompile_runtime::artifact::Trust;
use precompile_runtime::wasmtime::{AsContextMut, Func};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Loads the plugins of the command line.
///
/// # Errors
///
/// If one can't be loaded, breaks a rule of the interface, or lacks a signature that the trust file demands.
pub(crate) fn load(
    args: &Args,
    #[cfg(feature = "trust")] trust: Option<&Trust>,
) -> Result<Vec<Arc<Library>>, Failure> {
    let load = |path: &PathBuf| {
        let failed = |text: &dyn Display| {
            Failure::own(Code::Plugin, || format!("can't use the plugin `{}`: {text}", path.display()))
        };
        // A path without a folder would be looked for in the system's folders.
        let file = Path::new(".").join(path);
        #[cfg(feature = "trust")]
        let file = match trust {
            Some(trust) => signed::copy(path, trust).map_err(|text| failed(&text))?,
            None => file,
        };
        // SAFETY: the user vouches for the plugin; where there is a trust file, trusted keys do.
        unsafe { Library::load(path, file.as_os_str()) }.map(Arc::new).map_err(|error| failed(&error))
    };
    args.plugins.iter().map(load).collect()
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
        let open = |library: &Arc<Library>| {
            Instance::open(library, args).map_err(|message| {
                Failure::own(Code::Plugin, || {
                    format!("the plugin `{}` can't serve this guest: {message}", library.path.display())
                })
            })
        };
        args.loaded_plugins.iter().map(open).collect::<Result<_, _>>().map(Plugins)
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
