//! How much of the stack was ever in use: cortex-m-rt painted it before `main`.

use cortex_m_rt::STACK_PAINT_VALUE;

unsafe extern "C" {
    /// Its lower end, where it would be full; `memory.x` places both.
    static _stack_end: u32;
    /// Its upper end, where it is empty.
    static _stack_start: u32;
}

/// How large it is, in bytes.
pub fn bytes() -> usize {
    (&raw const _stack_start).addr() - (&raw const _stack_end).addr()
}

/// How much was in use at most, in bytes.
pub fn peak() -> usize {
    let words = bytes() / size_of::<u32>();
    // SAFETY: each word is within the stack. What is in use may change, and is only compared.
    let is_painted =
        |at: &usize| unsafe { (&raw const _stack_end).add(*at).read_volatile() } == STACK_PAINT_VALUE;
    bytes() - (0..words).take_while(is_painted).count() * size_of::<u32>()
}
