//! The refusal of a part that this build leaves out.

use precompile::artifact::install;

/// The sentence that a part is left out, with the command that installs a build with its cargo feature.
pub(crate) fn left_out(part: &str, feature: &str) -> String {
    format!(
        "{part} is left out of this build: in precompile's checkout, `{} --features {feature}` installs one with it",
        install::COMPILER
    )
}
