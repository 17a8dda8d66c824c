//! `precompile verify ARTIFACT…`: the keys that have signed artifacts.

use crate::message::{Format, Message, print, print_bytes, tell_warning};
use crate::read_artifact::ReadArtifact;
use crate::trust_file;
use crate::unreadable;
use anyhow::{Context, Result, ensure};
use clap::Args;
use precompile::Destination;
use precompile::artifact::signature::{KeyId, Signature};
use precompile::artifact::trust::Refusal;
use precompile::artifact::{Escaped, Trust, escaped_path};
use precompile::sign::{minisig, read_public_key};
use std::path::{Path, PathBuf};

/// Say whether trusted keys have signed artifacts
///
/// Checks the digest and the signatures, as a host with this trust file does. Exits with 3 if one of the artifacts would
/// be refused.
#[derive(Args)]
pub(crate) struct Opts {
    /// The artifacts
    #[arg(required = true, value_name = "ARTIFACT")]
    artifacts: Vec<PathBuf>,

    /// The trust file
    #[arg(long, value_name = "FILE", required_unless_present_any = ["public_key", "export"])]
    trust: Option<PathBuf>,

    /// The public key that must have signed, instead of a trust file: minisign's, signify's or OpenSSH's
    #[arg(long, value_name = "FILE", conflicts_with = "trust")]
    public_key: Option<PathBuf>,

    /// Write `statement` and, for each signature that minisign knows, `KEY.minisig` into this folder, so that `minisign
    /// -V -m statement -x KEY.minisig -p PUBLIC` checks them
    #[arg(long, value_name = "FOLDER")]
    export: Option<PathBuf>,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

impl Opts {
    /// The first artifact's path, for a message.
    pub(crate) fn artifact(&self) -> &Path {
        self.artifacts.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Checks the artifacts. Returns `false` where one would be refused.
    pub(crate) fn run(&self) -> Result<bool> {
        let trust = self.trust()?;
        ensure!(
            self.export.is_none() || self.artifacts.len() == 1,
            "`--export` writes the signatures of one artifact: name one"
        );
        let mut is_accepted = true;
        for artifact in &self.artifacts {
            let bytes = unreadable::read(artifact)?;
            let read = ReadArtifact::of(artifact, &bytes)?;
            if let Some(folder) = &self.export {
                export(folder, &read).with_context(|| format!("`{}`", escaped_path(artifact)))?;
            }
            if let Some(trust) = &trust {
                is_accepted &= self.check(artifact, check(&read, trust), trust)?;
            }
        }
        Ok(is_accepted)
    }

    fn trust(&self) -> Result<Option<Trust>> {
        if let Some(path) = &self.public_key {
            let key = read_public_key(&unreadable::read_text(path)?)
                .with_context(|| format!("`{}`", escaped_path(path)))?;
            return Ok(Some(Trust::in_key(key)));
        }
        self.trust.as_deref().map(trust_file::read).transpose()
    }

    fn check(&self, artifact: &Path, checked: Checked, trust: &Trust) -> Result<bool> {
        let name = escaped_path(artifact);
        let is_accepted = checked.is_ok();
        match (self.message_format, checked) {
            (Format::Json, Ok(signers)) => {
                print(&Message::Verified {
                    artifact,
                    keys: signers.iter().map(ToString::to_string).collect(),
                })?;
            }
            (Format::Json, Err(refusal)) => {
                let mismatch = trust.mismatch(&refusal);
                print(&Message::Refused {
                    artifact,
                    keys: refusal.signers.iter().map(ToString::to_string).collect(),
                    code: mismatch.code.number(),
                    artifact_value: mismatch.artifact_value.as_str(),
                    host_value: mismatch.host_value.as_str(),
                    remedy: mismatch.remedy.as_str(),
                })?;
            }
            (Format::Human, Ok(signers)) => {
                let keys: Vec<_> = signers.iter().map(ToString::to_string).collect();
                print_bytes(format!("`{name}` is signed by {}\n", keys.join(", ")).as_bytes())?;
            }
            (Format::Human, Err(refusal)) => {
                let mismatch = trust.mismatch(&refusal).to_string();
                print_bytes(format!("`{name}` would be refused: {}\n", Escaped(&mismatch)).as_bytes())?;
            }
        }
        Ok(is_accepted)
    }
}

/// The trusted keys that have signed an artifact.
type Checked = Result<Vec<KeyId>, Refusal>;

/// The trusted keys that have signed an artifact; of a fat one, those that have signed each slice or all.
fn check(artifact: &ReadArtifact, trust: &Trust) -> Checked {
    let fat = match artifact {
        ReadArtifact::Thin(trailer) => return trust.check(trailer),
        ReadArtifact::Fat(fat) => fat,
    };
    let mut slices = fat.trailers.iter();
    let mut check = || Some(trust.check_slice(slices.next()?, &fat.head, &fat.signatures));
    let mut signers = check().unwrap_or(Ok(Vec::new()))?;
    while let Some(others) = check().transpose()? {
        signers.retain(|key| others.contains(key));
    }
    Ok(signers)
}

/// Writes the statement, and the signatures that minisign knows.
fn export(folder: &Path, artifact: &ReadArtifact) -> Result<()> {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        Destination::derived(&path, Path::new("")).write(text.as_bytes()).map(drop)
    };
    write("statement", artifact.statement().as_str())?;
    let signatures = Signature::read_all(artifact.signatures())?;
    let mut written = Vec::new();
    for signature in &signatures {
        let key = signature.key;
        let Some(text) = minisig(signature) else {
            tell_warning(&format!("minisign doesn't know the signature by {key}, which is left out"));
            continue;
        };
        // Keys may have the same number, and a key may sign by two algorithms.
        let before = written.iter().filter(|known| **known == key).count();
        let number = if before == 0 { String::new() } else { format!("-{}", before + 1) };
        write(&format!("{key}{number}.minisig"), &text)?;
        written.push(key);
    }
    Ok(())
}
