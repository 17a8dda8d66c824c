//! Opening artifacts.

use super::error::precompile_error_t;
use super::pointer::{self, answer, given};
use super::program::precompile_program_t;
use super::runtime::precompile_runtime_t;
use crate::failure::Failure;
use precompile_runtime::{OpenError, Program};
use std::ffi::c_char;

/// Opens the artifact in a file: reads it, checks that it is undamaged and fits this machine and this build, and checks
/// its signatures if the runtime has a `trust`. What runs is a copy that nobody can change: later changes of the file
/// don't matter.
///
/// An artifact is machine code with all rights of this process. Without a `trust`, the caller vouches that `precompile`
/// made the file and that nobody else could write to it.
///
/// Ownership: the program is the caller's, to be deleted with `precompile_program_delete`.
///
/// Threads: any. Several threads may open artifacts of one runtime at once.
///
/// Errors: the file can't be read, or is no artifact, or a damaged one; or it doesn't fit, for every reason that the
/// error names. None of its code has run, and `*program` is unchanged.
///
/// @param runtime   the runtime
/// @param path      the path of the file; on Windows in UTF-8
/// @param program   receives the program
///
/// # Safety
///
/// The path is null or a text that ends with a zero. The file is as the text above demands.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn precompile_open_file(
    runtime: Option<&precompile_runtime_t>,
    path: *const c_char,
    program: Option<&mut *mut precompile_program_t>,
) -> Option<Box<precompile_error_t>> {
    answer(|| {
        let runtime = given(runtime, "runtime")?;
        let program = given(program, "program")?;
        // SAFETY: the caller promises the same.
        let path = unsafe { pointer::path(path, "path") }?;
        // SAFETY: the caller promises that the file is an artifact of precompile's, or the runtime asks for signatures.
        let opened = unsafe { runtime.shared.runtime.open_file(path) };
        *program = finish(runtime, &path.to_string_lossy(), opened)?;
        Ok(())
    })
}

/// The name of an artifact in memory, in errors.
const MEMORY: &str = "the artifact in memory";

/// Opens an artifact in memory, as `precompile_open_file` does from a file. The bytes are copied: they may change or go
/// away after the call.
///
/// Ownership, threads and errors are those of `precompile_open_file`.
///
/// @param runtime   the runtime
/// @param bytes     the artifact
/// @param length    the number of its bytes
/// @param program   receives the program
///
/// # Safety
///
/// So many bytes are there, and nobody changes them meanwhile. They are as the text above demands.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn precompile_open_bytes(
    runtime: Option<&precompile_runtime_t>,
    bytes: *const u8,
    length: usize,
    program: Option<&mut *mut precompile_program_t>,
) -> Option<Box<precompile_error_t>> {
    answer(|| {
        let runtime = given(runtime, "runtime")?;
        let program = given(program, "program")?;
        // SAFETY: the caller promises the same.
        let artifact = unsafe { pointer::bytes(bytes, length) };
        // SAFETY: the caller promises that these are an artifact of precompile's, or the runtime asks for signatures.
        let opened = unsafe { runtime.shared.runtime.open_reader(MEMORY, artifact) };
        *program = finish(runtime, MEMORY, opened)?;
        Ok(())
    })
}

/// The program for C.
fn finish(
    runtime: &precompile_runtime_t,
    name: &str,
    opened: Result<Program, OpenError>,
) -> Result<*mut precompile_program_t, Failure> {
    let program = opened.map_err(|error| Failure::open(name, &error))?;
    runtime.shared.remember(&program);
    Ok(Box::into_raw(Box::new(precompile_program_t::new(program, &runtime.shared))))
}
