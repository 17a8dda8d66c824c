//! `precompile explain ARTIFACT`: the reasons why an artifact would not load on a host. With `--code`: the meaning of
//! an error's number.

mod code;

use crate::host_file;
use crate::message::{Format, Message, print, print_bytes};
use crate::runner::Runner;
use crate::trust_file;
use crate::unreadable;
use anyhow::Result;
use clap::{Args, ValueHint};
use precompile::artifact::mismatch::mismatches;
use precompile::artifact::{Code, Escaped, Host, Trust, escaped_path, trailer, unmet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Say why an artifact would not load on a host
///
/// Prints every reason with its remedy. Exits with 0 if the artifact would load, with 3 if not. With `--code`, prints
/// the meaning of an error's number, as runtimes without messages report it.
#[derive(Args)]
pub(crate) struct Opts {
    /// The artifact
    #[arg(required_unless_present = "code")]
    artifact: Option<PathBuf>,

    /// The number of an error, such as `E203` or `203`
    #[arg(long, value_name = "N", value_parser = code::parse, conflicts_with_all = ["artifact", "host", "runner"])]
    code: Option<Code>,

    /// The host, as `precompile-run --describe` described it
    #[arg(long = "for", value_name = "HOST.JSON", conflicts_with = "runner")]
    host: Option<PathBuf>,

    /// The command that runs artifacts there, such as `qemu-aarch64 ./precompile-run` or `ssh device
    /// precompile-run`; a file, or words with quotes as in a shell [default: the `precompile-run` beside this
    /// command, or in the PATH]
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString)]
    runner: Option<OsString>,

    /// The host's trust file: also say whether the keys that it demands have signed the artifact [default: the keys that
    /// the host trusts anyway]
    #[arg(long, value_name = "FILE", conflicts_with = "code")]
    trust: Option<PathBuf>,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

impl Opts {
    /// The artifact's path, for a message.
    pub(crate) fn artifact(&self) -> &Path {
        self.artifact.as_deref().unwrap_or(Path::new(""))
    }

    /// Prints why the artifact would not load, or the meaning of a number. Returns `false` where it would not load.
    pub(crate) fn run(&self) -> Result<bool> {
        if let Some(code) = self.code {
            return code::explain(code, self.message_format).map(|()| true);
        }
        let artifact = unreadable::read(self.artifact())?;
        let name = escaped_path(self.artifact());
        let trailer = trailer::read(&artifact)
            .map_err(|error| unreadable::no_artifact(self.artifact(), &artifact, &error))?;
        let manifest = &trailer.manifest;
        let host = self.host()?;
        let refusal =
            self.trust(&host)?.and_then(|trust| Some(trust.mismatch(&trust.check(&trailer).err()?)));
        let mut mismatches: Vec<_> = refusal.into_iter().chain(mismatches(manifest, &host)).collect();
        if let Some(offered) = &host.imports {
            mismatches.extend(unmet(manifest, &|name| offered.iter().any(|offered| offered == name)));
        }
        match self.message_format {
            Format::Json => {
                for mismatch in &mismatches {
                    print(&Message::from(mismatch))?;
                }
            }
            Format::Human => {
                let mut text = match mismatches.len() {
                    0 => format!("`{name}` loads on this host: {}\n", Escaped(&host.target.to_string())),
                    1 => format!("`{name}` does not load, for one reason:\n"),
                    count => format!("`{name}` does not load, for {count} reasons:\n"),
                };
                text.extend(
                    mismatches.iter().map(|mismatch| format!("  {}\n", Escaped(&mismatch.to_string()))),
                );
                print_bytes(text.as_bytes())?;
            }
        }
        Ok(mismatches.is_empty())
    }

    /// The keys that must have signed the artifact.
    fn trust(&self, host: &Host) -> Result<Option<Trust>> {
        match &self.trust {
            Some(file) => trust_file::read(file).map(Some),
            None => trust_file::of_host(host),
        }
    }

    fn host(&self) -> Result<Host> {
        match (&self.host, &self.runner) {
            (Some(path), _) => host_file::read(path),
            (None, runner) => Runner::new(runner.as_deref())?.describe(),
        }
    }
}
