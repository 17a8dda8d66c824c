//! `precompile sign ARTIFACT…`: signatures of artifacts, with a key of ours or by another tool.

use crate::key_source;
use crate::left_out::left_out;
use crate::message::{Format, print_bytes};
use crate::signing::{add, sign_detached, statement};
use crate::unreadable;
use anyhow::{Context, Result, ensure};
use clap::Args;
use precompile::artifact::escaped_path;
use precompile::artifact::signature::Signature;
use precompile::artifact::statement::Statement;
use precompile::artifact::trust::PublicKey;
use precompile::sign::{read_public_key, read_signature};
use precompile::{Destination, KeySource};
use std::path::{Path, PathBuf};

/// Sign artifacts, so that hosts which trust the key run them
///
/// The statement is signed: a short text that names the artifact, its source, and what compiled it. With `--key`,
/// precompile signs it. Any other tool that signs files with Ed25519 can: `--statement` writes the text, and
/// `--signature` takes the result. With `--sigstore`, precompile checks first that an identity has signed the text.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  precompile sign --key precompile.key app.cwasm
  precompile sign --statement app.txt app.cwasm && minisign -S -m app.txt
  precompile sign --signature app.txt.minisig --public-key minisign.pub app.cwasm
  ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n precompile app.txt
  precompile sign --signature app.txt.sig app.cwasm
  cosign sign-blob --bundle app.json app.txt
  precompile sign --sigstore app.json --identity ID --issuer URL --key fleet.key app.cwasm
  precompile sign --detached --key precompile.key plugin.so")]
pub(crate) struct Opts {
    /// The artifacts; with `--detached`, any files
    #[arg(required = true, value_name = "ARTIFACT")]
    artifacts: Vec<PathBuf>,

    /// The secret key: a file that nobody else may read, or `env:NAME`, a variable with the file's text. The variable
    /// PRECOMPILE_KEY_PASSWORD has the password
    #[arg(long, value_name = "KEY", required_unless_present_any = ["statement", "signature"])]
    #[arg(conflicts_with_all = ["statement", "signature"])]
    key: Option<KeySource>,

    /// Write the text to be signed, and sign nothing; `-`: to standard output
    #[arg(long, value_name = "FILE", conflicts_with = "signature")]
    statement: Option<PathBuf>,

    /// Add the signature that minisign, signify or `ssh-keygen -Y sign -n precompile` made of the text
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,

    /// The public key of `--signature`, by which it is checked; OpenSSH's signatures hold it
    #[arg(long, value_name = "FILE", requires = "signature")]
    public_key: Option<PathBuf>,

    /// Sign only if this sigstore bundle, as `cosign sign-blob --bundle` writes it, is of the text and by `--identity`
    #[arg(long, value_name = "FILE", requires_all = ["identity", "issuer", "key"])]
    sigstore: Option<PathBuf>,

    /// The identity of `--sigstore`: an e-mail address, or the URL of a workflow with its branch or tag
    #[arg(long, value_name = "ID", requires = "sigstore")]
    identity: Option<String>,

    /// The URL of the OpenID Connect issuer that vouches for `--identity`
    #[arg(long, value_name = "URL", requires = "sigstore")]
    issuer: Option<String>,

    /// The keys of the sigstore instance, as `cosign trusted-root create` writes them
    /// [default: those of the public instance, as this build has them]
    #[arg(long, value_name = "FILE", requires = "sigstore")]
    trusted_root: Option<PathBuf>,

    /// Sign files that are no artifacts, such as plugins of the runner: the signature is written beside, as FILE.minisig
    #[arg(long, conflicts_with_all = ["statement", "signature", "sigstore"], requires = "key")]
    detached: bool,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

impl Opts {
    /// The first artifact's path, for a message.
    pub(crate) fn artifact(&self) -> &Path {
        self.artifacts.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Signs the artifacts.
    pub(crate) fn run(&self) -> Result<()> {
        let is_one = self.artifacts.len() == 1;
        if let Some(output) = &self.statement {
            ensure!(is_one, "`--statement` is of one artifact: name one");
            let statement = statement(self.artifact(), &unreadable::read(self.artifact())?)?;
            return write_statement(output, &statement);
        }
        if let Some(file) = &self.signature {
            ensure!(is_one, "`--signature` is of one artifact: name one");
            let (signature, key) = self.foreign(file)?;
            let artifact = self.artifact();
            return add(artifact, &unreadable::read(artifact)?, &key, self.message_format, |statement| {
                ensure!(
                    key.verifies(&signature, statement.as_str()),
                    "`{}` is no signature of this artifact's statement by the key {}",
                    escaped_path(file),
                    key.id
                );
                Ok(signature.clone())
            });
        }
        if self.sigstore.is_some() {
            ensure!(cfg!(feature = "sigstore"), left_out("the check of sigstore bundles", "sigstore"));
            ensure!(is_one, "`--sigstore` is of one artifact: name one");
        }
        let key = key_source::read(self.key.as_ref().context("there is no key")?)?;
        if self.detached {
            return self.artifacts.iter().try_for_each(|file| sign_detached(file, &key, self.message_format));
        }
        self.artifacts.iter().try_for_each(|artifact| {
            add(artifact, &unreadable::read(artifact)?, &key.public(), self.message_format, |statement| {
                self.check_identity(statement)?;
                Ok(key.sign(statement))
            })
        })
    }

    /// Checks that the identity has signed the statement, if `--sigstore` demands it.
    #[cfg(feature = "sigstore")]
    fn check_identity(&self, statement: &Statement) -> Result<()> {
        use precompile::sign::{SigstoreRoot, SigstoreSigner};
        let Some(file) = &self.sigstore else { return Ok(()) };
        let root = match &self.trusted_root {
            None => SigstoreRoot::public(),
            Some(path) => SigstoreRoot::parse(&unreadable::read_text(path)?)
                .with_context(|| format!("`{}`", escaped_path(path)))?,
        };
        let signer = SigstoreSigner {
            identity: self.identity.clone().unwrap_or_default(),
            issuer: self.issuer.clone().unwrap_or_default(),
        };
        root.verify(&unreadable::read_text(file)?, statement.as_str().as_bytes(), &signer)
            .with_context(|| format!("`{}`", escaped_path(file)))
    }

    /// No bundle is taken by a build without the feature `sigstore`.
    #[cfg(not(feature = "sigstore"))]
    fn check_identity(&self, _: &Statement) -> Result<()> {
        Ok(())
    }

    /// The signature in a file, and its public key.
    fn foreign(&self, file: &Path) -> Result<(Signature, PublicKey)> {
        let text = unreadable::read_text(file)?;
        let (signature, held) = read_signature(&text).with_context(|| format!("`{}`", escaped_path(file)))?;
        let key = match &self.public_key {
            None => held,
            Some(path) => Some(
                read_public_key(&unreadable::read_text(path)?)
                    .with_context(|| format!("`{}`", escaped_path(path)))?,
            ),
        };
        let key = key.context("the signature doesn't hold its public key: name it with `--public-key`")?;
        Ok((signature, key))
    }
}

fn write_statement(output: &Path, statement: &Statement) -> Result<()> {
    let bytes = statement.as_str().as_bytes();
    match output.as_os_str() == "-" {
        true => Ok(print_bytes(bytes)?),
        false => Ok(Destination::named(output, Path::new("")).write(bytes).map(drop)?),
    }
}

#[cfg(all(test, feature = "sigstore"))]
mod tests;
