//! `wasi:keyvalue` for components, in memory: `--keyvalue`.
//!
//! Wasmtime's crate for it has no limit for what guests store, and gives each handle a copy of its own.

mod bucket;
mod content;
mod functions;
mod options;
mod refusal;
mod wit;

pub(crate) use bucket::Bucket;
pub(crate) use functions::{View, add_to_linker};
pub(crate) use options::Options;

/// The interfaces. A draft is compatible with no other version.
pub(crate) const INTERFACES: &[&str] = &[
    "wasi:keyvalue/atomics@0.2.0-draft",
    "wasi:keyvalue/batch@0.2.0-draft",
    "wasi:keyvalue/store@0.2.0-draft",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview2::tests::is_linked;
    use precompile_runtime::wasmtime::component::{Linker, ResourceTable};
    use precompile_runtime::wasmtime::{Config, Engine};
    use std::sync::Arc;

    /// The state of a linker without guests.
    struct Guest(ResourceTable);

    impl View for Guest {
        fn keyvalue(&mut self) -> (&mut ResourceTable, Option<&Arc<Bucket>>) {
            (&mut self.0, None)
        }
    }

    /// The interfaces that are described as offered are those that can be linked.
    #[test]
    fn the_interfaces_are_those_that_can_be_linked() {
        let engine = Engine::new(&Config::new()).unwrap();
        let mut linker = Linker::<Guest>::new(&engine);
        add_to_linker(&mut linker).unwrap();
        for interface in INTERFACES {
            assert!(is_linked(&mut linker, interface), "{interface}");
        }
        assert!(!is_linked(&mut linker, "wasi:keyvalue/watcher@0.2.0-draft"));
    }
}
