//! WASI 0.3, for components.
//!
//! All functions but one are wasmtime-wasi's.

use crate::network::Network;
use precompile_runtime::wasmtime;
use precompile_runtime::wasmtime::component::{Accessor, Linker};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p3::bindings::sockets::ip_name_lookup::ErrorCode;
use wasmtime_wasi::p3::bindings::sockets::types::IpAddress;

/// The interfaces, with the part of their version that must be the same.
pub(crate) const INTERFACES: [&str; 21] = [
    "wasi:cli/environment@0.3",
    "wasi:cli/exit@0.3",
    "wasi:cli/stderr@0.3",
    "wasi:cli/stdin@0.3",
    "wasi:cli/stdout@0.3",
    "wasi:cli/terminal-input@0.3",
    "wasi:cli/terminal-output@0.3",
    "wasi:cli/terminal-stderr@0.3",
    "wasi:cli/terminal-stdin@0.3",
    "wasi:cli/terminal-stdout@0.3",
    "wasi:cli/types@0.3",
    "wasi:clocks/monotonic-clock@0.3",
    "wasi:clocks/system-clock@0.3",
    "wasi:clocks/types@0.3",
    "wasi:filesystem/preopens@0.3",
    "wasi:filesystem/types@0.3",
    "wasi:random/insecure-seed@0.3",
    "wasi:random/insecure@0.3",
    "wasi:random/random@0.3",
    "wasi:sockets/ip-name-lookup@0.3",
    "wasi:sockets/types@0.3",
];

/// Adds WASI 0.3 to a linker.
pub(crate) fn add_to_linker<T: WasiView + 'static>(
    linker: &mut Linker<T>,
    network: &Network,
) -> wasmtime::Result<()> {
    wasmtime_wasi::p3::add_to_linker(linker)?;
    linker.allow_shadowing(true);
    let names = network.names();
    linker.instance("wasi:sockets/ip-name-lookup@0.3.0")?.func_wrap_concurrent(
        "resolve-addresses",
        move |_: &Accessor<T>, (name,): (String,)| {
            let found = names.find(&name).map(|found| found.iter().map(|ip| IpAddress::from(*ip)).collect());
            let result: Result<Vec<IpAddress>, ErrorCode> = found.ok_or(ErrorCode::AccessDenied);
            Box::pin(async move { Ok((result,)) })
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview2::tests::{Guest, is_linked};
    use precompile_runtime::wasmtime::{Config, Engine};

    /// The interfaces that are described as offered are those that can be linked.
    #[test]
    fn the_interfaces_are_those_that_can_be_linked() {
        let mut config = Config::new();
        config.wasm_component_model_async(true);
        let engine = Engine::new(&config).unwrap();
        let mut linker = Linker::<Guest>::new(&engine);
        add_to_linker(&mut linker, &Network::default()).unwrap();
        // This one has types alone, which take no definition.
        for interface in INTERFACES.into_iter().filter(|name| *name != "wasi:cli/types@0.3") {
            assert!(is_linked(&mut linker, &format!("{interface}.0")), "{interface}");
        }
        assert!(!is_linked(&mut linker, "wasi:clocks/timezone@0.3.0"));
        assert!(!is_linked(&mut linker, "wasi:http/types@0.3.0"));
    }
}
