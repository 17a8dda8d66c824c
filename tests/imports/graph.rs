//! The graph of imports: imports that cross a wall, and circles.

use crate::Walls;
use crate::crate_sources::Imports;
use std::collections::BTreeSet;

/// The imports that the walls forbid. In a wall's list, `*` stands for every file at the top.
pub(crate) fn trespasses(imports: &Imports, walls: Walls) -> Vec<String> {
    let top = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let is_folder = |name: &str| imports.keys().any(|module| module.starts_with(&format!("{name}::")));
    let mut found = Vec::new();
    for (module, imported) in imports {
        let from = top(module);
        let Some((_, allowed)) = walls.iter().find(|(folder, _)| *folder == from) else { continue };
        for other in imported {
            let to = top(other);
            let is_allowed =
                from == to || allowed.contains(&&*to) || allowed.contains(&"*") && !is_folder(&to);
            if !is_allowed {
                found.push(format!("`{module}` imports `{other}`"));
            }
        }
    }
    found
}

/// A circle of imports among files, if there is one.
pub(crate) fn circle(imports: &Imports) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    imports.keys().find_map(|module| walk(imports, module, &mut Vec::new(), &mut done))
}

/// The circle on the ways from a module, to which `way` has led.
fn walk(
    imports: &Imports,
    module: &str,
    way: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(start) = way.iter().position(|passed| passed == module) {
        return Some(way[start..].iter().cloned().chain([module.into()]).collect());
    }
    if done.contains(module) {
        return None;
    }
    way.push(module.into());
    let found = imports.get(module).into_iter().flatten().find_map(|next| walk(imports, next, way, done));
    way.pop();
    done.insert(module.into());
    found
}
