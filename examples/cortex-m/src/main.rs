//! WebAssembly on a microcontroller: a Cortex-M4 with 1 MiB of flash and 128 KiB of memory, no operating
//! system and no standard library.
//!
//! The build script has the guest compiled for Pulley, Wasmtime's interpreter, since no compiler makes code
//! for this processor. The artifact is part of the program and is used where it is, in flash. What wasmtime
//! needs of a system is in `thread_local.rs`, and an allocator.
//!
//! With the feature `signed`, the program runs what trusted keys have signed alone: see `build.rs`.
//!
//! `cargo run --release` runs it in QEMU as a Netduino Plus 2, a board with an STM32F405, and needs
//! `rustup target add thumbv7em-none-eabihf`. On another board, `memory.x` differs, and semihosting, by which
//! it prints, needs a debugger.

#![no_std]
#![no_main]

extern crate alloc;

mod command_line;
mod fault;
mod guest;
mod heap;
mod native;
mod refused;
mod stack;
mod thread_local;

// The crate has the critical sections of the allocator.
use cortex_m as _;
use cortex_m_semihosting::{debug, hprintln};
use heap::HEAP;
#[cfg(feature = "signed")]
use precompile_runtime::artifact::Trust;
use precompile_runtime::wasmtime::Result;
use precompile_runtime::{Runtime, RuntimeConfig};

/// The stack of each store's guest, in bytes. The program's own is in `memory.x`.
const GUEST_STACK_BYTES: usize = 8 << 10;

/// The keys that must have signed what runs.
#[cfg(feature = "signed")]
pub fn trust() -> Result<Trust> {
    Ok(Trust::parse(include_str!(env!("GUEST_TRUST")))?)
}

#[cortex_m_rt::entry]
fn main() -> ! {
    heap::init();
    let status = run().map_err(|error| hprintln!("error: {:#}", error));
    loop {
        debug::exit(status);
    }
}

fn run() -> Result<()> {
    let runtime = Runtime::with_config(RuntimeConfig {
        guest_stack_bytes: GUEST_STACK_BYTES,
        #[cfg(feature = "signed")]
        trust: Some(trust()?),
        ..RuntimeConfig::default()
    });
    let figures = guest::run(&runtime)?;
    refused::check(&runtime)?;
    hprintln!("all is as it must be");

    // Read by `scripts/measure/cortex-m.py`.
    hprintln!("bytes: guest-artifact {}", guest::GUEST.artifact().len());
    hprintln!("bytes: refused-artifacts {}", refused::bytes());
    hprintln!("bytes: heap-opened {}", figures.opened);
    hprintln!("bytes: heap-instantiated {}", figures.instantiated);
    hprintln!("bytes: guest-memory {}", figures.memory);
    hprintln!("bytes: guest-stack {}", GUEST_STACK_BYTES);
    hprintln!("bytes: heap-peak {}", HEAP.peak());
    hprintln!("bytes: heap-extent {}", HEAP.extent());
    hprintln!("bytes: stack {}", stack::bytes());
    hprintln!("bytes: stack-peak {}", stack::peak());
    Ok(())
}
