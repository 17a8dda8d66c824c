//! How a runtime is set up.

use alloc::sync::Arc;
use core::fmt;
use precompile_artifact::Policy;
use wasmtime::{CustomCodeMemory, InstanceAllocationStrategy};

/// How a [`Runtime`](crate::Runtime) is set up, where the artifacts leave a choice.
#[derive(Clone)]
pub struct RuntimeConfig {
    /// The stack that a guest may use, in bytes; wasmtime's own default of 512 KiB at first.
    ///
    /// Native code uses the caller's stack, which must be larger by what the host functions need. For
    /// Pulley it is allocated with each store.
    pub guest_stack_bytes: usize,
    /// What makes the machine code that was copied into memory executable, where the system has no
    /// virtual memory that wasmtime knows. None at first.
    pub code_memory: Option<Arc<dyn CustomCodeMemory>>,
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

impl Default for RuntimeConfig {
    fn default() -> RuntimeConfig {
        RuntimeConfig {
            guest_stack_bytes: 512 << 10,
            code_memory: None,
            #[cfg(feature = "policy")]
            policy: Policy::default(),
            #[cfg(feature = "pooling")]
            pooling: None,
        }
    }
}

impl fmt::Debug for RuntimeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RuntimeConfig");
        shown.field("guest_stack_bytes", &self.guest_stack_bytes);
        shown.field("code_memory", &self.code_memory.is_some());
        #[cfg(feature = "policy")]
        shown.field("policy", &self.policy);
        #[cfg(feature = "pooling")]
        shown.field("pooling", &self.pooling);
        shown.finish()
    }
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
