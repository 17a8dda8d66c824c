//! Calling an exported function of a component, with arguments given as text in WAVE.

use crate::args;
#[cfg(feature = "wasi-p3")]
use crate::component::executor::block_on;
use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::Store;
use precompile_runtime::wasmtime::component::types::{ComponentFunc, ComponentItem};
use precompile_runtime::wasmtime::component::wasm_wave::wasm::DisplayType;
use precompile_runtime::wasmtime::component::{Component, Func, Instance, Type, Val};
use std::ffi::OsString;

/// A call of an exported function, with its arguments.
pub(crate) struct Call {
    function: Func,
    arguments: Vec<Val>,
    results: Vec<Val>,
}

impl Call {
    /// A call of an export, with arguments given as text.
    pub(crate) fn new<T>(
        store: &mut Store<T>,
        component: &Component,
        instance: &Instance,
        name: &str,
        arguments: &[OsString],
    ) -> Result<Call, Failure> {
        let (of, function) =
            name.rsplit_once('#').map_or((None, name), |(of, function)| (Some(of), function));
        let within = of.map(|of| component.get_export_index(None, of));
        let index = match within {
            Some(None) => None,
            within => component.get_export_index(within.flatten().as_ref(), function),
        };
        let Some(function) = index.and_then(|index| instance.get_func(&mut *store, index)) else {
            return Err(Failure::own(Code::NoFunction, || {
                format!("there is no function `{name}`{}", functions(component))
            }));
        };
        let ty = function.ty(&*store);
        let arguments = typed(&ty, name, arguments)?;
        let types: Vec<_> = ty.results().collect();
        if !types.iter().all(has_text) {
            return Err(Failure::own(Code::NoText, || {
                format!("`{name}` returns a value that WAVE has no text for")
            }));
        }
        Ok(Call { function, arguments, results: vec![Val::Bool(false); types.len()] })
    }

    pub(crate) fn run<T: Send>(&mut self, store: &mut Store<T>) -> Result<(), Failure> {
        #[cfg(feature = "wasi-p3")]
        if store.engine().get_concurrency_support() {
            let call = self.function.call_async(store, &self.arguments, &mut self.results);
            return block_on(call)?.map_err(Failure::guest);
        }
        self.function.call(store, &self.arguments, &mut self.results).map_err(Failure::guest)
    }

    /// The results of the last run, one per line.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        let lines = self.results.iter().map(|result| Ok(result.to_wave()? + "\n"));
        lines.collect::<Result<String, _>>().map_err(Failure::guest)
    }
}

fn typed(ty: &ComponentFunc, name: &str, texts: &[OsString]) -> Result<Vec<Val>, Failure> {
    let parameters: Vec<_> = ty.params().collect();
    if parameters.len() != texts.len() {
        return Err(Failure::own(Code::Arguments, || {
            let named = |(name, ty): &(&str, Type)| format!(" {name}: {}", DisplayType(ty));
            let names: Vec<_> = parameters.iter().map(named).collect();
            format!("`{name}` takes {} arguments{}, not {}", parameters.len(), names.join(","), texts.len())
        }));
    }
    let values = parameters.iter().zip(texts).map(|((parameter, ty), text)| {
        let text = args::text(text)?;
        Val::from_wave(ty, text).map_err(|error| {
            Failure::own(Code::Arguments, || {
                let ty = DisplayType(ty);
                format!("`{text}` is no `{ty}` in WAVE, for `{parameter}` of `{name}`: {error}")
            })
        })
    });
    values.collect()
}

/// Returns true if WAVE has a text for values of a type. Otherwise wasmtime would panic.
fn has_text(ty: &Type) -> bool {
    match ty {
        Type::Own(_)
        | Type::Borrow(_)
        | Type::Stream(_)
        | Type::Future(_)
        | Type::ErrorContext
        | Type::Map(_) => false,
        Type::List(list) => has_text(&list.ty()),
        Type::FixedLengthList(list) => has_text(&list.ty()),
        Type::Record(record) => record.fields().all(|field| has_text(&field.ty)),
        Type::Tuple(tuple) => tuple.types().all(|ty| has_text(&ty)),
        Type::Variant(variant) => variant.cases().filter_map(|case| case.ty).all(|ty| has_text(&ty)),
        Type::Option(option) => has_text(&option.ty()),
        Type::Result(result) => [result.ok(), result.err()].iter().flatten().all(has_text),
        _ => true,
    }
}

/// The functions that can be called, for a message.
pub(crate) fn functions(component: &Component) -> String {
    let engine = component.engine();
    let ty = component.component_type();
    let mut names = Vec::new();
    for (name, item) in ty.exports(engine) {
        match item.ty {
            ComponentItem::ComponentFunc(_) => names.push(format!("`{name}`")),
            ComponentItem::ComponentInstance(instance) => {
                let exports = instance.exports(engine);
                let functions =
                    exports.filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)));
                names.extend(functions.map(|(function, _)| format!("`{name}#{function}`")));
            }
            _ => {}
        }
    }
    match names.is_empty() {
        true => "; it exports no functions".into(),
        false => format!("; `--invoke` can call {}", names.join(", ")),
    }
}
