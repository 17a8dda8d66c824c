//! The remedy for an import that a host doesn't offer.

/// A remedy, by its text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// A cargo feature of the runner.
    Feature(&'static str),
    /// Something else, in which the runner has no part.
    Other(&'static str),
}

impl Remedy {
    /// The text.
    pub(super) fn text(self) -> &'static str {
        let (Remedy::Feature(text) | Remedy::Other(text)) = self;
        text
    }
}
