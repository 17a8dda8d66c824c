//! Names of functions as their authors wrote them.

use precompile::inspect::Function;
use rustc_demangle::demangle;

/// A name without Rust's mangling; other names stay as they are.
pub(crate) fn demangled(name: &str) -> String {
    // Without the hash at the end.
    format!("{:#}", demangle(name))
}

/// The words for a function, with its name demangled.
pub(crate) fn described(function: &Function) -> String {
    Function { name: function.name.as_deref().map(demangled), ..function.clone() }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_names_are_read() {
        for (name, read) in [
            ("_ZN5resvg6filter6_apply17h22fdf804ed1081adE", "resvg::filter::_apply"),
            ("_RNvC6_123foo3bar", "123foo::bar"),
            ("fib", "fib"),
            ("_ZN5resvg6filter6_app", "_ZN5resvg6filter6_app"),
            ("", ""),
        ] {
            assert_eq!(demangled(name), read);
        }
    }
}
