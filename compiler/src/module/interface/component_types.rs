//! The component model's types in the text format.

use std::collections::HashMap;
use std::iter;
use wasmparser::component_types::{
    AliasableResourceId, ComponentAnyTypeId, ComponentDefinedType, ComponentDefinedTypeId,
    ComponentFuncTypeId, ComponentValType,
};
use wasmparser::types::Types;

/// The texts of types: a type with a name is written as `$name`, any other in full.
pub(super) struct TypeTexts<'a> {
    pub(super) types: &'a Types,
    names: HashMap<ComponentAnyTypeId, &'a str>,
}

impl<'a> TypeTexts<'a> {
    pub(super) fn new(types: &'a Types) -> TypeTexts<'a> {
        TypeTexts { types, names: HashMap::new() }
    }

    /// Names a type, which is then written by its name.
    pub(super) fn name(&mut self, ty: ComponentAnyTypeId, name: &'a str) {
        self.names.insert(ty, name);
    }

    /// A function: `(func async (param "path" string) (result u32))`.
    pub(super) fn function(&self, id: ComponentFuncTypeId) -> String {
        let ty = &self.types[id];
        let keyword = if ty.async_ { "func async" } else { "func" };
        let params = ty.params.iter().map(|(name, ty)| format!("(param \"{name}\" {})", self.value(*ty)));
        let result = ty.result.map(|ty| format!("(result {})", self.value(ty)));
        list(keyword, params.chain(result))
    }

    /// The type of a value: `u8`, `$point`, `(list string)`.
    pub(super) fn value(&self, ty: ComponentValType) -> String {
        match ty {
            ComponentValType::Primitive(ty) => ty.to_string(),
            ComponentValType::Type(id) => match self.name_of(ComponentAnyTypeId::Defined(id)) {
                Some(name) => format!("${name}"),
                None => self.defined(id),
            },
        }
    }

    fn defined(&self, id: ComponentDefinedTypeId) -> String {
        match &self.types[id] {
            ComponentDefinedType::Primitive(ty) => ty.to_string(),
            ComponentDefinedType::Record(ty) => {
                let field =
                    |(name, ty): (_, &ComponentValType)| format!("(field \"{name}\" {})", self.value(*ty));
                list("record", ty.fields.iter().map(field))
            }
            ComponentDefinedType::Variant(ty) => {
                let cases = ty.cases.iter();
                list(
                    "variant",
                    cases.map(|(name, case)| list(&format!("case \"{name}\""), self.optional(case.ty))),
                )
            }
            ComponentDefinedType::List { element, .. } => list("list", [self.value(*element)]),
            ComponentDefinedType::FixedLengthList { element, length, .. } => {
                list("list", [self.value(*element), length.to_string()])
            }
            ComponentDefinedType::Map { key, value, .. } => {
                list("map", [self.value(*key), self.value(*value)])
            }
            ComponentDefinedType::Tuple(ty) => list("tuple", ty.types.iter().map(|ty| self.value(*ty))),
            ComponentDefinedType::Flags(names) => {
                list("flags", names.iter().map(|name| format!("\"{name}\"")))
            }
            ComponentDefinedType::Enum(names) => list("enum", names.iter().map(|name| format!("\"{name}\""))),
            ComponentDefinedType::Option { ty, .. } => list("option", [self.value(*ty)]),
            ComponentDefinedType::Result { ok, err, .. } => {
                let error = self.optional(*err).map(|ty| list("error", [ty]));
                list("result", self.optional(*ok).into_iter().chain(error))
            }
            ComponentDefinedType::Own(id) => list("own", [self.resource(*id)]),
            ComponentDefinedType::Borrow(id) => list("borrow", [self.resource(*id)]),
            ComponentDefinedType::Future { ty, .. } => list("future", self.optional(*ty)),
            ComponentDefinedType::Stream { ty, .. } => list("stream", self.optional(*ty)),
        }
    }

    fn optional(&self, ty: Option<ComponentValType>) -> Option<String> {
        ty.map(|ty| self.value(ty))
    }

    /// The name of a resource. An interface has only imported or exported resources, so each has a name.
    fn resource(&self, id: AliasableResourceId) -> String {
        format!("${}", self.name_of(ComponentAnyTypeId::Resource(id)).unwrap_or("resource"))
    }

    /// The name of a type, or of the nearest type that it is an alias of.
    fn name_of(&self, ty: ComponentAnyTypeId) -> Option<&'a str> {
        let same = iter::successors(Some(ty), |ty| self.types.peel_alias(*ty));
        same.into_iter().find_map(|ty| self.names.get(&ty).copied())
    }
}

/// A list in the text format: `(keyword item item)`.
fn list(keyword: &str, items: impl IntoIterator<Item = String>) -> String {
    let words: Vec<_> = iter::once(keyword.into()).chain(items).collect();
    format!("({})", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{Validator, WasmFeatures};

    #[test]
    fn types_without_a_name_are_written_in_full() {
        for text in [
            "bool",
            "string",
            r#"(record (field "x" u32) (field "y" (list f32)))"#,
            r#"(variant (case "none") (case "some" (tuple s8 u64)))"#,
            "(list (list u8))",
            "(list s16 4)",
            "(map string char)",
            "(tuple bool f64)",
            r#"(flags "read" "write")"#,
            r#"(enum "up" "down")"#,
            "(option (result))",
            "(result u8)",
            "(result (error string))",
            "(result u8 (error string))",
            "(future)",
            "(future u16)",
            "(stream)",
            "(stream s64)",
            "error-context",
        ] {
            let wasm = wat::parse_str(format!("(component (type (option {text})))")).unwrap();
            let types = Validator::new_with_features(WasmFeatures::all()).validate_all(&wasm).unwrap();
            let last = types.as_ref().component_type_count() - 1;
            let id = types.as_ref().component_defined_type_at(last);
            let value = TypeTexts::new(&types).value(ComponentValType::Type(id));
            assert_eq!(value, format!("(option {text})"));
        }
    }
}
