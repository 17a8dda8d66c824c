//! The outcome of a call, in words that are the same for every backend.

use crate::check::Ended;
use conformance_list::Observed;
use precompile_runtime::wasmtime::{Extern, Instance, Store, Trap, Val};
use std::hash::{DefaultHasher, Hash, Hasher};

pub(crate) fn ended(ended: &Ended) -> Observed {
    match ended {
        Ended::Returned(results) => Observed::Returned(results.iter().map(value).collect()),
        Ended::Trapped(Trap::StackOverflow) => Observed::Exhausted,
        other => Observed::Trapped(other.text()),
    }
}

/// The content of all exported memories and globals.
pub(crate) fn state(store: &mut Store<()>, instance: Instance) -> Observed {
    let exports: Vec<_> = instance
        .exports(&mut *store)
        .map(|export| (export.name().to_string(), export.into_extern()))
        .collect();
    let state = |(name, export): (String, Extern)| match export {
        Extern::Global(global) => Some((name, value(&global.get(&mut *store)))),
        Extern::Memory(memory) => {
            let data = memory.data(&*store);
            let mut hasher = DefaultHasher::new();
            data.hash(&mut hasher);
            Some((name, format!("{} bytes, {:016x}", data.len(), hasher.finish())))
        }
        _ => None,
    };
    Observed::State(exports.into_iter().filter_map(state).collect())
}

/// A value as text. References only tell whether they are null.
fn value(value: &Val) -> String {
    match value {
        Val::FuncRef(reference) => reference.map_or("null".into(), |_| "a function".into()),
        Val::ExternRef(reference) => reference.map_or("null".into(), |_| "the host's".into()),
        Val::AnyRef(reference) => reference.map_or("null".into(), |_| "the guest's".into()),
        other => format!("{other:?}"),
    }
}
