//! The reasons why an artifact would not load on a host.

use crate::read_artifact::{FatArtifact, ReadArtifact};
use precompile::Manifest;
use precompile::artifact::fat::slice_mismatches;
use precompile::artifact::mismatch::{Mismatch, mismatches, no_fat};
use precompile::artifact::{Host, Trust, unmet};

/// The reasons why an artifact, or a slice of a fat one, would not load.
pub(super) struct Reasons {
    /// The slice; `None` of the artifact as a whole.
    pub(super) slice: Option<String>,
    pub(super) mismatches: Vec<Mismatch>,
}

/// The slice that a host would run, if the artifact is fat.
///
/// # Errors
///
/// All reasons, if it would not load.
pub(super) fn reasons(
    artifact: &ReadArtifact,
    host: &Host,
    trust: Option<&Trust>,
) -> Result<Option<String>, Vec<Reasons>> {
    match artifact {
        ReadArtifact::Thin(trailer) => {
            let refusal = trust.and_then(|trust| Some(trust.mismatch(&trust.check(trailer).err()?)));
            whole(refusal.into_iter().chain(of(&trailer.manifest, host)).collect()).map(|()| None)
        }
        ReadArtifact::Fat(fat) => of_slices(fat, host, trust).map(Some),
    }
}

/// The slice of a fat artifact that a host would run: the first without a mismatch. Others don't take its place where it
/// isn't signed, or its imports aren't there.
fn of_slices(fat: &FatArtifact, host: &Host, trust: Option<&Trust>) -> Result<String, Vec<Reasons>> {
    whole(no_fat(host).into_iter().collect())?;
    let first = fat.slices().find(|(_, trailer)| mismatches(&trailer.manifest, host).is_empty());
    let Some((slice, trailer)) = first else {
        let each = fat.slices().map(|(slice, trailer)| Reasons {
            slice: Some(slice.to_string()),
            mismatches: slice_mismatches(&trailer.manifest, host),
        });
        return Err(each.collect());
    };
    let checked = trust.map(|trust| (trust, trust.check_slice(trailer, &fat.head, &fat.signatures)));
    let refusal = checked.and_then(|(trust, checked)| Some(trust.mismatch(&checked.err()?)));
    let mismatches: Vec<_> = refusal.into_iter().chain(of(&trailer.manifest, host)).collect();
    match mismatches.is_empty() {
        true => Ok(slice.to_string()),
        false => Err(vec![Reasons { slice: Some(slice.to_string()), mismatches }]),
    }
}

/// Reasons that are those of the artifact as a whole.
fn whole(mismatches: Vec<Mismatch>) -> Result<(), Vec<Reasons>> {
    if mismatches.is_empty() { Ok(()) } else { Err(vec![Reasons { slice: None, mismatches }]) }
}

/// The reasons by a manifest, with the imports that the host doesn't offer.
fn of(manifest: &Manifest, host: &Host) -> Vec<Mismatch> {
    let mut mismatches = mismatches(manifest, host);
    if let Some(offered) = &host.imports {
        mismatches.extend(unmet(manifest, &|name| offered.iter().any(|offered| offered == name)));
    }
    mismatches
}
