//! The Rust toolchains of this machine.

use std::path::Path;
use std::process::Command;

/// A toolchain.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// The name in rustup; `None` for the toolchain that runs this task.
    name: Option<&'static str>,
    /// The output of `rustc -V`.
    pub(crate) version: String,
    /// The standard library's sources are there.
    pub(crate) has_sources: bool,
}

impl Toolchain {
    /// The toolchain that runs this task.
    ///
    /// # Errors
    ///
    /// If its `rustc` can't be run.
    pub(crate) fn active() -> Result<Toolchain, String> {
        Toolchain::find(None)
    }

    /// A program of the toolchain, `cargo` or `rustc`.
    pub(crate) fn command(&self, program: &str) -> Command {
        command(program, self.name)
    }

    fn find(name: Option<&'static str>) -> Result<Toolchain, String> {
        let rustc = |arguments: &[&str]| {
            let output = command("rustc", name).args(arguments).output();
            let output = output.ok().filter(|output| output.status.success())?;
            Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let version = rustc(&["-V"]);
        let version =
            version.ok_or_else(|| format!("there is no toolchain `{}`", name.unwrap_or("active")))?;
        let sysroot = rustc(&["--print", "sysroot"]).unwrap_or_default();
        let has_sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std").exists();
        Ok(Toolchain { name, version, has_sources })
    }

    /// A toolchain that takes unstable flags: nightly, or Debian's with `RUSTC_BOOTSTRAP`.
    ///
    /// # Errors
    ///
    /// Says what is missing.
    pub(crate) fn unstable(with_sources: bool) -> Result<Toolchain, String> {
        let mut reasons = Vec::new();
        for name in ["nightly", "debian"] {
            match Toolchain::find(Some(name)) {
                Ok(found) if !with_sources || found.has_sources => return Ok(found),
                Ok(_) => reasons.push(format!("`{name}` lacks the standard library's sources")),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(reasons.join(", "))
    }
}

/// A program of a toolchain, or of the one that runs this task.
fn command(program: &str, toolchain: Option<&str>) -> Command {
    let mut command = Command::new(program);
    command.args(toolchain.map(|name| format!("+{name}")));
    command
}
