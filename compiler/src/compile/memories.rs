//! How much memory a module or component may come to hold.

use precompile_artifact::manifest::Memories;
use std::collections::HashSet;
use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    Instance, MemoryType, Parser, Payload,
};

/// Where a memory says nothing else, its pages have 64 KiB.
const PAGE_SIZE_LOG2: u32 = 16;

/// Sums up the memories that a core module defines, or that the core modules nested in a component
/// define, each module counted once. Memories that a core module imports are not its own, shared
/// ones are like any other. More bytes than a `u64` counts become the most that it counts.
///
/// There is no maximum where a component instantiates one module, or one component in it, more than
/// once, or under another index that an alias gives it.
///
/// # Errors
///
/// Where the sections don't parse.
pub(crate) fn read(wasm: &[u8]) -> Result<Memories, BinaryReaderError> {
    let mut sum = Memories { initial_bytes: 0, maximum_bytes: Some(0) };
    let mut once = true;
    // What each component, from the outermost to the one being read, has instantiated so far.
    let mut instantiated = vec![HashSet::new()];
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    sum.initial_bytes = sum.initial_bytes.saturating_add(bytes(&memory, memory.initial));
                    sum.maximum_bytes = sum
                        .maximum_bytes
                        .zip(memory.maximum)
                        .map(|(sum, pages)| sum.saturating_add(bytes(&memory, pages)));
                }
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                instantiated.push(HashSet::new());
            }
            Payload::End(_) => drop(instantiated.pop()),
            Payload::InstanceSection(section) => {
                for instance in section {
                    if let Instance::Instantiate { module_index, .. } = instance? {
                        once &= new(&mut instantiated, ("module", module_index));
                    }
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    if let ComponentInstance::Instantiate { component_index, .. } = instance? {
                        once &= new(&mut instantiated, ("component", component_index));
                    }
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    once &= !is_of_code(&alias?);
                }
            }
            _ => {}
        }
    }
    sum.maximum_bytes = sum.maximum_bytes.filter(|bytes| once || *bytes == 0);
    Ok(sum)
}

type Instantiated = HashSet<(&'static str, u32)>;

/// Notes what the innermost component instantiates, and whether that is new.
fn new(instantiated: &mut [Instantiated], index: (&'static str, u32)) -> bool {
    instantiated.last_mut().is_none_or(|innermost| innermost.insert(index))
}

/// Whether an alias gives a module or a component another index.
fn is_of_code(alias: &ComponentAlias) -> bool {
    matches!(
        alias,
        ComponentAlias::InstanceExport {
            kind: ComponentExternalKind::Module | ComponentExternalKind::Component,
            ..
        } | ComponentAlias::Outer {
            kind: ComponentOuterAliasKind::CoreModule | ComponentOuterAliasKind::Component,
            ..
        }
    )
}

fn bytes(memory: &MemoryType, pages: u64) -> u64 {
    let page_size = 1u64.checked_shl(memory.page_size_log2.unwrap_or(PAGE_SIZE_LOG2));
    pages.saturating_mul(page_size.unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_summed() {
        const PAGE: u64 = 1 << 16;
        for (text, initial_bytes, maximum_bytes) in [
            ("(module)", 0, Some(0)),
            ("(module (memory 2))", 2 * PAGE, None),
            ("(module (memory 1 3) (memory 0 1))", PAGE, Some(4 * PAGE)),
            ("(module (memory 1 3) (memory 1))", 2 * PAGE, None),
            ("(module (memory 1 2 shared))", PAGE, Some(2 * PAGE)),
            ("(module (memory 5 7 (pagesize 1)))", 5, Some(7)),
            (r#"(module (import "" "" (memory 9)) (memory 1 1))"#, PAGE, Some(PAGE)),
            ("(module (memory i64 1 0x1000000000000))", PAGE, Some(u64::MAX)),
            ("(component)", 0, Some(0)),
            (
                "(component (core module (memory 1 2)) (component (core module (memory 3 4))))",
                4 * PAGE,
                Some(6 * PAGE),
            ),
            ("(component (core module (memory 1 2)) (component (core module (memory 3))))", 4 * PAGE, None),
            (
                "(component (core module $m (memory 1 2)) (core instance (instantiate $m)))",
                PAGE,
                Some(2 * PAGE),
            ),
            (
                "(component (core module $m (memory 1 2)) (core instance (instantiate $m))
                    (core instance (instantiate $m)))",
                PAGE,
                None,
            ),
            (
                "(component (component $c (core module $m (memory 1 2)) (core instance (instantiate $m)))
                    (instance (instantiate $c)) (instance (instantiate $c)))",
                PAGE,
                None,
            ),
            (
                "(component $o (core module $m (memory 1 2)) (core instance (instantiate $m))
                    (component (alias outer $o $m (core module $n)) (core instance (instantiate $n))))",
                PAGE,
                None,
            ),
        ] {
            let memories = read(&wat::parse_str(text).unwrap()).unwrap();
            assert_eq!(memories, Memories { initial_bytes, maximum_bytes }, "{text}");
        }
    }
}
