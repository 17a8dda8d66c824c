//! The peak use of the stack, which cortex-m-rt painted before `main`.

use cortex_m_rt::STACK_PAINT_VALUE;

unsafe extern "C" {
    /// The stack's lower end, at which it is full; `memory.x` places both ends.
    static _stack_end: u32;
    /// The stack's upper end, at which it is empty.
    static _stack_start: u32;
}

/// The size of the stack, in bytes.
pub fn bytes() -> usize {
    (&raw const _stack_start).addr() - (&raw const _stack_end).addr()
}

/// The most bytes that were in use at once.
pub fn peak() -> usize {
    let words = bytes() / size_of::<u32>();
    // SAFETY: each word is within the stack. Words in use may change, and are only compared.
    let is_painted =
        |at: &usize| unsafe { (&raw const _stack_end).add(*at).read_volatile() } == STACK_PAINT_VALUE;
    bytes() - (0..words).take_while(is_painted).count() * size_of::<u32>()
}
