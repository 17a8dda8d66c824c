//! The faults of workers.

/// A fault of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It returns bytes that are no artifact.
    Garbage,
    /// It returns what another action made.
    Other,
    /// It returns no output, and says that all went well.
    Nothing,
    /// It never ends.
    Never,
    /// It ends as if a signal had killed the program.
    Killed,
    /// The server sends another content than the one that was asked for.
    OtherContent,
    /// The server ends the stream of an operation before its end.
    Cut,
    /// The server answers that it is busy.
    Busy,
}

impl Fault {
    /// All faults, with their names.
    pub const ALL: [(&'static str, Fault); 8] = [
        ("garbage", Fault::Garbage),
        ("other", Fault::Other),
        ("nothing", Fault::Nothing),
        ("never", Fault::Never),
        ("killed", Fault::Killed),
        ("other-content", Fault::OtherContent),
        ("cut", Fault::Cut),
        ("busy", Fault::Busy),
    ];

    /// The fault of a name.
    pub fn named(name: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, fault)| fault)
    }
}
