//! The interface of plugins, which `precompile_plugin.h` describes.

#![allow(unsafe_code, reason = "the C interface of plugins")]

use precompile_plugin::{DONE, EXIT, Function, Guest, Plugin, Setup, TRAP, Text, VERSION};
use precompile_wasi::{Args, Context, Error, FUNCTIONS, Input, MODULES, Memory, Output, find};
use std::ffi::{OsStr, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::slice;
use std::sync::OnceLock;

/// The plugin, which is made once.
struct Made(Plugin);

// SAFETY: it doesn't change once it is made.
unsafe impl Send for Made {}
// SAFETY: as above.
unsafe impl Sync for Made {}

/// The plugin.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn precompile_plugin() -> *const Plugin {
    static PLUGIN: OnceLock<Made> = OnceLock::new();
    let made = PLUGIN.get_or_init(|| {
        let functions =
            MODULES.iter().flat_map(|module| FUNCTIONS.iter().map(|named| function(module, named.name)));
        let functions: &'static [Function] = functions.collect::<Vec<_>>().leak();
        Made(Plugin {
            version: VERSION,
            functions: functions.as_ptr(),
            function_count: functions.len(),
            open: Some(open),
            close: Some(close),
        })
    });
    &made.0
}

/// A function, as the interface describes it. Its data is the function in the table of WASI's.
fn function(module: &'static str, name: &'static str) -> Function {
    let found = find(module, name).expect("each module has each function");
    Function {
        module: text(module),
        name: text(name),
        params: text(found.params),
        results: text(if found.has_result { "i" } else { "" }),
        call: Some(call),
        data: ptr::from_ref(found).cast(),
    }
}

fn text(text: &'static str) -> Text {
    Text { bytes: text.as_ptr(), length: text.len() }
}

/// Makes a context with the folders, variables and arguments of a guest.
///
/// # Safety
///
/// The setup must be as the header describes it.
unsafe extern "C" fn open(setup: *const Setup) -> *mut c_void {
    // SAFETY: the setup is valid until this function returns.
    let given = unsafe { &*setup };
    let mut context = Context::new(Input::Inherited, Output::Stdout, Output::Stderr);
    // SAFETY: the setup has so many.
    let arguments = unsafe { list(given.arguments, given.argument_count) };
    // SAFETY: as above.
    let variables = unsafe { list(given.variables, given.variable_count) };
    // SAFETY: as above.
    let folders = unsafe { list(given.folders, given.folder_count) };
    // SAFETY: the texts are valid as long as the setup.
    let string = |text: &Text| unsafe { bytes(text) }.to_vec();
    arguments.iter().for_each(|argument| context.argument(string(argument)));
    variables.iter().for_each(|variable| context.variable(string(&variable.name), string(&variable.value)));
    for folder in folders {
        // SAFETY: as above.
        let host = Path::new(OsStr::from_bytes(unsafe { bytes(&folder.host) }));
        if let Err(error) =
            context.folder(host, String::from_utf8_lossy(&string(&folder.guest)), folder.is_writable != 0)
        {
            let message = format!("can't give the guest the folder `{}`: {error}", host.display());
            // SAFETY: the setup is the one that was given, and the message has so many bytes.
            unsafe { (given.fail)(setup, message.as_ptr(), message.len()) };
            return ptr::null_mut();
        }
    }
    Box::into_raw(Box::new(context)).cast()
}

/// Frees a context.
///
/// # Safety
///
/// It must be one that `open` returned, and closed once.
unsafe extern "C" fn close(state: *mut c_void) {
    // SAFETY: `open` made it of a box.
    drop(unsafe { Box::from_raw(state.cast::<Context>()) });
}

/// Calls a function of WASI.
///
/// # Safety
///
/// The state must be one that `open` returned, the function one of this plugin's, and guest and values as the header
/// describes them.
unsafe extern "C" fn call(
    state: *mut c_void,
    guest: *const Guest,
    function: *const Function,
    values: *mut u64,
) -> u32 {
    // SAFETY: nothing else uses the state meanwhile, as the header says.
    let context = unsafe { &mut *state.cast::<Context>() };
    // SAFETY: the function is one of this plugin's.
    let function = unsafe { &*function };
    // SAFETY: the data of this plugin's functions are those of WASI.
    let called = unsafe { &*function.data.cast::<precompile_wasi::Function>() };
    // SAFETY: there are so many values.
    let values = unsafe { slice::from_raw_parts_mut(values, precompile_plugin::MAX_VALUES) };
    // SAFETY: the guest is valid until this function returns.
    let functions = unsafe { &*guest };
    // SAFETY: the guest is the one that was given.
    let size = unsafe { (functions.size)(guest) };
    // SAFETY: as above.
    let memory = unsafe { (functions.slice)(guest, 0, size) };
    // SAFETY: the memory has so many bytes, and the guest doesn't run meanwhile.
    let memory = unsafe { slice::from_raw_parts_mut(memory, size as usize) };
    match called.call(context, &mut Memory::Unshared(memory), Args(values)) {
        Ok(errno) => {
            values[0] = errno.into();
            DONE
        }
        Err(Error::Exit(exit)) => {
            values[0] = u64::from(exit.0.cast_unsigned());
            EXIT
        }
        Err(Error::Trap(trap)) => {
            let message = trap.to_string();
            // SAFETY: the guest is the one that was given, and the message has so many bytes.
            unsafe { (functions.fail)(guest, message.as_ptr(), message.len()) };
            TRAP
        }
        Err(Error::Errno(_)) => unreachable!("a number is a result"),
    }
}

/// So many values, of which there may be none.
///
/// # Safety
///
/// There must be so many, as long as the result is used.
unsafe fn list<'a, T>(first: *const T, count: usize) -> &'a [T] {
    // SAFETY: the caller vouches for it.
    if count == 0 { &[] } else { unsafe { slice::from_raw_parts(first, count) } }
}

/// The bytes of a text.
///
/// # Safety
///
/// The text must be valid as long as the result is used.
unsafe fn bytes(text: &Text) -> &[u8] {
    // SAFETY: the caller vouches for it.
    unsafe { list(text.bytes, text.length) }
}
