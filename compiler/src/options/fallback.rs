//! The fallback for a backend that can't compile a module.

/// The fallback for a backend that can't compile a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "compile",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum Fallback {
    /// Cranelift, for the same target.
    Cranelift,
    /// Cranelift, for Pulley's interpreter on the same machine.
    Pulley,
}

impl Fallback {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Fallback::Cranelift => "cranelift",
            Fallback::Pulley => "pulley",
        }
    }
}
