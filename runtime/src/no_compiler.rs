//! The detection of a compiler that cargo's feature unification has added to the program.

/// Asserts that this program contains no compiler, for use in a test.
///
/// Cargo builds one wasmtime with the features of all packages that it builds together. So a package of the workspace
/// that compiles adds its compiler to all others. `cargo test -p PACKAGE` builds one package alone.
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
/// If wasmtime was built with Cranelift or Winch.
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

/// Returns true if wasmtime was built with a compiler in this program: see
/// [`assert_no_compiler!`](crate::assert_no_compiler).
pub fn has_compiler() -> bool {
    /// A trait with a function that [`wasmtime::Engine`] itself has only with a compiler. An inherent function takes
    /// precedence.
    #[allow(dead_code, reason = "unused in builds with a compiler")]
    trait Without {
        fn precompile_module() {}
    }
    impl Without for wasmtime::Engine {}

    /// A probe of a function's type. For a function without arguments, such as the trait's, method lookup finds `Ours`.
    /// For other functions it takes one more reference and finds `Others`.
    struct Probe<F>(F);
    #[allow(dead_code, reason = "unused in builds with a compiler")]
    trait Ours {
        fn is_ours(&self) -> bool;
    }
    #[allow(dead_code, reason = "unused in builds without a compiler")]
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
    #[allow(clippy::needless_borrow, reason = "`Others` takes one more reference")]
    let is_ours = (&Probe(wasmtime::Engine::precompile_module)).is_ours();
    !is_ours
}
