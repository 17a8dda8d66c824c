//! The imports and exports of a component: functions and resources, at any depth of instances.
//!
//! Aliases of types are left out: a host needn't provide them. Functions refer to them by name.

use super::component_types::TypeTexts;
use super::items::Interface;
use precompile_artifact::manifest::{Export, Import};
use std::collections::HashSet;
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentItem, ResourceId};
use wasmparser::{BinaryReaderError, Parser, Payload, ValidPayload, Validator, WasmFeatures};

/// The separator between the names of an instance and of its export.
const SEPARATOR: &str = "#";

/// Reads a component's interface.
///
/// # Errors
///
/// A component that is invalid even without its functions' bodies.
pub(super) fn read(wasm: &[u8]) -> Result<Interface, BinaryReaderError> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    let mut interface = Interface::default();
    // The number of open components and modules.
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section.clone() {
                    imports.push(import?.name.name);
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section.clone() {
                    exports.push(export?.name.name);
                }
            }
            _ => {}
        }
        if let ValidPayload::End(types) = validator.payload(&payload)?
            && depth == 0
        {
            let mut walk = Walk { texts: TypeTexts::new(&types), resources: HashSet::new() };
            let imports = imports.iter().map(|name| (*name, types.component_item_for_import(name)));
            for (mut path, ty) in walk.all(imports) {
                let name = path.pop().unwrap_or_default();
                interface.imports.push(Import { module: &path.join(SEPARATOR), name, ty: &ty });
            }
            let exports = exports.iter().map(|name| (*name, types.component_item_for_export(name)));
            for (path, ty) in walk.all(exports) {
                interface.exports.push(Export { name: &path.join(SEPARATOR), ty: &ty });
            }
        }
    }
    Ok(interface)
}

/// The names that lead to an item through instances, and its type's text.
type Entry<'a> = (Vec<&'a str>, String);

struct Walk<'a> {
    texts: TypeTexts<'a>,
    /// The resources so far: another type that refers to one of them is no new resource.
    resources: HashSet<ResourceId>,
}

impl<'a> Walk<'a> {
    fn all(&mut self, items: impl Iterator<Item = (&'a str, Option<&'a ComponentItem>)>) -> Vec<Entry<'a>> {
        let mut entries = Vec::new();
        for (name, item) in items {
            if let Some(item) = item {
                self.item(&mut vec![name], item.ty, &mut entries);
            }
        }
        entries
    }

    fn item(&mut self, path: &mut Vec<&'a str>, ty: ComponentEntityType, entries: &mut Vec<Entry<'a>>) {
        let text = match ty {
            ComponentEntityType::Func(id) => self.texts.function(id),
            ComponentEntityType::Value(ty) => format!("(value {})", self.texts.value(ty)),
            ComponentEntityType::Module(_) => "(core module)".into(),
            ComponentEntityType::Component(_) => "(component)".into(),
            ComponentEntityType::Instance(id) => {
                for (name, item) in &self.texts.types[id].exports {
                    path.push(name);
                    self.item(path, item.ty, entries);
                    path.pop();
                }
                return;
            }
            ComponentEntityType::Type { created, .. } => {
                self.texts.name(created, path.last().copied().unwrap_or_default());
                match created {
                    ComponentAnyTypeId::Resource(id) if self.resources.insert(id.resource()) => {
                        "(type (sub resource))".into()
                    }
                    _ => return,
                }
            }
        };
        entries.push((path.clone(), text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<[String; 3]>, Vec<[String; 2]>) {
        let interface = super::read(&wat::parse_str(text).unwrap()).unwrap();
        let import = |import: Import<'_>| [import.module, import.name, import.ty].map(String::from);
        let export = |export: Export<'_>| [export.name, export.ty].map(String::from);
        (interface.imports.iter().map(import).collect(), interface.exports.iter().map(export).collect())
    }

    #[test]
    fn functions_and_resources_are_listed_at_any_depth() {
        let (imports, exports) = read(
            r#"(component
                (import "log" (func (param "line" string)))
                (import "wasi:io/streams@0.2.0" (instance $streams
                    (export "output-stream" (type $stream (sub resource)))
                    (type $code' (enum "closed" "full"))
                    (export "code" (type $code (eq $code')))
                    (type $borrow (borrow $stream))
                    (type $bytes (list u8))
                    (type $result (result (error $code)))
                    (export "[method]output-stream.write"
                        (func (param "self" $borrow) (param "bytes" $bytes) (result $result)))))
                (alias export $streams "output-stream" (type $stream))
                (import "wasi:cli/stdout@0.2.0" (instance
                    (alias outer 1 $stream (type $stream'))
                    (export "output-stream" (type $stream (eq $stream')))
                    (type $own (own $stream))
                    (export "get-stdout" (func (result $own)))))
                (import "a" (instance (export "b" (instance (export "c" (func async))))))
                (import "plugin" (core module))
                (component $inner
                    (import "nothing" (func))
                    (type $thing (resource (rep i32)))
                    (export $named "thing" (type $thing))
                    (core module $m (func (export "run") (result i32) unreachable))
                    (core instance $i (instantiate $m))
                    (func (export "make") (result (own $named)) (canon lift (core func $i "run"))))
                (import "nothing" (func $nothing))
                (instance $inner (instantiate $inner (with "nothing" (func $nothing))))
                (export "example:thing/maker@1.0.0" (instance $inner))
                (export "nothing" (func $nothing)))"#,
        );
        let streams = "wasi:io/streams@0.2.0";
        let expected = [
            ["", "log", r#"(func (param "line" string))"#],
            [streams, "output-stream", "(type (sub resource))"],
            [
                streams,
                "[method]output-stream.write",
                r#"(func (param "self" (borrow $output-stream)) (param "bytes" (list u8)) (result (result (error $code))))"#,
            ],
            ["wasi:cli/stdout@0.2.0", "get-stdout", "(func (result (own $output-stream)))"],
            ["a#b", "c", "(func async)"],
            ["", "plugin", "(core module)"],
            ["", "nothing", "(func)"],
        ];
        assert_eq!(imports, expected);
        let expected = [
            ["example:thing/maker@1.0.0#thing", "(type (sub resource))"],
            ["example:thing/maker@1.0.0#make", "(func (result (own $thing)))"],
            ["nothing", "(func)"],
        ];
        assert_eq!(exports, expected);
    }
}
