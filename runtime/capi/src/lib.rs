//! The C library: Wasmtime's C API without a compiler, and `precompile.h`.
//!
//! - `abi`: the functions of `precompile.h`, which is generated from them.
//! - `no_compiler`: the functions of `wasmtime.h` that a library without a compiler lacks. They are there, so that
//!   bindings that look all functions up can load the library, and return errors.
//! - All other functions of `wasm.h`, `wasi.h` and `wasmtime.h` are upstream's own crate.
//!
//! No panic gets out: a function with C linkage that panics ends the process, whatever the profile.

#![deny(unsafe_code)]
#![allow(non_camel_case_types, reason = "types have the names that they have in C")]

#[allow(unsafe_code, reason = "functions with C linkage, and pointers that C passes")]
mod abi;
mod c_text;
mod described;
mod description;
mod failure;
#[cfg(feature = "messages")]
mod kin;
#[cfg(all(no_backtrace, panic = "abort"))]
#[allow(non_snake_case, unsafe_code, reason = "a function with the name of libgcc's")]
mod no_backtrace;
#[allow(unsafe_code, reason = "functions with C linkage")]
mod no_compiler;
#[allow(unsafe_code, reason = "the layout of wasmtime's types for C")]
mod opaque;
#[cfg(feature = "messages")]
mod settings;
mod shared;

// Functions of crates that aren't used are left out of a library.
#[doc(hidden)]
pub use wasmtime_c_api::*;

pub use abi::*;
pub use no_compiler::*;
