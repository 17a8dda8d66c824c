//! Traps, in the specification's words.

use precompile_runtime::wasmtime::{Error, Trap};

/// Tells whether a trap is the one that a script expects.
pub(crate) fn is(trap: Trap, expected: &str) -> bool {
    // Scripts append details, such as an element's number, and abbreviate.
    words(trap).iter().any(|words| expected.starts_with(words) || words.starts_with(expected))
        // Wasmtime's own scripts have its words.
        || trap.to_string().contains(expected)
}

/// Tells whether a component's error is the one that a script expects: scripts have Wasmtime's words for most of them.
pub(crate) fn is_error(error: &Error, expected: &str) -> bool {
    let text = format!("{error:#}");
    text.contains(expected)
        || error.downcast_ref::<Trap>().is_some_and(|trap| is(*trap, expected))
        // The specification says more of a stream that can't be used.
        || ["cannot read", "cannot write"].iter().any(|words| expected.contains(words) && text.contains(words))
}

fn words(trap: Trap) -> &'static [&'static str] {
    match trap {
        Trap::MemoryOutOfBounds => &["out of bounds memory access"],
        Trap::HeapMisaligned => &["unaligned atomic"],
        // Wasmtime has one trap for calls through a missing element, and for table instructions.
        Trap::TableOutOfBounds => &["undefined element", "out of bounds table access"],
        Trap::IndirectCallToNull => &["uninitialized element"],
        Trap::BadSignature => &["indirect call type mismatch"],
        Trap::IntegerOverflow => &["integer overflow"],
        Trap::IntegerDivisionByZero => &["integer divide by zero"],
        Trap::BadConversionToInteger => &["invalid conversion to integer"],
        Trap::UnreachableCodeReached => &["unreachable"],
        Trap::AtomicWaitNonSharedMemory => &["expected shared memory"],
        // Scripts name the kind of reference.
        Trap::NullReference => &[
            "null reference",
            "null function reference",
            "null array reference",
            "null structure reference",
            "null i31 reference",
            "null exception reference",
        ],
        Trap::ArrayOutOfBounds => &["out of bounds array access"],
        Trap::CastFailure => &["cast failure"],
        Trap::AllocationTooLarge => &["allocation size too large"],
        Trap::StackOverflow => &["call stack exhausted"],
        _ => &[],
    }
}
