//! `precompile sign ARTIFACT…`: signatures of artifacts, with a key of ours or by another tool.

use crate::key_source;
use crate::message::{Format, print_bytes};
use crate::signing::{add, statement};
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
/// `--signature` takes the result.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  precompile sign --key precompile.key app.cwasm
  precompile sign --statement app.txt app.cwasm && minisign -S -m app.txt
  precompile sign --signature app.txt.minisig --public-key minisign.pub app.cwasm
  ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n precompile app.txt
  precompile sign --signature app.txt.sig app.cwasm")]
pub(crate) struct Opts {
    /// The artifacts
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
        let key = key_source::read(self.key.as_ref().context("there is no key")?)?;
        self.artifacts.iter().try_for_each(|artifact| {
            add(artifact, &unreadable::read(artifact)?, &key.public(), self.message_format, |statement| {
                Ok(key.sign(statement))
            })
        })
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
