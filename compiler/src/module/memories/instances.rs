//! The instances of a component, which are all known before it runs.

use super::component::{Component, Kind, Named, Step};
use super::sum::{NONE, plus};
use precompile_artifact::manifest::Memories;
use std::collections::HashMap;

/// The number of steps for counting a component's memories. A component that takes more has no maximum.
pub(super) const MOST_STEPS: usize = 100_000;
/// The number of bytes of a name that count as a step.
pub(super) const STEP_BYTES: usize = 64;
/// The depth of nested instantiations.
const MOST_LEVELS: u32 = 100;

/// Sums up the memories of a component that its host instantiates, from those of the core modules in it.
pub(super) fn sum(component: &Component<'_>, modules: &[Memories]) -> Memories {
    let mut count = Count { modules, sum: NONE, left: MOST_STEPS, scopes: Vec::new(), instances: Vec::new() };
    let exports = count.instantiate(component, None, &Items::new(), 0);
    count.add_exported(exports.into_values().collect());
    count.sum
}

type Items<'a> = HashMap<&'a str, Item<'a>>;

/// The item at an index.
#[derive(Clone, Copy)]
enum Item<'a> {
    Module(Memories),
    /// A component, with the number of the scope around it.
    Component(&'a Component<'a>, usize),
    /// An instance, by the number of its exports.
    Instance(usize),
    /// An item that only the host knows.
    Host,
}

/// The items of a component so far, by their indices.
#[derive(Default)]
struct Scope<'a> {
    modules: Vec<Item<'a>>,
    components: Vec<Item<'a>>,
    instances: Vec<Item<'a>>,
    outer: Option<usize>,
}

impl<'a> Scope<'a> {
    fn push(&mut self, kind: Kind, item: Item<'a>) {
        match kind {
            Kind::Module => self.modules.push(item),
            Kind::Component => self.components.push(item),
            Kind::Instance => self.instances.push(item),
        }
    }

    fn get(&self, kind: Kind, index: u32) -> Item<'a> {
        let items = match kind {
            Kind::Module => &self.modules,
            Kind::Component => &self.components,
            Kind::Instance => &self.instances,
        };
        items.get(index as usize).copied().unwrap_or(Item::Host)
    }
}

struct Count<'a> {
    /// The memories of each core module.
    modules: &'a [Memories],
    sum: Memories,
    /// The number of steps left.
    left: usize,
    /// The scopes of all instantiated components: a definition may outlast the instantiation. Scopes refer to each
    /// other by number, so that none is copied or dropped recursively.
    scopes: Vec<Scope<'a>>,
    /// The exports of every instance.
    instances: Vec<Items<'a>>,
}

impl<'a> Count<'a> {
    /// Takes a number of steps, if they are left. Otherwise there is no maximum.
    fn take(&mut self, steps: usize) -> bool {
        let left = self.left.checked_sub(steps);
        if left.is_none() {
            self.sum.maximum_bytes = None;
        }
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Instantiates a component, and returns its exports.
    fn instantiate(
        &mut self,
        component: &'a Component<'a>,
        outer: Option<usize>,
        arguments: &Items<'a>,
        depth: u32,
    ) -> Items<'a> {
        let mut exports = Items::new();
        if depth == MOST_LEVELS {
            self.sum.maximum_bytes = None;
            return exports;
        }
        let own = self.scopes.len();
        self.scopes.push(Scope { outer, ..Scope::default() });
        for step in &component.steps {
            if !self.take(steps(step)) {
                break;
            }
            let (kind, item) = match step {
                Step::Module(number) => (Kind::Module, Item::Module(self.modules[*number])),
                Step::Component(component) => (Kind::Component, Item::Component(component, own)),
                Step::Import { name, kind } => (*kind, arguments.get(name).copied().unwrap_or(Item::Host)),
                Step::InstantiateModule(index) => {
                    match self.scopes[own].get(Kind::Module, *index) {
                        Item::Module(memories) => self.sum = plus(self.sum, memories),
                        _ => self.sum.maximum_bytes = None,
                    }
                    continue;
                }
                Step::Instantiate { component, arguments } => {
                    let instance = match self.scopes[own].get(Kind::Component, *component) {
                        Item::Component(component, outer) => {
                            let arguments = self.named(own, arguments);
                            let exports = self.instantiate(component, Some(outer), &arguments, depth + 1);
                            self.instance(exports)
                        }
                        _ => {
                            self.sum.maximum_bytes = None;
                            Item::Host
                        }
                    };
                    (Kind::Instance, instance)
                }
                Step::Bundle(items) => {
                    let items = self.named(own, items);
                    (Kind::Instance, self.instance(items))
                }
                Step::Alias { instance, name, kind } => {
                    let item = match self.scopes[own].get(Kind::Instance, *instance) {
                        Item::Instance(number) => self.instances[number].get(name).copied(),
                        _ => None,
                    };
                    (*kind, item.unwrap_or(Item::Host))
                }
                Step::Outer { count, kind, index } => {
                    let scope = (0..*count).try_fold(own, |scope, _| self.scopes[scope].outer);
                    (*kind, scope.map_or(Item::Host, |scope| self.scopes[scope].get(*kind, *index)))
                }
                Step::Export(item) => {
                    let exported = self.scopes[own].get(item.kind, item.index);
                    exports.insert(item.name, exported);
                    (item.kind, exported)
                }
            };
            self.scopes[own].push(kind, item);
        }
        exports
    }

    fn named(&self, scope: usize, items: &[Named<'a>]) -> Items<'a> {
        items.iter().map(|item| (item.name, self.scopes[scope].get(item.kind, item.index))).collect()
    }

    fn instance(&mut self, exports: Items<'a>) -> Item<'a> {
        self.instances.push(exports);
        Item::Instance(self.instances.len() - 1)
    }

    /// Adds the exported modules, which the host may instantiate: each once, as for every artifact.
    fn add_exported(&mut self, mut items: Vec<Item<'a>>) {
        while let Some(item) = items.pop() {
            if !self.take(1) {
                return;
            }
            match item {
                Item::Module(memories) => self.sum = plus(self.sum, memories),
                // An instance is counted for each of its exports.
                Item::Instance(number) => items.extend(self.instances[number].values()),
                Item::Component(..) => self.sum.maximum_bytes = None,
                Item::Host => {}
            }
        }
    }
}

/// The cost of a step, in steps. It grows with the step's time and memory.
fn steps(step: &Step<'_>) -> usize {
    let of_name = |name: &str| 1 + name.len() / STEP_BYTES;
    match step {
        Step::Module(_) | Step::Component(_) | Step::InstantiateModule(_) => 1,
        Step::Import { name, .. } | Step::Alias { name, .. } => of_name(name),
        Step::Instantiate { arguments: items, .. } | Step::Bundle(items) => {
            1 + items.iter().map(|item| of_name(item.name)).sum::<usize>()
        }
        Step::Outer { count, .. } => (*count as usize).saturating_add(1),
        Step::Export(item) => of_name(item.name),
    }
}
