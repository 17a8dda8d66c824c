//! The definitions, imports, instances and exports of a component that pass on modules or components.

use std::ops::Range;
use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExport, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, Instance, Parser, Payload,
};

/// The outline of a component and of all that is nested in it.
pub(crate) struct Outline<'a> {
    /// The places of all core modules, at any depth.
    pub(crate) modules: Vec<Range<usize>>,
    /// The component itself; `None` if the nesting is too deep.
    pub(super) component: Option<Component<'a>>,
}

/// A component: its steps, in their order.
pub(super) struct Component<'a> {
    pub(super) steps: Vec<Step<'a>>,
}

/// The kinds of items that are code or contain it; each has an index space of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Component,
    Instance,
}

/// An item of the component, with the name under which it is passed on.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Kind,
    pub(super) index: u32,
}

/// A step of a component. All but `InstantiateModule` give a new item an index.
pub(super) enum Step<'a> {
    /// A core module, by its number in the outline.
    Module(usize),
    Component(Component<'a>),
    Import {
        name: &'a str,
        kind: Kind,
    },
    InstantiateModule(u32),
    Instantiate {
        component: u32,
        arguments: Vec<Named<'a>>,
    },
    /// An instance that is made of earlier items.
    Bundle(Vec<Named<'a>>),
    /// An export of an instance.
    Alias {
        instance: u32,
        name: &'a str,
        kind: Kind,
    },
    /// An item of the component `count` levels above this one.
    Outer {
        count: u32,
        kind: Kind,
        index: u32,
    },
    Export(Named<'a>),
}

/// The number of components that may be nested.
const MOST_NESTED: usize = 1000;

impl<'a> Outline<'a> {
    /// Reads a component, but not the core modules in it.
    ///
    /// # Errors
    ///
    /// Sections that don't parse.
    pub(crate) fn read(wasm: &'a [u8]) -> Result<Outline<'a>, BinaryReaderError> {
        /// The modules and components that are being read, from the outermost to the innermost.
        enum Open<'a> {
            Module(usize),
            Component(Vec<Step<'a>>),
        }
        let mut modules = Vec::new();
        let mut open = Vec::new();
        let mut outermost = Vec::new();
        let mut is_too_deep = false;
        // `parse_all` also reads nested modules and components, and reports the end of each.
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::ModuleSection { unchecked_range: range, .. } = &payload {
                // The parser reports a module that is cut off no sooner than wasmtime.
                modules.push(range.start..range.end.min(wasm.len()));
            }
            if is_too_deep {
                continue;
            }
            match &payload {
                Payload::ModuleSection { .. } => open.push(Open::Module(modules.len() - 1)),
                Payload::ComponentSection { .. } if open.len() == MOST_NESTED => is_too_deep = true,
                Payload::ComponentSection { .. } => open.push(Open::Component(Vec::new())),
                Payload::End(_) => {
                    let step = match open.pop() {
                        Some(Open::Module(number)) => Step::Module(number),
                        Some(Open::Component(steps)) => Step::Component(Component { steps }),
                        None => continue,
                    };
                    match open.last_mut() {
                        Some(Open::Component(steps)) => steps.push(step),
                        _ => outermost.push(step),
                    }
                }
                _ => match open.last_mut() {
                    Some(Open::Module(_)) => {}
                    Some(Open::Component(steps)) => section(payload, steps)?,
                    None => section(payload, &mut outermost)?,
                },
            }
        }
        let component = (!is_too_deep).then_some(Component { steps: outermost });
        Ok(Outline { modules, component })
    }
}

/// Adds the steps of a component's section.
fn section<'a>(payload: Payload<'a>, steps: &mut Vec<Step<'a>>) -> Result<(), BinaryReaderError> {
    match payload {
        Payload::ComponentImportSection(section) => {
            for import in section {
                let import = import?;
                let kind = match import.ty {
                    ComponentTypeRef::Module(_) => Kind::Module,
                    ComponentTypeRef::Component(_) => Kind::Component,
                    ComponentTypeRef::Instance(_) => Kind::Instance,
                    _ => continue,
                };
                steps.push(Step::Import { name: import.name.name, kind });
            }
        }
        Payload::InstanceSection(section) => {
            for instance in section {
                if let Instance::Instantiate { module_index, .. } = instance? {
                    steps.push(Step::InstantiateModule(module_index));
                }
            }
        }
        Payload::ComponentInstanceSection(section) => {
            for instance in section {
                steps.push(match instance? {
                    ComponentInstance::Instantiate { component_index: component, args } => {
                        let argument = |argument: &wasmparser::ComponentInstantiationArg<'a>| {
                            named(argument.name, argument.kind, argument.index)
                        };
                        Step::Instantiate { component, arguments: args.iter().filter_map(argument).collect() }
                    }
                    ComponentInstance::FromExports(exports) => {
                        Step::Bundle(exports.iter().filter_map(exported).collect())
                    }
                });
            }
        }
        Payload::ComponentAliasSection(section) => {
            for alias in section {
                steps.extend(aliased(&alias?));
            }
        }
        Payload::ComponentExportSection(section) => {
            for export in section {
                steps.extend(exported(&export?).map(Step::Export));
            }
        }
        _ => {}
    }
    Ok(())
}

fn aliased<'a>(alias: &ComponentAlias<'a>) -> Option<Step<'a>> {
    Some(match *alias {
        ComponentAlias::InstanceExport { kind, instance_index: instance, name } => {
            Step::Alias { instance, name, kind: code(kind)? }
        }
        ComponentAlias::Outer { kind, count, index } => {
            let kind = match kind {
                ComponentOuterAliasKind::CoreModule => Kind::Module,
                ComponentOuterAliasKind::Component => Kind::Component,
                _ => return None,
            };
            Step::Outer { count, kind, index }
        }
        ComponentAlias::CoreInstanceExport { .. } => return None,
    })
}

fn exported<'a>(export: &ComponentExport<'a>) -> Option<Named<'a>> {
    named(export.name.name, export.kind, export.index)
}

fn named(name: &str, kind: ComponentExternalKind, index: u32) -> Option<Named<'_>> {
    Some(Named { name, kind: code(kind)?, index })
}

/// The kind of an item; `None` if it neither is code nor contains it.
fn code(kind: ComponentExternalKind) -> Option<Kind> {
    match kind {
        ComponentExternalKind::Module => Some(Kind::Module),
        ComponentExternalKind::Component => Some(Kind::Component),
        ComponentExternalKind::Instance => Some(Kind::Instance),
        _ => None,
    }
}
