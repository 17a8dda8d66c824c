//! The memory that a module or component may use: the sum of the memories that a core module defines, or that the core
//! modules define which a component instantiates or exports. A core module counts once for each time, under any name.
//! Imported memories of a core module don't count, shared ones do. The sum saturates at the largest `u64`.
//!
//! There is no maximum if a component instantiates modules that only its host knows, or if counting takes too many
//! steps.

mod component;
mod instances;
mod sum;
#[cfg(test)]
mod tests;

pub(super) use component::Outline;
pub(super) use sum::{NONE, plus, size};

use precompile_artifact::manifest::Memories;

/// Sums up the memories of a component, from those of the core modules that its outline lists.
pub(super) fn of_component(outline: &Outline<'_>, modules: &[Memories]) -> Memories {
    let sum = outline.component.as_ref().map(|component| instances::sum(component, modules));
    sum.unwrap_or(Memories { initial_bytes: 0, maximum_bytes: None })
}
