//! Whether cargo has built a compiler into the runtime after all.

/// Fails where a compiler is in this program: for a test of a program that is to hold none.
///
/// Cargo gives the packages that it builds together the same features of wasmtime, so that a package of the
/// workspace which compiles brings its compiler into every other. `cargo test -p PACKAGE` builds one alone.
///
/// ```no_run
/// #[test]
/// fn no_compiler() {
///     precompile_runtime::assert_no_compiler!();
/// }
/// ```
///
/// # Panics
///
/// Where wasmtime was built with Cranelift or Winch.
#[macro_export]
macro_rules! assert_no_compiler {
    () => {
        assert!(
            !$crate::has_compiler(),
            "wasmtime was built with a compiler, for another package of this build: build this one alone with `-p`, \
             or keep the other in a workspace of its own; `cargo tree -e features -i wasmtime` names it"
        )
    };
}

/// Whether wasmtime was built with a compiler in this program: see
/// [`assert_no_compiler!`](crate::assert_no_compiler).
pub fn has_compiler() -> bool {
    /// Has what [`wasmtime::Engine`] has only with a compiler: its own comes first.
    #[allow(dead_code, reason = "never used where a compiler is")]
    trait Without {
        fn precompile_module() {}
    }
    impl Without for wasmtime::Engine {}

    /// Tells a function without arguments, which ours is, from others: for those, it is found one reference further.
    struct Probe<F>(F);
    #[allow(dead_code, reason = "never used where a compiler is")]
    trait Ours {
        fn is_ours(&self) -> bool;
    }
    #[allow(dead_code, reason = "never used where no compiler is")]
    trait Others {
        fn is_ours(&self) -> bool;
    }
    impl<F: Fn()> Ours for Probe<F> {
        fn is_ours(&self) -> bool {
            true
        }
    }
    impl<F> Others for &Probe<F> {
        fn is_ours(&self) -> bool {
            false
        }
    }
    #[allow(clippy::needless_borrow, reason = "the others are found by one reference more")]
    let is_ours = (&Probe(wasmtime::Engine::precompile_module)).is_ours();
    !is_ours
}
