//! A plugin, loaded and checked.

use libloading::Library as Shared;
use precompile_plugin::{Function, MAX_VALUES, Plugin, SYMBOL, Text, VERSION};
use precompile_runtime::wasmtime::ValType;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::slice;
use thiserror::Error;

/// More functions than a plugin has.
const MAX_FUNCTIONS: usize = 1 << 16;

/// A plugin, loaded and checked. It stays loaded until the process ends.
pub(crate) struct Library {
    /// Its name on the command line, for messages.
    pub(super) path: PathBuf,
    pub(super) plugin: &'static Plugin,
    pub(super) functions: Vec<Declared>,
}

/// A function of a plugin.
pub(super) struct Declared {
    pub(super) module: &'static str,
    pub(super) name: &'static str,
    pub(super) params: Vec<ValType>,
    pub(super) results: Vec<ValType>,
    pub(super) function: &'static Function,
}

// SAFETY: a plugin doesn't change once it is loaded, and may be called from any thread, as the header demands.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}
// SAFETY: as above.
unsafe impl Send for Declared {}
// SAFETY: as above.
unsafe impl Sync for Declared {}

/// The reason why a file is no plugin of this build's.
#[derive(Debug, Error)]
pub(crate) enum LibraryError {
    /// The program is linked statically.
    #[error("this runner is linked statically, and can load no library: use one that is linked dynamically")]
    Static,
    /// The system can't load it, or the symbol is lacking.
    #[error("the system can't load it as a plugin: {0}")]
    System(#[from] libloading::Error),
    /// The symbol's function returned nothing.
    #[error("its function `precompile_plugin` returned no plugin")]
    None,
    /// It is of another version of the interface.
    #[error(
        "it is of version {0} of the plugin interface, and this build of {VERSION}: get the one for this build"
    )]
    Version(u32),
    /// It breaks a rule of the interface.
    #[error("it breaks the plugin interface: {0}")]
    Rule(&'static str),
    /// One of its functions breaks a rule.
    #[error("it breaks the plugin interface: the function `{0}` {1}")]
    Function(String, &'static str),
}

impl Library {
    /// Loads the plugin of this path from a file: its own, or a copy.
    ///
    /// # Errors
    ///
    /// If it can't be loaded, or isn't of this version of the interface.
    ///
    /// # Safety
    ///
    /// The file is code that runs at once, and must keep to `precompile_plugin.h`.
    pub(crate) unsafe fn load(path: &Path, file: &OsStr) -> Result<Library, LibraryError> {
        // A static C library loads nothing, or only what comes with its own build.
        if cfg!(all(unix, target_feature = "crt-static")) {
            return Err(LibraryError::Static);
        }
        // SAFETY: the caller vouches for the file.
        let shared = Box::leak(Box::new(unsafe { Shared::new(file) }?));
        // SAFETY: the header gives the symbol this type.
        let symbol = unsafe { shared.get::<unsafe extern "C" fn() -> *const Plugin>(SYMBOL) }?;
        // SAFETY: as above.
        let plugin = unsafe { symbol() };
        // SAFETY: the pointer is valid until the process ends, or null.
        let plugin = unsafe { plugin.as_ref() }.ok_or(LibraryError::None)?;
        if plugin.version != VERSION {
            return Err(LibraryError::Version(plugin.version));
        }
        if plugin.open.is_none() || plugin.close.is_none() {
            return Err(LibraryError::Rule("`open` or `close` is NULL"));
        }
        let functions = match (plugin.function_count, plugin.functions.is_null()) {
            (0, _) => &[],
            (_, true) => return Err(LibraryError::Rule("`functions` is NULL")),
            (MAX_FUNCTIONS.., _) => return Err(LibraryError::Rule("`function_count` is beyond 65,535")),
            // SAFETY: the header says that there are so many, until the process ends.
            (count, false) => unsafe { slice::from_raw_parts(plugin.functions, count) },
        };
        let functions = functions.iter().map(Declared::new).collect::<Result<_, _>>()?;
        Ok(Library { path: path.into(), plugin, functions })
    }

    /// The function of this name.
    pub(super) fn find(&self, module: &str, name: &str) -> Option<&Declared> {
        self.functions.iter().find(|function| (function.module, function.name) == (module, name))
    }

    /// Returns true if the plugin has a function of this name.
    pub(crate) fn offers(&self, module: &str, name: &str) -> bool {
        self.find(module, name).is_some()
    }
}

impl Declared {
    fn new(function: &'static Function) -> Result<Declared, LibraryError> {
        let name = text(function.name).ok_or(LibraryError::Rule("a function's name is not UTF-8"))?;
        let wrong = |why| LibraryError::Function(name.into(), why);
        let module = text(function.module).ok_or_else(|| wrong("has a module that is not UTF-8"))?;
        let types = |letters: Text| {
            let letters = text(letters).filter(|letters| letters.len() <= MAX_VALUES);
            letters?.bytes().map(value_type).collect::<Option<Vec<_>>>()
        };
        let wrong_types = "has types that are no letters of `ijfd`, or more than 16";
        let params = types(function.params).ok_or_else(|| wrong(wrong_types))?;
        let results = types(function.results).ok_or_else(|| wrong(wrong_types))?;
        if function.call.is_none() {
            return Err(wrong("has no `call`"));
        }
        Ok(Declared { module, name, params, results, function })
    }
}

fn value_type(letter: u8) -> Option<ValType> {
    Some(match letter {
        b'i' => ValType::I32,
        b'j' => ValType::I64,
        b'f' => ValType::F32,
        b'd' => ValType::F64,
        _ => return None,
    })
}

/// The content of a text; `None` if it isn't UTF-8.
fn text(text: Text) -> Option<&'static str> {
    if text.length == 0 {
        return Some("");
    }
    if text.bytes.is_null() || isize::try_from(text.length).is_err() {
        return None;
    }
    // SAFETY: the header says that there are so many bytes, until the process ends.
    std::str::from_utf8(unsafe { slice::from_raw_parts(text.bytes, text.length) }).ok()
}
