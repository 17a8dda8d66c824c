//! Values with names, and the last one of them.

use precompile_runtime::wasmtime::Result;
use precompile_runtime::wasmtime::error::Context;
use std::collections::HashMap;

/// Values with names, and the last one of them.
pub(crate) struct Named<T> {
    last: Option<T>,
    by_name: HashMap<String, T>,
}

impl<T: Clone> Named<T> {
    pub(crate) fn new() -> Named<T> {
        Named { last: None, by_name: HashMap::new() }
    }

    pub(crate) fn add(&mut self, name: Option<&String>, thing: T) {
        if let Some(name) = name {
            self.by_name.insert(name.clone(), thing.clone());
        }
        self.last = Some(thing);
    }

    /// The value with this name; without one, the last.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(crate) fn get(&self, name: Option<&String>) -> Result<T> {
        let thing = match name {
            Some(name) => self.by_name.get(name).with_context(|| format!("there is no `{name}`")),
            None => self.last.as_ref().context("there is none yet"),
        };
        thing.cloned()
    }
}
