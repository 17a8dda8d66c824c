//! The description of this host: the offers and demands of this machine and this build.

use crate::failure::Failure;
use crate::imports;
use crate::optional::Optional;
use precompile_runtime::artifact::{Code, Host};
use precompile_runtime::{Runtime, RuntimeConfig};

/// Prints the description as JSON.
pub(crate) fn print(config: RuntimeConfig, optional: &Optional) -> Result<(), Failure> {
    let host = Host { imports: Some(imports::all(optional)), ..Runtime::with_config(config).host().clone() };
    let host = serde_json::to_string(&host);
    crate::print::print(&(host.map_err(|error| Failure::own(Code::Output, || error.to_string()))? + "\n"))
}
