//! `precompile explain ARTIFACT`: the reasons why an artifact would not load on a host. With `--code`: the meaning of
//! an error's number.

mod code;
mod reasons;
mod text;

use crate::artifacts;
use crate::described_host::DescribedHost;
use crate::failures::Failures;
use crate::message::{Format, Message, print, print_bytes};
use crate::read_artifact::ReadArtifact;
use crate::runner::Runner;
use crate::trust_file;
use crate::unreadable;
use anyhow::{Context, Result};
use clap::{Args, ValueHint};
use precompile::artifact::{Code, Trust};
use reasons::{Reasons, reasons};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use text::text;

/// Say why an artifact would not load on a host
///
/// Prints every reason with its remedy; of a fat artifact, those of each slice. Exits with 0 if the artifact would load,
/// with 3 if not. With `--code`, prints
/// the meaning of an error's number, as runtimes without messages report it. Of several artifacts and hosts, each is
/// explained for each, and all must load.
#[derive(Args)]
pub(crate) struct Opts {
    /// The artifacts, and folders with .cwasm files
    #[arg(value_name = "ARTIFACT", required_unless_present = "code")]
    artifacts: Vec<PathBuf>,

    /// The number of an error, such as `E203` or `203`
    #[arg(long, value_name = "N", value_parser = code::parse, conflicts_with_all = ["artifacts", "hosts", "runner"])]
    code: Option<Code>,

    /// A host, as `precompile-run --describe` described it, or a folder of such files; may be repeated
    #[arg(long = "for", value_name = "HOST.JSON", conflicts_with = "runner")]
    hosts: Vec<PathBuf>,

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
    /// The path of an only artifact, for a message.
    pub(crate) fn artifact(&self) -> &Path {
        match &self.artifacts[..] {
            [artifact] => artifact,
            _ => Path::new(""),
        }
    }

    /// Prints why the artifacts would not load, or the meaning of a number. Returns `false` where one would not load.
    pub(crate) fn run(&self) -> Result<bool> {
        if let Some(code) = self.code {
            return code::explain(code, self.message_format).map(|()| true);
        }
        let files = artifacts::files(&self.artifacts, "name it to have it explained")?;
        let mut failures = Failures::new(self.message_format, files.len());
        let mut artifacts = Vec::new();
        for file in &files {
            artifacts.extend(failures.note(file, Artifact::read(file.clone()))?);
        }
        let hosts = self.hosts()?;
        // Read once: it may be a pipe.
        let named = self.trust.as_deref().map(trust_file::read).transpose()?;
        let trust = |known: &DescribedHost| match &named {
            Some(trust) => Ok(Some(trust.clone())),
            None => trust_file::of_host(&known.host).with_context(|| known.shown()),
        };
        let trusts = hosts.iter().map(trust).collect::<Result<Vec<_>>>()?;
        let names_both = files.len() * hosts.len() > 1;
        let mut all_load = true;
        for artifact in &artifacts {
            for (known, trust) in hosts.iter().zip(&trusts) {
                all_load &= self.explain(artifact, known, trust.as_ref(), names_both)?;
            }
        }
        failures.end()?;
        Ok(all_load)
    }

    /// Prints why an artifact would not load on a host.
    fn explain(
        &self,
        artifact: &Artifact,
        DescribedHost { file, host }: &DescribedHost,
        trust: Option<&Trust>,
        names_both: bool,
    ) -> Result<bool> {
        let reasons = reasons(&artifact.read, host, trust);
        match self.message_format {
            Format::Json => {
                let of = names_both
                    .then_some((&*artifact.file, (!file.as_os_str().is_empty()).then_some(&**file)));
                for Reasons { slice, mismatches } in reasons.as_ref().err().into_iter().flatten() {
                    for mismatch in mismatches {
                        print(&Message::mismatch(mismatch, host, of, slice.as_deref()))?;
                    }
                }
            }
            Format::Human => {
                let file = (names_both && !file.as_os_str().is_empty()).then_some(&**file);
                print_bytes(text(&artifact.file, file, host, &reasons).as_bytes())?;
            }
        }
        Ok(reasons.is_ok())
    }

    fn hosts(&self) -> Result<Vec<DescribedHost>> {
        if !self.hosts.is_empty() {
            return DescribedHost::read(&self.hosts);
        }
        let host = Runner::new(self.runner.as_deref())?.describe()?;
        Ok(vec![DescribedHost { file: PathBuf::new(), host }])
    }
}

/// An artifact that was read.
struct Artifact {
    file: PathBuf,
    read: ReadArtifact,
}

impl Artifact {
    fn read(file: PathBuf) -> Result<Artifact> {
        let read = ReadArtifact::of(&file, &unreadable::read(&file)?)?;
        Ok(Artifact { file, read })
    }
}
