//! The interface of plugins: shared libraries that give guests of `precompile-run --plugin FILE` functions to import.
//!
//! The types are those of `include/precompile_plugin.h`, field by field; that file says what each side may rely on. A
//! plugin in Rust exports a function `precompile_plugin` that returns a `&'static` [`Plugin`].

#![no_std]
#![forbid(unsafe_code)]

use core::ffi::c_void;

/// The version of the interface. A runner refuses a plugin of another one.
pub const VERSION: u32 = 1;
/// The most parameters, and the most results, of a function.
pub const MAX_VALUES: usize = 16;
/// The symbol that a plugin exports, with a zero at its end.
pub const SYMBOL: &[u8] = b"precompile_plugin\0";

/// The end of a call: the results are in the values.
pub const DONE: u32 = 0;
/// The end of a call: the guest is to trap, for the reason that `fail` was told.
pub const TRAP: u32 = 1;
/// The end of a call: the guest is to end with the exit code that is the first value.
pub const EXIT: u32 = 2;

/// A text, without a zero at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The first byte.
    pub bytes: *const u8,
    /// The number of bytes.
    pub length: usize,
}

/// An environment variable of the guest.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The name.
    pub name: Text,
    /// The value.
    pub value: Text,
}

/// A folder of the guest.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Folder {
    /// The path on this machine, which isn't always UTF-8.
    pub host: Text,
    /// The guest's path.
    pub guest: Text,
    /// Not zero if the guest may change what is in it.
    pub is_writable: u32,
}

/// All that the command line gives a guest. It is valid until `open` returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The arguments, of which the first is the name of the program.
    pub arguments: *const Text,
    /// Their number.
    pub argument_count: usize,
    /// The environment variables.
    pub variables: *const Variable,
    /// Their number.
    pub variable_count: usize,
    /// The folders.
    pub folders: *const Folder,
    /// Their number.
    pub folder_count: usize,
    /// Takes the reason for which `open` returns null.
    pub fail: unsafe extern "C" fn(*const Setup, *const u8, usize),
}

/// The guest that calls a function. It is valid until that call returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Guest {
    /// Returns the size in bytes of the guest's memory.
    pub size: unsafe extern "C" fn(*const Guest) -> u64,
    /// Returns so many bytes of the memory from an offset on; null if it doesn't have them.
    pub slice: unsafe extern "C" fn(*const Guest, u64, u64) -> *mut u8,
    /// Takes the reason for which the call ends with [`TRAP`].
    pub fail: unsafe extern "C" fn(*const Guest, *const u8, usize),
}

/// A function that guests import.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name of the module.
    pub module: Text,
    /// The name in it.
    pub name: Text,
    /// The types of the parameters, a letter each: `i` i32, `j` i64, `f` f32, `d` f64.
    pub params: Text,
    /// The types of the results.
    pub results: Text,
    /// Called with the state of the guest, the guest, this function, and [`MAX_VALUES`] values, which begin with the
    /// parameters and are to begin with the results. Returns [`DONE`], [`TRAP`] or [`EXIT`].
    pub call: Option<unsafe extern "C" fn(*mut c_void, *const Guest, *const Function, *mut u64) -> u32>,
    /// Anything of the plugin's.
    pub data: *const c_void,
}

/// A plugin. It is valid, and doesn't change, until the process ends.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Plugin {
    /// [`VERSION`].
    pub version: u32,
    /// The functions.
    pub functions: *const Function,
    /// Their number.
    pub function_count: usize,
    /// Makes the state of a guest: any pointer but null, which is an error.
    pub open: Option<unsafe extern "C" fn(*const Setup) -> *mut c_void>,
    /// Frees the state of a guest, which has ended.
    pub close: Option<unsafe extern "C" fn(*mut c_void)>,
}
