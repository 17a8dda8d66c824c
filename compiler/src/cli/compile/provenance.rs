//! `--provenance`: the origin of each artifact, as in-toto statements (v1) with SLSA's provenance (v1) as their predicate.
//! The formats are those of <https://github.com/in-toto/attestation> and <https://slsa.dev/spec/v1.0/provenance>.

use crate::compile::digests::Digests;
use crate::compile::job::Job;
use crate::compile::outcome::JobOutcome;
use crate::interrupt;
use anyhow::Result;
use precompile::Destination;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The type of a statement in an envelope.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The type of what is done here, by which a reader knows the parameters.
const BUILD_TYPE: &str = "precompile:compile/v1";
/// The fields of a recipe that the build of this command determines, and no option.
const INTERNAL: [&str; 4] = ["wasmtime_version", "precompile_version", "built_from", "format"];

/// The provenance of all artifacts, in the order of the inputs.
#[derive(Default)]
pub(crate) struct Provenance {
    statements: Mutex<BTreeMap<usize, String>>,
}

impl Provenance {
    /// Adds the artifact of a job, if its digests are known.
    pub(crate) fn add(&self, job: &Job, outcome: &JobOutcome, builder: &str) {
        let Some(digests) = &outcome.digests else { return };
        let statement = statement(&job.input.path, &job.output.path, builder, digests).to_string();
        let mut statements = self.statements.lock().unwrap_or_else(PoisonError::into_inner);
        statements.insert(job.order, job.signatures.envelope(PAYLOAD_TYPE, statement));
    }

    /// Writes the statements to a file, a line each.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let statements = self.statements.lock().unwrap_or_else(PoisonError::into_inner);
        let text: String = statements.values().flat_map(|line| [line, "\n"]).collect();
        let destination = Destination::named(path, Path::new(""));
        let _guard = (!destination.is_stream()).then(interrupt::hold_off);
        destination.write(text.as_bytes())?;
        Ok(())
    }
}

/// The statement of one artifact. It holds no time, so that the same build says the same.
fn statement(input: &Path, output: &Path, builder: &str, digests: &Digests) -> Value {
    let mut parameters = [Map::new(), Map::new()];
    for (name, value) in &digests.recipe {
        let is_internal = INTERNAL.contains(&name.as_str());
        parameters[usize::from(is_internal)].insert(name.clone(), value.clone().into());
    }
    let [external, internal] = parameters;
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": output.to_string_lossy(), "digest": digests.artifact }],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": external,
                "internalParameters": internal,
                "resolvedDependencies": [{ "name": input.to_string_lossy(), "digest": digests.source }],
            },
            "runDetails": { "builder": { "id": builder } },
        },
    })
}
