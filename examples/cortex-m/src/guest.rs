//! The guest that is part of this program: its results, and its traps.

use crate::heap::HEAP;
use crate::{command_line, native};
use core::str;
use cortex_m_semihosting::hprintln;
use precompile_runtime::wasmtime::{Caller, Instance, Linker, Result, Store, Trap, WasmParams, bail, ensure};
use precompile_runtime::{Embedded, Program, Runtime, include_cwasm, link};

/// The guest's artifact. `refused.rs` damages a copy of it.
pub static GUEST: &Embedded = include_cwasm!("guest");

/// The use of the heap, in bytes.
pub struct Figures {
    /// The bytes in use once the guest was open.
    pub opened: usize,
    /// The bytes in use once there was an instance, with its memory and its stack.
    pub instantiated: usize,
    /// The bytes of the instance's memory alone.
    pub memory: usize,
}

/// Runs the guest, and returns its use of the heap.
pub fn run(runtime: &Runtime) -> Result<Figures> {
    // The guest is part of this program, and would need no signature. One that is loaded into flash before the program
    // starts does.
    #[cfg(feature = "signed")]
    let program = runtime.open_trusted_static(GUEST.artifact(), &crate::trust()?)?;
    #[cfg(not(feature = "signed"))]
    let program = runtime.open_embedded(GUEST)?;
    let opened = HEAP.used();
    is_used_in_place(&program)?;
    let linker = linker(&program)?;
    let mut store = Store::try_new(program.engine(), ())?;
    let instance = link::instantiate(&linker, &mut store, &program)?;
    let instantiated = HEAP.used();
    let memory = memory_bytes(&mut store, &instance)?;
    computes(&mut store, &instance)?;
    traps(&mut store, &instance)?;
    finds_no_room(&mut store, &instance, &linker, &program)?;
    Ok(Figures { opened, instantiated, memory })
}

fn is_used_in_place(program: &Program) -> Result<()> {
    let code = program.module().map(|module| module.text().as_ptr());
    let flash = GUEST.artifact().as_ptr_range();
    ensure!(code.is_some_and(|code| flash.contains(&code)), "the guest's code was copied");
    hprintln!("the guest's code is used where it is");
    Ok(())
}

fn memory_bytes(store: &mut Store<()>, instance: &Instance) -> Result<usize> {
    let Some(memory) = instance.get_memory(&mut *store, "memory") else {
        bail!("the guest exports no memory")
    };
    Ok(memory.data_size(&*store))
}

/// The functions that a guest can call: `print`.
fn linker(program: &Program) -> Result<Linker<()>> {
    let mut linker = Linker::new(program.engine());
    linker.func_wrap("host", "print", |mut caller: Caller<'_, ()>, at: u32, length: u32| {
        let Some(memory) = caller.get_export("memory").and_then(|export| export.into_memory()) else {
            bail!("the guest exports no memory");
        };
        let bytes = memory.data(&caller).get(at as usize..).and_then(|bytes| bytes.get(..length as usize));
        let Some(Ok(text)) = bytes.map(str::from_utf8) else { bail!("the guest prints what is no text") };
        hprintln!("{}", text);
        Ok(())
    })?;
    Ok(linker)
}

fn computes(store: &mut Store<()>, instance: &Instance) -> Result<()> {
    let crc32 = instance.get_typed_func::<(u32, u32), u32>(&mut *store, "crc32")?;
    let found = crc32.call(&mut *store, (1, 20_000))?;
    // A planted fault, which the script must find.
    let seed = if command_line::has("planted-fault") { 2 } else { 1 };
    is_native("CRC-32 of 20000 bytes", found, native::crc32(seed, 20_000))?;

    let mandelbrot = instance.get_typed_func::<(u32, u32, u32), u32>(&mut *store, "mandelbrot")?;
    let found = mandelbrot.call(&mut *store, (64, 25, 100))?;
    is_native("iterations", found, native::mandelbrot(64, 25, 100))
}

fn is_native(name: &str, found: u32, native: u32) -> Result<()> {
    ensure!(found == native, "{name}: {found:#010x} by the guest, {native:#010x} by this program");
    hprintln!("{}: {:#010x}, as by this program", name, found);
    Ok(())
}

/// Has the guest trap in several ways. The instance lives on after each.
fn traps(store: &mut Store<()>, instance: &Instance) -> Result<()> {
    trap(store, instance, "divide", (1, 0), Trap::IntegerDivisionByZero)?;
    trap(store, instance, "load", 0x1_0000, Trap::MemoryOutOfBounds)?;
    trap(store, instance, "descend", 0, Trap::StackOverflow)
}

fn trap<P: WasmParams>(
    store: &mut Store<()>,
    instance: &Instance,
    name: &str,
    arguments: P,
    trap: Trap,
) -> Result<()> {
    let function = instance.get_typed_func::<P, u32>(&mut *store, name)?;
    let found = function.call(&mut *store, arguments).map_err(|error| error.downcast_ref::<Trap>().copied());
    ensure!(found == Err(Some(trap)), "`{name}` ends with {found:?}, not {trap:?}");
    hprintln!("`{}`: {}", name, trap);
    Ok(())
}

/// Asks for a second memory of 64 KiB, for which there is no room, and is refused.
fn finds_no_room(
    store: &mut Store<()>,
    instance: &Instance,
    linker: &Linker<()>,
    program: &Program,
) -> Result<()> {
    let grow = instance.get_typed_func::<u32, i32>(&mut *store, "grow")?;
    let answer = grow.call(&mut *store, 1)?;
    ensure!(answer == -1, "`memory.grow` answers {answer}");
    hprintln!("`memory.grow` where there is no room: the guest gets {}", answer);

    let Err(error) = link::instantiate(linker, &mut *store, program) else {
        bail!("there was room for a second instance");
    };
    hprintln!("a second instance: {:#}", error);
    Ok(())
}
