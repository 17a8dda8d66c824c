//! A function in the machine code of an artifact.

use std::fmt;

/// A function in the machine code of an artifact: one of a module's, or one that Wasmtime adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name of its symbol, such as `wasm[0]::function[1]::fib`.
    pub symbol: String,
    /// Its index, if it is a module's.
    pub index: Option<FunctionIndex>,
    /// The name that its module has for it, in graphic ASCII characters and cut after 96, as Wasmtime writes it.
    pub name: Option<String>,
    /// Its start, in bytes from the start of the section `.text`.
    pub offset: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The index of a function among all functions of its module, imported ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionIndex {
    /// The number of the module: 0, or its place among the modules of a component.
    pub module: u32,
    /// The function's index there.
    pub function: u32,
}

impl Function {
    pub(super) fn new(symbol: &str, offset: u64, bytes: u64) -> Function {
        let (index, name) = parts(symbol).unzip();
        Function { symbol: symbol.into(), index, name: name.flatten().map(String::from), offset, bytes }
    }
}

/// The parts of a symbol such as `wasm[0]::function[1]::fib`; `None` for other functions than a module's.
fn parts(symbol: &str) -> Option<(FunctionIndex, Option<&str>)> {
    let (module, rest) = symbol.strip_prefix("wasm[")?.split_once("]::function[")?;
    let (function, rest) = rest.split_once(']')?;
    let index = FunctionIndex { module: module.parse().ok()?, function: function.parse().ok()? };
    match rest.strip_prefix("::") {
        None if rest.is_empty() => Some((index, None)),
        name => Some((index, Some(name?))),
    }
}

impl fmt::Display for FunctionIndex {
    /// As `function 1`, and for a component's further modules `function 1 of module 2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FunctionIndex { module, function } = self;
        write!(f, "function {function}")?;
        if *module > 0 { write!(f, " of module {module}") } else { Ok(()) }
    }
}

impl fmt::Display for Function {
    /// As ``function 1 `fib` ``, or the symbol of a function that is no module's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.index, &self.name) {
            (Some(index), Some(name)) => write!(f, "{index} `{name}`"),
            (Some(index), None) => index.fmt(f),
            (None, _) => write!(f, "`{}`", self.symbol),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_taken_apart() {
        for (symbol, shown) in [
            ("wasm[0]::function[1]::fib", "function 1 `fib`"),
            ("wasm[0]::function[12]", "function 12"),
            ("wasm[3]::function[1]::core::fmt::pad", "function 1 of module 3 `core::fmt::pad`"),
            ("wasm[0]::function[1]::a]::function[2]::b", "function 1 `a]::function[2]::b`"),
            ("wasm[0]::function[1]x", "`wasm[0]::function[1]x`"),
            ("wasm[0]::function[9999999999]", "`wasm[0]::function[9999999999]`"),
            ("wasm[0]::array_to_wasm_trampoline[1]", "`wasm[0]::array_to_wasm_trampoline[1]`"),
            ("", "``"),
        ] {
            assert_eq!(Function::new(symbol, 0, 1).to_string(), shown);
        }
    }
}
