//! A plugin with the state of a guest, and its functions for that guest.

use super::exit::Exit;
use super::library::{Declared, Library};
use crate::args::{self, Args};
use precompile_plugin::{self as abi, DONE, EXIT, Folder, MAX_VALUES, Setup, TRAP, Text, Variable};
use precompile_runtime::wasmtime::{self, AsContextMut, Caller, Extern, Func, FuncType, Val};
use std::cell::RefCell;
use std::ffi::{OsStr, c_void};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;

/// A plugin with the state of a guest.
pub(crate) struct Instance {
    library: Arc<Library>,
    state: NonNull<c_void>,
}

// SAFETY: the state is used by one thread at a time, because a store is; the header allows any thread.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    /// Makes the state of a guest.
    ///
    /// # Errors
    ///
    /// The plugin's message.
    pub(crate) fn open(library: &Arc<Library>, args: &Args) -> Result<Arc<Instance>, String> {
        let arguments = args.texts_of_guest().map_err(|failure| failure.text())?;
        let arguments: Vec<Text> = arguments.iter().map(|argument| text(argument)).collect();
        let given = |value: &OsStr| args::text(value).map(text).map_err(|failure| failure.text());
        let variables = args.environment.iter();
        let variables =
            variables.map(|(name, value)| Ok(Variable { name: given(name)?, value: given(value)? }));
        let variables: Vec<Variable> = variables.collect::<Result<_, String>>()?;
        let folders: Vec<Folder> = args
            .folders
            .iter()
            .map(|folder| Folder {
                host: bytes(folder.host.as_os_str()),
                guest: text(&folder.guest),
                is_writable: folder.is_writable.into(),
            })
            .collect();
        let opening = Opening {
            setup: Setup {
                arguments: arguments.as_ptr(),
                argument_count: arguments.len(),
                variables: variables.as_ptr(),
                variable_count: variables.len(),
                folders: folders.as_ptr(),
                folder_count: folders.len(),
                fail: Opening::fail,
            },
            message: RefCell::default(),
        };
        let open = library.plugin.open.expect("it was checked");
        // SAFETY: the setup is as the header describes it, and lives until the call returns. The pointer is that of the
        // whole, so that `fail` may reach the message.
        let state = unsafe { open(ptr::from_ref(&opening).cast()) };
        match NonNull::new(state) {
            Some(state) => Ok(Arc::new(Instance { library: library.clone(), state })),
            None => Err(opening.message.into_inner()),
        }
    }

    /// The function of this name for the guests of a store.
    pub(crate) fn find<T: 'static>(
        self: &Arc<Self>,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
    ) -> Option<Func> {
        let number = self.library.functions.iter().position(|it| (it.module, it.name) == (module, name))?;
        let Declared { params, results, .. } = &self.library.functions[number];
        let ty = FuncType::new(store.as_context().engine(), params.clone(), results.clone());
        let instance = self.clone();
        Some(Func::new(&mut store, ty, move |mut guest, params, results| {
            instance.call(&mut guest, &instance.library.functions[number], params, results)
        }))
    }

    fn call<T>(
        &self,
        guest: &mut Caller<'_, T>,
        declared: &Declared,
        params: &[Val],
        results: &mut [Val],
    ) -> wasmtime::Result<()> {
        let mut values = [0; MAX_VALUES];
        for (value, param) in values.iter_mut().zip(params) {
            *value = bits(param);
        }
        let (memory, bytes) = memory(guest);
        let calling = Calling {
            guest: abi::Guest { size: Calling::size, slice: Calling::slice, fail: Calling::fail },
            memory,
            bytes,
            message: RefCell::default(),
        };
        let call = declared.function.call.expect("it was checked");
        // SAFETY: the guest and the values are as the header describes them, and live until the call returns. The pointer
        // is that of the whole, so that the functions of the guest may reach the rest.
        let end = unsafe {
            let guest = ptr::from_ref(&calling).cast();
            call(self.state.as_ptr(), guest, declared.function, values.as_mut_ptr())
        };
        match end {
            DONE => {
                for ((result, ty), value) in results.iter_mut().zip(&declared.results).zip(values) {
                    *result = of_bits(ty, value);
                }
                Ok(())
            }
            EXIT => Err(Exit(values[0] as i32).into()),
            TRAP => Err(wasmtime::Error::msg(calling.message.into_inner())),
            other => Err(wasmtime::Error::msg(format!(
                "the plugin's function `{}` ended with {other}, which its interface doesn't have",
                declared.name
            ))),
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let close = self.library.plugin.close.expect("it was checked");
        // SAFETY: the state is what `open` returned, and is closed once.
        unsafe { close(self.state.as_ptr()) };
    }
}

/// A setup, and the message of the plugin that has it.
#[repr(C)]
struct Opening {
    setup: Setup,
    message: RefCell<String>,
}

impl Opening {
    /// # Safety
    ///
    /// The setup must be one that `Instance::open` gave, and there must be so many bytes.
    unsafe extern "C" fn fail(setup: *const Setup, message: *const u8, length: usize) {
        // SAFETY: the setup is the first field of an `Opening`, which lives until `open` returns.
        let opening = unsafe { &*setup.cast::<Opening>() };
        // SAFETY: the plugin has the bytes.
        opening.message.replace(unsafe { copy(message, length) });
    }
}

/// A guest, its memory, and the message of the plugin that it has called.
#[repr(C)]
struct Calling {
    guest: abi::Guest,
    memory: *mut u8,
    bytes: u64,
    message: RefCell<String>,
}

impl Calling {
    /// # Safety
    ///
    /// The guest must be one that `Instance::call` gave.
    unsafe extern "C" fn size(guest: *const abi::Guest) -> u64 {
        // SAFETY: the guest is the first field of a `Calling`, which lives until the call returns.
        unsafe { &*guest.cast::<Calling>() }.bytes
    }

    /// # Safety
    ///
    /// As for `size`.
    unsafe extern "C" fn slice(guest: *const abi::Guest, offset: u64, length: u64) -> *mut u8 {
        // SAFETY: as in `size`.
        let calling = unsafe { &*guest.cast::<Calling>() };
        match offset.checked_add(length) {
            // SAFETY: the offset is within the memory, or at its end.
            Some(end) if end <= calling.bytes => unsafe { calling.memory.add(offset as usize) },
            _ => ptr::null_mut(),
        }
    }

    /// # Safety
    ///
    /// As for `size`, and there must be so many bytes.
    unsafe extern "C" fn fail(guest: *const abi::Guest, message: *const u8, length: usize) {
        // SAFETY: as in `size`.
        let calling = unsafe { &*guest.cast::<Calling>() };
        // SAFETY: the plugin has the bytes.
        calling.message.replace(unsafe { copy(message, length) });
    }
}

/// A copy of a plugin's message, of which at most 4 KiB are taken.
///
/// # Safety
///
/// There must be so many bytes.
unsafe fn copy(message: *const u8, length: usize) -> String {
    const MOST: usize = 4 << 10;
    if message.is_null() {
        return String::new();
    }
    // SAFETY: there are no fewer.
    String::from_utf8_lossy(unsafe { slice::from_raw_parts(message, length.min(MOST)) }).into_owned()
}

/// The memory of a guest, and its size. The pointer is valid until the guest runs again.
fn memory<T>(guest: &mut Caller<'_, T>) -> (*mut u8, u64) {
    match guest.get_export("memory") {
        Some(Extern::Memory(memory)) => {
            let bytes = memory.data_mut(guest);
            (bytes.as_mut_ptr(), bytes.len() as u64)
        }
        #[cfg(feature = "threads")]
        Some(Extern::SharedMemory(memory)) => {
            let cells = memory.data();
            (cells.as_ptr().cast::<u8>().cast_mut(), cells.len() as u64)
        }
        // Not null, which would say that an empty slice is out of bounds.
        _ => (NonNull::dangling().as_ptr(), 0),
    }
}

fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => value.cast_unsigned().into(),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(bits) => (*bits).into(),
        Val::F64(bits) => *bits,
        _ => unreachable!("the function has no such parameters"),
    }
}

fn of_bits(ty: &wasmtime::ValType, bits: u64) -> Val {
    match ty {
        wasmtime::ValType::I32 => Val::I32((bits as u32).cast_signed()),
        wasmtime::ValType::I64 => Val::I64(bits.cast_signed()),
        wasmtime::ValType::F32 => Val::F32(bits as u32),
        _ => Val::F64(bits),
    }
}

fn text(text: &str) -> Text {
    Text { bytes: text.as_ptr(), length: text.len() }
}

fn bytes(path: &OsStr) -> Text {
    let path = path.as_encoded_bytes();
    Text { bytes: path.as_ptr(), length: path.len() }
}
