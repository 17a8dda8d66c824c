//! How far opening a file has come.

/// How far opening a file has come, for who measures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "measure"), expect(unreachable_pub, reason = "nobody is told"))]
pub enum OpenPhase {
    /// The file is copied or mapped, its digest was checked, and its manifest was read.
    Read,
    /// It fits this host, and its engine is there: made, where it is the first of its kind.
    Engine,
    /// Wasmtime has made a module or a component of it.
    Deserialized,
}
