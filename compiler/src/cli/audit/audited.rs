//! An artifact that is audited.

use crate::unreadable;
use precompile::artifact::audit::{Features, Settings, Subject, Versions};
use precompile::artifact::trailer::{self, ReadError};
use precompile::artifact::{Manifest, escaped_path};
use precompile::inspect::{InspectError, Inspection, Value, inspect};
use std::path::Path;

/// The place of an artifact.
pub(super) enum Origin<'a> {
    /// A file, or a folder where a failure is about one.
    File(&'a Path),
    /// An entry of the cache.
    Cache {
        /// The digest of the entry's key.
        key: String,
        /// The name of the module when it was compiled, where it is known.
        input: Option<&'a str>,
    },
}

impl Origin<'_> {
    /// The name for people.
    pub(super) fn name(&self) -> String {
        match self {
            Origin::File(path) => format!("`{}`", escaped_path(path)),
            Origin::Cache { key, input: None } => format!("the cache's entry {}", &key[..16]),
            Origin::Cache { key, input: Some(input) } => {
                format!("the cache's entry {} of `{input}`", &key[..16])
            }
        }
    }

    /// The path of a file.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Origin::File(path) => Some(path),
            Origin::Cache { .. } => None,
        }
    }

    /// The error for bytes that can't be audited.
    pub(super) fn error(&self, bytes: &[u8], error: InspectError) -> anyhow::Error {
        match (self, error) {
            (Origin::File(path), InspectError::Read(error)) => unreadable::no_artifact(path, bytes, &error),
            (_, error) => anyhow::Error::from(error).context(self.name()),
        }
    }
}

/// An artifact that is audited.
pub(super) enum Audited {
    /// One of `precompile`'s, by its manifest.
    Ours(Box<Manifest>),
    /// One of wasmtime's own, by its stamp.
    Upstream(Box<Inspection>),
}

impl Audited {
    /// Reads an artifact. Any bytes may be given.
    ///
    /// # Errors
    ///
    /// If they are no artifact, or a damaged one.
    pub(super) fn read(bytes: &[u8]) -> Result<Audited, InspectError> {
        match trailer::read(bytes) {
            Ok(trailer) => Ok(Audited::Ours(Box::new(trailer.manifest))),
            Err(ReadError::NoTrailer { .. }) => Ok(Audited::Upstream(Box::new(inspect(bytes)?))),
            Err(error) => Err(error.into()),
        }
    }

    /// Calls a function with the facts that an audit needs.
    pub(super) fn with_subject<T>(&self, audit: impl FnOnce(&Subject<'_>) -> T) -> T {
        let inspection = match self {
            Audited::Ours(manifest) => return audit(&Subject::from(&**manifest)),
            Audited::Upstream(inspection) => inspection,
        };
        let details = inspection.stamped.details.as_ref();
        let setting = |name: &str| {
            let setting = details?.settings.iter().find(|setting| setting.name == name)?;
            match setting.value {
                Value::Bool(on) => Some(on.into()),
                Value::Bytes(number) | Value::Number(number) => Some(number),
                Value::Unset | Value::Word(_) => None,
            }
        };
        audit(&Subject {
            versions: Versions::of(inspection.wasmtime_version()),
            kind: Some(inspection.kind),
            backend: inspection.backend(),
            target: inspection.target(),
            cpu_features: details.map(|details| &details.cpu_features),
            features: details.map_or(Features::Unknown, |details| Features::Allowed(&details.features)),
            settings: details.map_or(Settings::Unknown, |_| Settings::Named(&setting)),
        })
    }

    /// Wasmtime's version: in full for our artifacts; for wasmtime's own, what it stamped.
    pub(super) fn wasmtime_version(&self) -> &str {
        match self {
            Audited::Ours(manifest) => &manifest.wasmtime_version,
            Audited::Upstream(inspection) => inspection.wasmtime_version(),
        }
    }

    /// The version, the backend and the target for people, as far as they are known.
    pub(super) fn compiler(&self) -> String {
        let version = self.wasmtime_version();
        let patch = if version.contains('.') { "" } else { ", patch unknown" };
        let mut compiler = format!("wasmtime {version}{patch}");
        self.with_subject(|subject| {
            let parts = [subject.backend.map(|backend| backend.name()), subject.target];
            parts.into_iter().flatten().for_each(|part| compiler.extend([", ", part]));
        });
        compiler
    }
}
