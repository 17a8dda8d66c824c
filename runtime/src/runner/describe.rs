//! The description of this host: the offers and demands of this machine and this build.

use crate::failure::Failure;
use crate::imports;
use precompile_runtime::artifact::{Code, Host, Policy};
use precompile_runtime::{Runtime, RuntimeConfig};

/// A runtime with a policy.
#[allow(clippy::needless_update, reason = "other builds have more fields")]
pub(crate) fn runtime(policy: Policy) -> Runtime {
    Runtime::with_config(RuntimeConfig { policy, ..RuntimeConfig::default() })
}

/// Prints the description as JSON.
pub(crate) fn print(policy: Policy) -> Result<(), Failure> {
    let host = Host { imports: Some(imports::all()), ..runtime(policy).host().clone() };
    let host = serde_json::to_string(&host);
    crate::print::print(&(host.map_err(|error| Failure::own(Code::Output, || error.to_string()))? + "\n"))
}
