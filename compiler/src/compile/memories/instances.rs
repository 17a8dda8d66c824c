//! What a component instantiates: all of it is settled before it runs.

use super::component::{Component, Kind, Named, Step};
use super::{NONE, plus};
use precompile_artifact::manifest::Memories;
use std::collections::HashMap;
use std::rc::Rc;

/// So many components are instantiated to count what they hold; what takes more is without a maximum.
const MOST_INSTANCES: u32 = 10_000;
/// So deep may the instantiation of one stand within that of another.
const MOST_DEEP: u32 = 100;

/// Sums up what a component holds, which its host instantiates.
pub(super) fn sum(component: &Component<'_>) -> Memories {
    let mut count = Count { sum: NONE, left: MOST_INSTANCES };
    let exports = count.instantiate(component, None, &HashMap::new(), 0);
    exports.values().for_each(|item| count.add_exported(item));
    count.sum
}

type Items<'a> = HashMap<&'a str, Item<'a>>;

/// What an index stands for.
#[derive(Clone)]
enum Item<'a> {
    Module(Memories),
    /// With what is around it.
    Component(Rc<Component<'a>>, Rc<Scope<'a>>),
    /// Its exports.
    Instance(Rc<Items<'a>>),
    /// What only the host knows.
    Host,
}

/// What the indices of a component stand for so far.
#[derive(Clone, Default)]
struct Scope<'a> {
    modules: Vec<Item<'a>>,
    components: Vec<Item<'a>>,
    instances: Vec<Item<'a>>,
    outer: Option<Rc<Scope<'a>>>,
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
        items.get(index as usize).cloned().unwrap_or(Item::Host)
    }

    fn outer(&self, count: u32) -> Option<&Scope<'a>> {
        (0..count).try_fold(self, |scope, _| scope.outer.as_deref())
    }

    fn named(&self, items: &[Named<'a>]) -> Items<'a> {
        items.iter().map(|item| (item.name, self.get(item.kind, item.index))).collect()
    }
}

struct Count {
    sum: Memories,
    left: u32,
}

impl Count {
    /// Instantiates a component, and returns its exports.
    fn instantiate<'a>(
        &mut self,
        component: &Component<'a>,
        outer: Option<Rc<Scope<'a>>>,
        arguments: &Items<'a>,
        depth: u32,
    ) -> Items<'a> {
        let mut exports = Items::new();
        if self.left == 0 || depth == MOST_DEEP {
            self.sum.maximum_bytes = None;
            return exports;
        }
        self.left -= 1;
        let mut scope = Scope { outer, ..Scope::default() };
        for step in &component.steps {
            match step {
                Step::Module(memories) => scope.modules.push(Item::Module(*memories)),
                Step::Component(component) => {
                    let closure = Item::Component(Rc::clone(component), Rc::new(scope.clone()));
                    scope.components.push(closure);
                }
                Step::Import { name, kind } => {
                    scope.push(*kind, arguments.get(name).cloned().unwrap_or(Item::Host));
                }
                Step::InstantiateModule(index) => match scope.get(Kind::Module, *index) {
                    Item::Module(memories) => self.sum = plus(self.sum, memories),
                    _ => self.sum.maximum_bytes = None,
                },
                Step::Instantiate { component, arguments } => {
                    let instance = match scope.get(Kind::Component, *component) {
                        Item::Component(component, outer) => {
                            let arguments = scope.named(arguments);
                            let exports = self.instantiate(&component, Some(outer), &arguments, depth + 1);
                            Item::Instance(Rc::new(exports))
                        }
                        _ => {
                            self.sum.maximum_bytes = None;
                            Item::Host
                        }
                    };
                    scope.instances.push(instance);
                }
                Step::Bundle(items) => {
                    let items = scope.named(items);
                    scope.instances.push(Item::Instance(Rc::new(items)));
                }
                Step::Alias { instance, name, kind } => {
                    let item = match scope.get(Kind::Instance, *instance) {
                        Item::Instance(exports) => exports.get(name).cloned().unwrap_or(Item::Host),
                        _ => Item::Host,
                    };
                    scope.push(*kind, item);
                }
                Step::Outer { count, kind, index } => {
                    let item = scope.outer(*count).map_or(Item::Host, |scope| scope.get(*kind, *index));
                    scope.push(*kind, item);
                }
                Step::Export(item) => {
                    let exported = scope.get(item.kind, item.index);
                    exports.insert(item.name, exported.clone());
                    scope.push(item.kind, exported);
                }
            }
        }
        exports
    }

    /// Adds what the host may instantiate, once, as it is expected to do with every artifact.
    fn add_exported(&mut self, item: &Item<'_>) {
        match item {
            Item::Module(memories) => self.sum = plus(self.sum, *memories),
            Item::Instance(exports) => exports.values().for_each(|item| self.add_exported(item)),
            Item::Component(..) => self.sum.maximum_bytes = None,
            Item::Host => {}
        }
    }
}
