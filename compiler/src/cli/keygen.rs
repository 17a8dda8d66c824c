//! `precompile keygen`: a new key pair, with which artifacts are signed.

use crate::environment::variable;
use crate::key_source::{PASSWORD, prompt};
use crate::kind::Kind;
use crate::message::{Format, Message, print, tell};
use anyhow::{Result, anyhow, ensure};
use clap::Args;
use precompile::artifact::escaped_path;
use precompile::sign::SecretKey;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Make a key pair, with which artifacts are signed
///
/// Writes a secret key, which nobody else may read, and a public key beside it, both in minisign's format: minisign can
/// use them, too. The public key's file is a trust file. Nothing that is there is overwritten.
#[derive(Args)]
pub(crate) struct Opts {
    /// The secret key's file; the public key's has the extension `pub`
    #[arg(short, long, value_name = "FILE", default_value = "precompile.key")]
    pub(crate) output: PathBuf,

    /// Leave the secret key unencrypted, for machines [default: ask for a password, or take it from the variable
    /// PRECOMPILE_KEY_PASSWORD]
    #[arg(long)]
    no_password: bool,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

impl Opts {
    /// Makes the key pair.
    pub(crate) fn run(&self) -> Result<()> {
        let public = self.output.with_extension("pub");
        ensure!(
            public != self.output,
            "`{}` is for the public key: name another file",
            escaped_path(&public)
        );
        for path in [&self.output, &public] {
            ensure!(
                !path.exists(),
                "`{}` is there already: name another file, or move it away",
                escaped_path(path)
            );
        }
        let password = self.password()?;
        let files = SecretKey::generate(password.as_deref())?;
        write(&self.output, &files.secret, true)?;
        if let Err(error) = write(&public, &files.public, false) {
            // Alone it would be of no use, and in the way of the next attempt.
            let _ = std::fs::remove_file(&self.output);
            return Err(error);
        }
        match self.message_format {
            Format::Json => {
                print(&Message::KeyMade { key: files.id.to_string(), secret: &self.output, public: &public })?
            }
            Format::Human => tell(&format!(
                "made the key {}: `{}`, to be kept secret, and `{}`, to be given to hosts",
                files.id,
                escaped_path(&self.output),
                escaped_path(&public)
            )),
        }
        Ok(())
    }

    fn password(&self) -> Result<Option<String>> {
        if self.no_password {
            return Ok(None);
        }
        if let Some(password) = variable(PASSWORD) {
            return Ok(Some(password.into_string().map_err(|_| anyhow!("`{PASSWORD}` is not UTF-8"))?));
        }
        let no_terminal = |_| {
            anyhow!("there is no terminal to ask for a password: set `{PASSWORD}`, or use `--no-password`")
        };
        let password = prompt("Password: ").map_err(no_terminal)?;
        ensure!(
            !password.is_empty(),
            "an empty password protects nothing: use `--no-password` if that is meant"
        );
        ensure!(password == prompt("Again: ")?, "the two passwords differ: nothing was made");
        Ok(Some(password))
    }
}

/// Writes a new file, whole or not at all. A secret one is for its owner alone.
fn write(path: &Path, text: &str, is_secret: bool) -> Result<()> {
    create(path, text, is_secret).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::NotFound => "its folder isn't there".into(),
            ErrorKind::AlreadyExists => "it is there already".into(),
            _ => error.to_string(),
        };
        Kind::Write.error(format!("can't write `{}`: {why}", escaped_path(path)))
    })
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "files have owners elsewhere only"))]
fn create(path: &Path, text: &str, is_secret: bool) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // For the owner alone.
    let mut file = tempfile::Builder::new().prefix(".precompile-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    if !is_secret {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    // A secret key can't be made again.
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    let _ = is_secret;
    Ok(())
}
