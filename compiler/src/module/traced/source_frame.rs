//! A place in a module's source.

/// A function's name, and the place in its source. The first of several is inlined into the second, and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFrame {
    /// The function, demangled; `None` if it has no name.
    pub function: Option<String>,
    /// The file.
    pub file: Option<String>,
    /// The line, from 1 on.
    pub line: Option<u32>,
    /// The column.
    pub column: Option<u32>,
}
