//! The phases of opening an artifact.

/// A completed phase of opening an artifact, for measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "measure"), expect(unreachable_pub, reason = "only measurements use it"))]
pub enum OpenPhase {
    /// The file was copied or mapped, its digest checked, and its manifest read.
    Read,
    /// The artifact fits this host, and its engine exists. The first artifact for an engine makes it.
    Engine,
    /// Wasmtime has made a module or a component from the artifact.
    Deserialized,
}
