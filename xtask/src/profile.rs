//! The profiles of cargo's builds.

/// The settings of a profile. Each is given, so that none comes from the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    /// Debug information.
    pub(crate) debug: bool,
    pub(crate) opt_level: &'static str,
    /// Panics abort, rather than unwind.
    pub(crate) abort: bool,
    /// Link-time optimisation over all crates.
    pub(crate) lto: bool,
    pub(crate) one_codegen_unit: bool,
    pub(crate) strip: bool,
}

impl Profile {
    /// Cargo's `dev`.
    pub(crate) const DEV: Profile = Profile {
        debug: true,
        opt_level: "0",
        abort: false,
        lto: false,
        one_codegen_unit: false,
        strip: false,
    };
    /// Cargo's `release`.
    pub(crate) const RELEASE: Profile = Profile { debug: false, opt_level: "3", ..Profile::DEV };
    /// The workspace's `runner`.
    pub(crate) const RUNNER: Profile =
        Profile { debug: false, opt_level: "s", abort: true, lto: true, one_codegen_unit: true, strip: true };

    /// The profile as environment variables for cargo's `--release`.
    pub(crate) fn environment(self) -> [(&'static str, &'static str); 10] {
        let pick = |on, yes, no| if on { yes } else { no };
        [
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level),
            ("CARGO_PROFILE_RELEASE_DEBUG", pick(self.debug, "2", "0")),
            ("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", pick(self.debug, "true", "false")),
            ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", pick(self.debug, "true", "false")),
            ("CARGO_PROFILE_RELEASE_PANIC", pick(self.abort, "abort", "unwind")),
            ("CARGO_PROFILE_RELEASE_LTO", pick(self.lto, "true", "false")),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", pick(self.one_codegen_unit, "1", "16")),
            ("CARGO_PROFILE_RELEASE_STRIP", pick(self.strip, "symbols", "none")),
            ("CARGO_PROFILE_RELEASE_INCREMENTAL", "false"),
            ("CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_OPT_LEVEL", "0"),
        ]
    }
}
