//! The JSON object that `precompile inspect` prints.

use precompile::Backend;
use precompile::artifact::Names;
use precompile::artifact::manifest::Kind;
use precompile::inspect::{Details, Inspection, Origin, Setting, Value};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::path::Path;

/// The description of an artifact. Unknown fields are `null`.
#[derive(Serialize)]
#[serde(tag = "reason", rename = "inspect")]
pub(super) struct Inspected<'a> {
    artifact: String,
    kind: &'static str,
    backend: Option<Backend>,
    target: Option<&'a str>,
    /// The full version for our artifacts, the stamped part of it for upstream's.
    wasmtime_version: &'a str,
    source_blake3: Option<String>,
    features_stamped: Option<&'a Names>,
    features_used: Option<&'a Names>,
    cpu_features: Option<&'a Names>,
    #[serde(serialize_with = "settings")]
    settings: Option<&'a [Setting]>,
    imports: Option<Vec<Import<'a>>>,
    exports: Option<Vec<Export<'a>>>,
    sections: Vec<Section<'a>>,
    /// Arguments; `null` where stock wasmtime can't load the artifact.
    stock_flags: Option<Vec<&'a str>>,
    stock_environment: Option<&'a [String]>,
    stock_obstacles: Option<&'a [String]>,
    origin: &'static str,
    platform: Option<&'static str>,
    opt_level: Option<String>,
    shared_flags: Option<BTreeMap<&'a str, &'a str>>,
    precompile_version: Option<&'a str>,
    digest_ok: Option<bool>,
    file_bytes: u64,
    padding_bytes: u64,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct Import<'a> {
    module: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
}

#[derive(Serialize)]
struct Export<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
}

#[derive(Serialize)]
struct Section<'a> {
    name: &'a str,
    offset: u64,
    bytes: u64,
    zeros_at_end: u64,
}

impl<'a> Inspected<'a> {
    pub(super) fn new(path: &Path, inspection: &'a Inspection, warnings: &'a [String]) -> Inspected<'a> {
        let manifest = inspection.manifest();
        let details = inspection.stamped.details.as_ref();
        let stock = details.map(|details| &details.stock);
        let flags = stock.filter(|stock| stock.obstacles.is_empty()).map(|stock| &stock.flags);
        Inspected {
            artifact: path.display().to_string(),
            kind: kind(inspection.kind),
            backend: inspection.backend(),
            target: inspection.target(),
            wasmtime_version: inspection.wasmtime_version(),
            source_blake3: manifest.map(|manifest| hexadecimal(&manifest.source_blake3)),
            features_stamped: inspection.features_stamped(),
            features_used: manifest.map(|manifest| &manifest.features_used),
            cpu_features: details.map(|details| &details.cpu_features),
            settings: details.map(|details| details.settings.as_slice()),
            imports: manifest.map(|manifest| {
                let imports = manifest.imports.iter();
                imports
                    .map(|import| Import { module: import.module, name: import.name, ty: import.ty })
                    .collect()
            }),
            exports: manifest.map(|manifest| {
                manifest.exports.iter().map(|export| Export { name: export.name, ty: export.ty }).collect()
            }),
            sections: inspection
                .sections
                .iter()
                .map(|section| Section {
                    name: &section.name,
                    offset: section.offset,
                    bytes: section.bytes,
                    zeros_at_end: section.zeros_at_end,
                })
                .collect(),
            stock_flags: flags
                .map(|flags| flags.iter().flat_map(|flag| [flag.option, flag.value.as_str()]).collect()),
            stock_environment: flags.and(stock).map(|stock| stock.environment.as_slice()),
            stock_obstacles: stock.map(|stock| stock.obstacles.as_slice()),
            origin: match inspection.origin {
                Origin::Ours { .. } => "precompile",
                Origin::Upstream => "wasmtime",
            },
            platform: manifest.map(|manifest| manifest.platform.name()),
            opt_level: inspection.opt_level(),
            shared_flags: details.map(shared_flags),
            precompile_version: manifest.map(|manifest| manifest.precompile_version.as_str()),
            digest_ok: match inspection.origin {
                Origin::Ours { digest_ok, .. } => Some(digest_ok),
                Origin::Upstream => None,
            },
            file_bytes: inspection.file_bytes,
            padding_bytes: inspection.padding_bytes,
            warnings,
        }
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Module => "module",
        Kind::Component => "component",
    }
}

fn shared_flags(details: &Details) -> BTreeMap<&str, &str> {
    details.shared_flags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Serializes one field for each setting, in their order.
fn settings<S: Serializer>(settings: &Option<&[Setting]>, serializer: S) -> Result<S::Ok, S::Error> {
    match settings {
        Some(settings) => {
            serializer.collect_map(settings.iter().map(|setting| (setting.name, Json(setting.value))))
        }
        None => serializer.serialize_none(),
    }
}

struct Json(Value);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Unset => serializer.serialize_none(),
            Value::Bool(on) => serializer.serialize_bool(on),
            Value::Bytes(number) | Value::Number(number) => serializer.serialize_u64(number),
            Value::Word(word) => serializer.serialize_str(word),
        }
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
