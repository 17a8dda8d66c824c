//! The configuration of a runtime.

use alloc::string::String;
#[cfg(feature = "trust")]
use alloc::string::ToString;
use alloc::sync::Arc;
use core::fmt;
#[cfg(feature = "trust")]
use precompile_artifact::Trust;
use precompile_artifact::{Contract, Policy};
use wasmtime::{CustomCodeMemory, InstanceAllocationStrategy, ProfilingStrategy};

/// The settings of a pool, by the contract of the artifacts that it is for.
#[cfg(feature = "pooling")]
pub type Pooling = Arc<dyn Fn(&Contract) -> wasmtime::PoolingAllocationConfig + Send + Sync>;

/// The configuration of a [`Runtime`](crate::Runtime), for everything that artifacts don't determine.
#[derive(Clone)]
pub struct RuntimeConfig {
    /// The maximum stack of a guest, in bytes. The default is wasmtime's: 512 KiB.
    ///
    /// Native code uses the caller's stack, which must have room for the host functions, too. For Pulley, the stack is
    /// allocated with each store. Calls that may suspend have a stack of their own, of 2 MiB, or 1 MiB more than this.
    pub guest_stack_bytes: usize,
    /// The platform's way to make machine code in memory executable, on systems without virtual memory that wasmtime
    /// supports. The default is `None`.
    pub code_memory: Option<Arc<dyn CustomCodeMemory>>,
    /// The demands on artifacts. Opening an artifact that doesn't meet them is an
    /// [`OpenError::Mismatch`](crate::OpenError::Mismatch).
    #[cfg(feature = "policy")]
    pub policy: Policy,
    /// The keys that must have signed each artifact. Without them, opening it is an
    /// [`OpenError::Mismatch`](crate::OpenError::Mismatch). `None` asks for no signature.
    ///
    /// Artifacts that are part of this program, as by [`include_cwasm!`](crate::include_cwasm), aren't asked.
    #[cfg(feature = "trust")]
    pub trust: Option<Trust>,
    /// Artifacts without any signature are opened even if there is a [`trust`](RuntimeConfig::trust), but for
    /// [`Runtime::open_trusted`](crate::Runtime::open_trusted) and its kind. The default is `false`.
    #[cfg(feature = "trust")]
    pub allow_unsigned: bool,
    /// The settings of the pools for instances, by the contract of the artifacts that a pool is for. With `None`, each
    /// instance is allocated by itself.
    ///
    /// Every engine has its own pool, and reserves its address space when the first artifact for the engine is opened.
    /// A pool that doesn't fit an artifact's settings is an [`OpenError::Wasmtime`](crate::OpenError::Wasmtime), and so
    /// is an artifact that needs more than a slot of the pool.
    #[cfg(feature = "pooling")]
    pub pooling: Option<Pooling>,
    /// The way in which a profiler is told of the code of each artifact that is opened. The default is
    /// [`ProfilingStrategy::None`].
    ///
    /// A file for it that can't be written makes opening an [`OpenError::Wasmtime`](crate::OpenError::Wasmtime). The files
    /// are those of wasmtime: `/tmp/perf-PID.map`, and `jit-PID.dump` in the current folder.
    #[cfg(feature = "profile")]
    pub profiler: ProfilingStrategy,
}

impl Default for RuntimeConfig {
    fn default() -> RuntimeConfig {
        RuntimeConfig {
            guest_stack_bytes: 512 << 10,
            code_memory: None,
            #[cfg(feature = "policy")]
            policy: Policy::default(),
            #[cfg(feature = "trust")]
            trust: None,
            #[cfg(feature = "trust")]
            allow_unsigned: false,
            #[cfg(feature = "pooling")]
            pooling: None,
            #[cfg(feature = "profile")]
            profiler: ProfilingStrategy::None,
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
        #[cfg(feature = "trust")]
        shown.field("trust", &self.trust).field("allow_unsigned", &self.allow_unsigned);
        #[cfg(feature = "pooling")]
        shown.field("pooling", &self.pooling.is_some());
        #[cfg(feature = "profile")]
        shown.field("profiler", &self.profiler);
        shown.finish()
    }
}

impl RuntimeConfig {
    /// The demands on artifacts.
    pub(crate) fn policy(&self) -> Policy {
        #[cfg(feature = "policy")]
        return self.policy.clone();
        #[cfg(not(feature = "policy"))]
        return Policy::default();
    }

    /// The keys that must have signed artifacts, as a trust file, unless unsigned ones are allowed.
    pub(crate) fn trust_text(&self) -> Option<String> {
        #[cfg(feature = "trust")]
        return self.trust.as_ref().filter(|_| !self.allow_unsigned).map(Trust::to_string);
        #[cfg(not(feature = "trust"))]
        return None;
    }

    /// The way in which instances are allocated that artifacts with this contract make.
    pub(crate) fn allocation_strategy(&self, contract: &Contract) -> InstanceAllocationStrategy {
        #[cfg(feature = "pooling")]
        if let Some(pooling) = &self.pooling {
            return InstanceAllocationStrategy::Pooling(pooling(contract));
        }
        let _ = contract;
        InstanceAllocationStrategy::OnDemand
    }

    /// The way in which a profiler is told of code.
    pub(crate) fn profiler(&self) -> ProfilingStrategy {
        #[cfg(feature = "profile")]
        return self.profiler;
        #[cfg(not(feature = "profile"))]
        return ProfilingStrategy::None;
    }
}
