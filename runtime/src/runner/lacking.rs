//! The errors of options that this build lacks.

use precompile_runtime::artifact::install::RUNNER_HINT;

/// The error of an option that this build lacks, with the way to a build that has it.
#[cold]
#[inline(never)]
pub(crate) fn lacking(text: &str) -> lexopt::Error {
    if cfg!(feature = "messages") { [text, "; ", RUNNER_HINT].concat().into() } else { text.into() }
}

/// The error of an option for code that is linked to the guest, in a build that lacks it: one text, for the smallest
/// build's sake.
#[cfg(not(all(feature = "preload", feature = "plugin")))]
pub(crate) const NOTHING_TO_LINK: &str = match (cfg!(feature = "preload"), cfg!(feature = "plugin")) {
    (true, _) => "this build loads no plugins: use one with the feature `plugin`",
    (_, true) => "this build links no libraries: use one with the feature `preload`",
    _ => "this build links no libraries and no plugins: use one with the feature `preload` or `plugin`",
};
