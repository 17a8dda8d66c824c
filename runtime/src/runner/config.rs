//! The variables of `wasi:config` for components: `--config`.
//!
//! The functions are wasmtime-wasi-config's.

/// The interfaces. A draft is compatible with no other version.
pub(crate) const INTERFACES: &[&str] = &["wasi:config/store@0.2.0-rc.1"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview2::tests::is_linked;
    use precompile_runtime::wasmtime::component::Linker;
    use precompile_runtime::wasmtime::{Config, Engine};
    use wasmtime_wasi_config::{WasiConfig, WasiConfigVariables, add_to_linker};

    /// The interfaces that are described as offered are those that can be linked.
    #[test]
    fn the_interfaces_are_those_that_can_be_linked() {
        let engine = Engine::new(&Config::new()).unwrap();
        let mut linker = Linker::<WasiConfigVariables>::new(&engine);
        add_to_linker(&mut linker, |variables: &mut WasiConfigVariables| WasiConfig::from(&*variables))
            .unwrap();
        for interface in INTERFACES {
            assert!(is_linked(&mut linker, interface), "{interface}");
        }
        assert!(!is_linked(&mut linker, "wasi:config/runtime@0.2.0-draft"));
    }
}
