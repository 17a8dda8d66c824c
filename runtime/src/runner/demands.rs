//! The demands on an artifact: a policy, and signatures.

use crate::failure::Failure;
#[cfg(feature = "trust")]
use crate::signatures::Signatures;
use precompile_runtime::RuntimeConfig;
#[cfg(feature = "describe")]
use precompile_runtime::artifact::Policy;

/// The demands of the command line, and of this build, on an artifact.
#[derive(Clone, Default)]
pub(crate) struct Demands {
    /// The policy.
    #[cfg(feature = "describe")]
    pub(crate) policy: Policy,
    /// The signatures.
    #[cfg(feature = "trust")]
    pub(crate) signatures: Signatures,
}

impl Demands {
    /// The configuration of a runtime with these demands.
    ///
    /// # Errors
    ///
    /// If the trust file can't be read.
    #[allow(clippy::needless_update, reason = "other builds have more fields")]
    pub(crate) fn config(&self) -> Result<RuntimeConfig, Failure> {
        Ok(RuntimeConfig {
            #[cfg(feature = "describe")]
            policy: self.policy.clone(),
            #[cfg(feature = "trust")]
            trust: self.signatures.trust()?,
            #[cfg(feature = "trust")]
            allow_unsigned: self.signatures.allow_unsigned,
            ..RuntimeConfig::default()
        })
    }
}
