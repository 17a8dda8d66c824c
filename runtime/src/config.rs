//! How a runtime is set up.

use precompile_artifact::Policy;
use wasmtime::InstanceAllocationStrategy;

/// How a [`Runtime`](crate::Runtime) is set up, where the artifacts leave a choice.
#[derive(Clone, Debug, Default)]
pub struct RuntimeConfig {
    /// What is demanded of artifacts; one that doesn't meet it is an
    /// [`OpenError::Mismatch`](crate::OpenError::Mismatch).
    #[cfg(feature = "policy")]
    pub policy: Policy,
    /// The pool that instances come from; each is allocated by itself where there is none.
    ///
    /// Every engine has a pool of its own, and reserves its address space when the first artifact
    /// for it is opened. A pool that doesn't fit an artifact's settings is an
    /// [`OpenError::Wasmtime`](crate::OpenError::Wasmtime), and so is an artifact that needs more
    /// than a slot of it.
    #[cfg(feature = "pooling")]
    pub pooling: Option<wasmtime::PoolingAllocationConfig>,
}

impl RuntimeConfig {
    /// What it demands.
    pub(crate) fn policy(&self) -> Policy {
        #[cfg(feature = "policy")]
        return self.policy.clone();
        #[cfg(not(feature = "policy"))]
        return Policy::default();
    }

    pub(crate) fn allocation_strategy(&self) -> InstanceAllocationStrategy {
        #[cfg(feature = "pooling")]
        if let Some(pooling) = &self.pooling {
            return InstanceAllocationStrategy::Pooling(pooling.clone());
        }
        InstanceAllocationStrategy::OnDemand
    }
}
