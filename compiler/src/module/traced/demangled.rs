//! Names of functions as their authors wrote them.

use cpp_demangle::{DemangleOptions, Symbol};
use std::fmt::{self, Write};

/// The length up to which a name is demangled: a short one can stand for a name without end.
const MOST_BYTES: usize = 16 << 10;

/// A function's name as its author wrote it in Rust, C++ or C, as wasmtime shows it but for names that aren't mangled. A name that isn't mangled, or
/// stands for one that is too long, stays.
pub fn demangled(name: &str) -> String {
    let mut text = Bounded(String::new());
    // Without the prefix, cpp_demangle takes names for types: `f` for `float`.
    let symbol = name.trim_start_matches('_').starts_with('Z').then(|| Symbol::new(name));
    let written = match (rustc_demangle::try_demangle(name), symbol) {
        (Ok(name), _) => write!(text, "{name}"),
        (_, Some(Ok(symbol))) => symbol.structured_demangle(&mut text, &DemangleOptions::default()),
        _ => Err(fmt::Error),
    };
    if written.is_ok() { text.0 } else { name.into() }
}

/// A text that takes [`MOST_BYTES`].
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.0.len() + part.len() > MOST_BYTES {
            return Err(fmt::Error);
        }
        self.0.push_str(part);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_written() {
        for (mangled, expected) in [
            ("_ZN6nested5share17he4345f2090ff690cE", "nested::share::he4345f2090ff690c"),
            ("_ZN5space3fooEibc", "space::foo(int, bool, char)"),
            ("fib", "fib"),
            ("f", "f"),
            ("_Z", "_Z"),
            ("", ""),
        ] {
            assert_eq!(demangled(mangled), expected);
        }
        assert!(demangled("_RNvCs1234_7mycrate3foo").ends_with("]::foo"));
    }

    /// Each parameter is twice as long as the one before it.
    #[test]
    fn a_name_without_end_stays() {
        let name = |parameters: u32| {
            let digit = |number| char::from_digit(number, 36).unwrap().to_ascii_uppercase();
            let parameter = |number| format!("S_IS{0}_S{0}_E", digit(number));
            format!("_Z1f1gIiE{}", (0..parameters).map(parameter).collect::<String>())
        };
        assert_eq!(demangled(&name(1)), "f(g<int>, g<g<int>, g<int> >)");
        assert_eq!(demangled(&name(30)), name(30));
        let nested = format!("_ZN{}3fooE", "1a".repeat(MOST_BYTES));
        assert_eq!(demangled(&nested), nested);
    }
}
