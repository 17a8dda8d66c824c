//! Names of functions as their authors wrote them.

use precompile::inspect::Function;
use rustc_demangle::try_demangle;

/// A name as in Rust, C++ or C, without the hashes that Rust adds.
pub(crate) fn demangled(name: &str) -> String {
    match try_demangle(name) {
        Ok(name) => format!("{name:#}"),
        Err(_) => precompile::demangled(name),
    }
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
            ("_ZN5space3fooEibc", "space::foo(int, bool, char)"),
            ("fib", "fib"),
            ("_ZN5resvg6filter6_app", "_ZN5resvg6filter6_app"),
            ("", ""),
        ] {
            assert_eq!(demangled(name), read);
        }
    }
}
