//! The compilers of Rust that may be here.

use std::path::Path;
use std::process::Command;

/// One that can be asked to build.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// As rustup names it; `None` for the one that runs this task.
    name: Option<&'static str>,
    /// The words of `rustc -V`.
    pub(crate) version: String,
    /// The standard library's sources are there.
    pub(crate) has_sources: bool,
}

impl Toolchain {
    /// The one that runs this task.
    ///
    /// # Errors
    ///
    /// Where it can't be asked.
    pub(crate) fn active() -> Result<Toolchain, String> {
        Toolchain::find(None)
    }

    /// A program of it, `cargo` or `rustc`.
    pub(crate) fn command(&self, program: &str) -> Command {
        command(program, self.name)
    }

    fn find(name: Option<&'static str>) -> Result<Toolchain, String> {
        let ask = |what: &[&str]| {
            let asked = command("rustc", name).args(what).output();
            let answer = asked.ok().filter(|output| output.status.success())?;
            Some(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
        };
        let version = ask(&["-V"]);
        let version =
            version.ok_or_else(|| format!("there is no toolchain `{}`", name.unwrap_or("active")))?;
        let sysroot = ask(&["--print", "sysroot"]).unwrap_or_default();
        let has_sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std").exists();
        Ok(Toolchain { name, version, has_sources })
    }

    /// One that takes flags which are not stable: nightly, or Debian's, told to.
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
