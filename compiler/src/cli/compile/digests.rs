//! The digests of a source and its artifact, for provenance.

use anyhow::Result;
use precompile::Options;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The digests of a job's source and artifact.
pub(crate) struct Digests {
    /// Those of the source, in the form of a subject.
    pub(super) source: Value,
    /// Those of the artifact.
    pub(super) artifact: Value,
    /// The fields of the artifact's recipe.
    pub(super) recipe: Vec<(String, String)>,
}

impl Digests {
    /// The digests for options that the user chose.
    ///
    /// # Errors
    ///
    /// If the bytes are no artifact.
    pub(crate) fn new(options: &Options, source: &[u8], artifact: &[u8]) -> Result<Digests> {
        // A fallback has other options than those that were asked for, and the artifact tells all but two.
        let told = Options::of_artifact(artifact)?;
        let (dense_image_max_bytes, proposals) = (options.dense_image_max_bytes, options.proposals);
        let recipe = precompile::recipe(&Options { dense_image_max_bytes, proposals, ..told });
        Ok(Digests { source: digest(source), artifact: digest(artifact), recipe: recipe.fields().to_vec() })
    }
}

/// The digests of a file, in the form of a subject.
fn digest(bytes: &[u8]) -> Value {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    json!({ "sha256": hex(&Sha256::digest(bytes)), "blake3": hex(blake3::hash(bytes).as_bytes()) })
}
