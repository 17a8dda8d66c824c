//! A trap in a function that the compiler puts into another, which a third one calls. Compiled and linked by
//!
//!     rustc --edition 2024 --target wasm32-unknown-unknown --crate-type lib --emit obj -C opt-level=1 -C panic=abort \
//!         -C codegen-units=1 -g --remap-path-prefix "$PWD"=. -o nested.o nested.rs
//!     rust-lld -flavor wasm --no-entry --export run -o nested.wasm nested.o

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

mod shares {
    #[inline(always)]
    pub fn checked(number: u32, parts: u32) -> u32 {
        if parts == 0 {
            core::arch::wasm32::unreachable()
        }
        number.wrapping_mul(parts)
    }
}

#[inline(never)]
fn share(number: u32, parts: u32) -> u32 {
    shares::checked(number, parts).wrapping_add(1)
}

#[unsafe(no_mangle)]
pub extern "C" fn run(number: u32, parts: u32) -> u32 {
    share(number, parts).wrapping_mul(3)
}
