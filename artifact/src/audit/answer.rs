//! Answers to conditions, some of which can't be decided.

/// The answer to a condition. The least of several answers says whether all hold, the greatest whether one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    /// It doesn't hold.
    No,
    /// It isn't known.
    Unknown,
    /// It holds.
    Yes,
}

impl Answer {
    /// The answer of a fact; `None` for one that isn't known.
    pub(super) fn of(fact: Option<bool>) -> Answer {
        match fact {
            Some(false) => Answer::No,
            None => Answer::Unknown,
            Some(true) => Answer::Yes,
        }
    }
}
