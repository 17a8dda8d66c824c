//! The imports that a host doesn't offer, each with who provides it.

mod offers;
mod provider;
mod remedy;

pub use offers::Offers;

use crate::manifest::{Import, Kind, Manifest};
use crate::mismatch::Mismatch;
use crate::{Code, ErrorText, Escaped};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use remedy::Remedy;

/// The imports that a host doesn't offer, grouped by their provider; none if it offers all.
///
/// This is for hosts with a list of what they offer. A program that embeds the runtime may offer any imports.
pub fn unmet(manifest: &Manifest, offers: Offers<'_>) -> Vec<Mismatch> {
    let is_module = manifest.kind == Kind::Module;
    // Only object files have this import, and all of their imports are for the linker.
    let is_object = is_module && manifest.imports.iter().any(|import| import.name == "__linear_memory");
    let mut groups: Vec<(Remedy, String)> = Vec::new();
    let mut last = String::new();
    for import in &manifest.imports {
        let (name, is_offered) =
            if is_module { of_module(import, offers) } else { of_component(import, offers) };
        // Each function of an instance is an import of its own.
        if is_offered || name == last {
            continue;
        }
        let remedy = match is_module {
            true => provider::of_module(import.module, import.name, is_object, offers),
            false => provider::of_component(&name, offers),
        };
        // A name may contain any characters.
        let shown = Escaped(&name).to_string();
        match groups.iter_mut().find(|(other, _)| *other == remedy) {
            Some((_, names)) => names.extend([", ", &shown]),
            None => groups.push((remedy, shown)),
        }
        last = name;
    }
    let mut mismatches = Vec::with_capacity(groups.len());
    for (remedy, names) in groups {
        mismatches.push(Mismatch {
            code: Code::Imports,
            field: "imports",
            artifact_value: ErrorText::new(|| names),
            host_value: ErrorText::new(|| "none of them".into()),
            remedy: ErrorText::new(|| remedy.text().into()),
            full_helps: cfg!(feature = "messages") && matches!(remedy, Remedy::Feature(_)),
        });
    }
    mismatches
}

/// A module's import, as messages name it, and whether the host offers it.
fn of_module(import: Import<'_>, offers: Offers<'_>) -> (String, bool) {
    let is_offered = offers(&[import.module, "#", import.name].concat());
    ([import.module, ".", import.name].concat(), is_offered)
}

/// A component's import, usually an instance, as messages name it, and whether the host offers it.
fn of_component(import: Import<'_>, offers: Offers<'_>) -> (String, bool) {
    let name = outermost(import);
    (name.into(), offers(compatible(name)))
}

/// The interface that a component imports, with the part of its version that must be the same: `wasi:io/poll@0.2` for an
/// import of `wasi:io/poll@0.2.3`. Of an import outside of an interface, its name.
pub fn interface(import: Import<'_>) -> &str {
    compatible(outermost(import))
}

/// The outermost name of a component's import: its interface's, or else its own.
fn outermost(import: Import<'_>) -> &str {
    import.module.split('#').next().filter(|name| !name.is_empty()).unwrap_or(import.name)
}

/// The name of an instance with the part of its version that must be the same: `wasi:io/poll@0.2` for
/// `wasi:io/poll@0.2.3`.
fn compatible(name: &str) -> &str {
    let Some((_, version)) = name.split_once('@') else { return name };
    // A pre-release is compatible with no other version.
    if version.contains('-') {
        return name;
    }
    let numbers = if version.starts_with("0.") { 2 } else { 1 };
    let kept: usize = version.split('.').take(numbers).map(|number| number.len() + 1).sum();
    let dropped = (version.len() + 1).saturating_sub(kept);
    &name[..name.len() - dropped]
}
