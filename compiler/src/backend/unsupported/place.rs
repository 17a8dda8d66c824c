//! Places in a module, with the names that its author gave.

use super::modules::{self, CoreModule};
use crate::module::needs::{self, Use};
use wasmparser::{ExternalKind, KnownCustom, Name, Parser, Payload, WasmFeatures};

/// A place in a module or a component. Offsets count bytes from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// For a component, the index of the core module in it, in the order of the file.
    pub module: Option<u32>,
    /// The part of the core module.
    pub site: Site,
}

/// A part of a core module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// A function.
    Function {
        /// Its index among all functions of the module, imports first.
        index: u32,
        /// Its name from the module's name section, or else from an export.
        name: Option<String>,
        /// The text name of the instruction, and its offset. `None` stands for parameters, results
        /// and locals.
        instruction: Option<(String, usize)>,
    },
    /// A section.
    Section {
        /// Its name in the specification: `tag`.
        name: &'static str,
        /// The offset of its content.
        offset: usize,
    },
}

/// Finds the first place in which a core module or a component uses any of the proposals `wanted`,
/// and those of them that it uses there. `None` if no core module uses any, or the binary is malformed.
pub(crate) fn locate(wasm: &[u8], wanted: WasmFeatures) -> Option<(Place, WasmFeatures)> {
    modules::core_modules(wasm).into_iter().find_map(|module| {
        let (found, met) = needs::first_use(module.wasm, wanted).ok()??;
        let place = match found {
            Use::Body { index, instruction } => module.function(index, instruction),
            Use::Section { id, offset } => module.place(Site::Section { name: section_name(id), offset }),
        };
        Some((place, met))
    })
}

impl CoreModule<'_> {
    /// A place in the function with the body of index `body`.
    pub(super) fn function(&self, body: usize, instruction: Option<(String, usize)>) -> Place {
        let (mut index, mut names, mut exports) = (body as u32, None, None);
        for payload in Parser::new(0).parse_all(self.wasm).map_while(Result::ok) {
            match payload {
                Payload::ImportSection(section) => index += modules::imported_functions(section),
                Payload::ExportSection(section) => exports = Some(section),
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(section) = section.as_known() {
                        names = Some(section);
                    }
                }
                _ => {}
            }
        }
        let named = names.into_iter().flatten().map_while(Result::ok).find_map(|names| match names {
            Name::Function(names) => {
                names.into_iter().map_while(Result::ok).find(|naming| naming.index == index)
            }
            _ => None,
        });
        let exported = exports.into_iter().flatten().map_while(Result::ok).find(|export| {
            matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) && export.index == index
        });
        let name = named.map(|naming| naming.name).or(exported.map(|export| export.name));
        self.place(Site::Function { index, name: name.map(String::from), instruction })
    }

    /// The place in the file of a site whose offsets count from the start of this module.
    fn place(&self, mut site: Site) -> Place {
        match &mut site {
            Site::Function { instruction: Some((_, offset)), .. } | Site::Section { offset, .. } => {
                *offset += self.start;
            }
            Site::Function { instruction: None, .. } => {}
        }
        Place { module: self.index, site }
    }
}

impl Place {
    /// The place as the subject of a sentence: ``function 12 `parse` ``.
    pub(crate) fn subject(&self) -> String {
        let mut text = match &self.site {
            Site::Function { index, name: None, .. } => format!("function {index}"),
            // A name may contain anything, also control sequences of a terminal.
            Site::Function { index, name: Some(name), .. } => {
                format!("function {index} `{}`", name.escape_debug())
            }
            Site::Section { name, .. } => format!("the {name} section"),
        };
        if let Some(module) = self.module {
            text += &format!(" of core module {module}");
        }
        text
    }

    /// The place within the subject, to follow a verb: `` in `try_table` at offset 0x3a1f``.
    pub(crate) fn locator(&self) -> String {
        match &self.site {
            Site::Function { instruction: Some((name, offset)), .. } => {
                format!(" in `{name}` at offset {offset:#x}")
            }
            Site::Function { instruction: None, .. } => " in its type or its locals".into(),
            Site::Section { offset, .. } => format!(" at offset {offset:#x}"),
        }
    }
}

/// The name of the section `id`, from the specification of the binary format.
fn section_name(id: u8) -> &'static str {
    const NAMES: [&str; 14] = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
        "tag",
    ];
    NAMES.get(usize::from(id)).unwrap_or(&"unknown")
}
