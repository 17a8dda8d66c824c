//! `precompile trust`: the commands for trust files.

use crate::message::{Format, Message, print, print_bytes, tell};
use crate::trust_file;
use crate::unreadable::read_text;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use precompile::artifact::trust::{PublicKey, PublicKeyError};
use precompile::artifact::{Trust, escaped_path};
use precompile::sign::read_public_key;
use precompile::{Destination, Target};
use std::path::{Path, PathBuf};

/// Look after trust files
///
/// A trust file lists the keys whose signatures make an artifact one that a host runs. It has a key a line, in minisign's
/// form, with optional limits behind it, and `threshold=K` if K of them must have signed. `#` begins a comment.
#[derive(Args)]
pub(crate) struct Opts {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Add a public key, or replace all of its limits; the file is made if it isn't there
    Add(Add),
    /// Remove a key
    Remove(Remove),
    /// List the keys and their limits
    List(Common),
    /// Say what is wrong with the file, also whether others can change or replace it
    Check(Common),
}

#[derive(Args)]
struct Common {
    /// The trust file
    file: PathBuf,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    message_format: Format,
}

#[derive(Args)]
struct Add {
    /// The trust file
    file: PathBuf,

    /// The public key's file: minisign's, signify's or OpenSSH's; or minisign's key itself, of 56 letters
    key: String,

    /// Trust it for artifacts of these backends only
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    backends: Vec<precompile::Backend>,

    /// Trust it for artifacts for these targets only
    #[arg(long, value_name = "TARGET,...", value_delimiter = ',')]
    targets: Vec<Target>,

    /// Trust it for artifacts of this version of wasmtime or a newer one
    #[arg(long, value_name = "VERSION")]
    min_wasmtime: Option<String>,

    /// Trust it for artifacts of this version of wasmtime or an older one: for a key that is no longer used
    #[arg(long, value_name = "VERSION")]
    not_after: Option<String>,

    /// The number of keys that must have signed
    #[arg(long, value_name = "K")]
    threshold: Option<usize>,
}

#[derive(Args)]
struct Remove {
    /// The trust file
    file: PathBuf,

    /// The key's number, or as for `add`
    key: String,

    /// The number of keys that must have signed
    #[arg(long, value_name = "K")]
    threshold: Option<usize>,
}

impl Opts {
    /// The trust file, and the form of reports.
    pub(crate) fn file(&self) -> (&Path, Format) {
        match &self.verb {
            Verb::Add(Add { file, .. }) | Verb::Remove(Remove { file, .. }) => (file, Format::Human),
            Verb::List(common) | Verb::Check(common) => (&common.file, common.message_format),
        }
    }

    /// Runs the verb.
    pub(crate) fn run(&self) -> Result<()> {
        match &self.verb {
            Verb::Add(add) => add.run(),
            Verb::Remove(remove) => remove.run(),
            Verb::List(common) => common.list(),
            Verb::Check(common) => common.check(),
        }
    }
}

impl Add {
    fn run(&self) -> Result<()> {
        let key = key(&self.key)?;
        let mut line = key.to_string();
        let mut limit = |name: &str, value: String| line += &format!(" {name}={value}");
        if !self.backends.is_empty() {
            limit("backends", join(&self.backends));
        }
        if !self.targets.is_empty() {
            limit("targets", join(&self.targets));
        }
        for (name, version) in [("min-wasmtime", &self.min_wasmtime), ("not-after", &self.not_after)] {
            version.iter().for_each(|version| limit(name, version.clone()));
        }
        let before = if self.file.exists() { read_text(&self.file)? } else { String::new() };
        let mut lines = without(&before, &key, self.threshold);
        lines.push(line);
        write(&self.file, &lines)?;
        tell(&format!("`{}` trusts the key {}", escaped_path(&self.file), key.id));
        Ok(())
    }
}

impl Remove {
    fn run(&self) -> Result<()> {
        let trust = trust_file::read(&self.file)?;
        let wanted = key(&self.key);
        let is_wanted = |known: &PublicKey| match &wanted {
            Ok(key) => known.bytes() == key.bytes(),
            Err(_) => known.id.to_string().eq_ignore_ascii_case(&self.key),
        };
        let found: Vec<_> = trust.keys().iter().map(|trusted| trusted.key).filter(is_wanted).collect();
        let file = escaped_path(&self.file);
        let key = match (&found[..], wanted) {
            ([key], _) => *key,
            ([], Ok(_)) => bail!("`{file}` doesn't have this key"),
            ([], Err(error)) => return Err(error).context(format!("`{file}` has no key of this number")),
            _ => bail!("`{file}` has several keys of this number: name the key itself"),
        };
        let before = read_text(&self.file)?;
        let lines = without(&before, &key, self.threshold);
        write(&self.file, &lines)?;
        tell(&format!("`{file}` no longer trusts the key {}", key.id));
        Ok(())
    }
}

impl Common {
    fn list(&self) -> Result<()> {
        let trust = trust_file::read(&self.file)?;
        match self.message_format {
            Format::Json => trust.keys().iter().try_for_each(|trusted| {
                print(&Message::TrustedKey {
                    key: trusted.key.id.to_string(),
                    public_key: trusted.key.to_string(),
                    limits: trusted.limits.to_string().trim().into(),
                    threshold: trust.threshold(),
                })
            })?,
            Format::Human => {
                let mut text =
                    format!("{} of {} must have signed\n", trust.threshold(), keys(trust.keys().len()));
                for trusted in trust.keys() {
                    text += &format!("{}{}\n", trusted.key.id, trusted.limits);
                }
                print_bytes(text.as_bytes())?;
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let trust = trust_file::read(&self.file)?;
        let file = escaped_path(&self.file);
        #[cfg(unix)]
        if let Some(part) = changeable(&self.file)? {
            let folder = std::env::current_dir()?;
            let part = escaped_path(part.strip_prefix(folder).unwrap_or(&part));
            bail!(
                "`{file}`: others can replace it, since they can change `{part}`: `chown` or `chmod go-w` that"
            );
        }
        let text = format!(
            "`{file}` is right: {} of {} must have signed\n",
            trust.threshold(),
            keys(trust.keys().len())
        );
        if self.message_format == Format::Human {
            print_bytes(text.as_bytes())?;
        }
        Ok(())
    }
}

fn keys(count: usize) -> String {
    match count {
        1 => "1 key".into(),
        count => format!("{count} keys"),
    }
}

fn join(values: &[impl ToString]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// The part of a path that other users than this one and root can change: the file, or a folder on the way to it. A
/// folder's group may, as a user is often the only member of it, and all may who can't replace each other's files there.
#[cfg(unix)]
fn changeable(path: &Path) -> Result<Option<PathBuf>> {
    use std::os::unix::fs::MetadataExt;
    /// The bit of folders in which users can't replace each other's files.
    const STICKY: u32 = 0o1000;
    /// The most links that Linux follows, `MAXSYMLINKS`.
    const MOST_LINKS: usize = 40;
    let user = rustix::process::geteuid().as_raw();
    // The named path, that of each link on the way, and the real one.
    let mut link = std::path::absolute(path)?;
    let mut paths = vec![path.canonicalize()?, link.clone()];
    // Bounded, since another user may make a circle meanwhile.
    for _ in 0..MOST_LINKS {
        let Ok(target) = link.read_link() else { break };
        link = link.parent().map_or(target.clone(), |folder| folder.join(target));
        paths.push(link.clone());
    }
    for part in paths.iter().flat_map(|path| path.ancestors()) {
        let there = part.symlink_metadata()?;
        let open = match there.is_dir() {
            true => there.mode() & (STICKY | 0o002) == 0o002,
            false => !there.is_symlink() && there.mode() & 0o022 != 0,
        };
        if open || ![0, user].contains(&there.uid()) {
            return Ok(Some(part.into()));
        }
    }
    Ok(None)
}

/// The key of a file's name, or the key itself.
fn key(name: &str) -> Result<PublicKey> {
    let path = Path::new(name);
    if !path.exists() {
        if name.len() > PublicKey::LETTERS {
            // It may be a secret key, which isn't shown.
            bail!("it is neither a file nor a public key, which has {} letters", PublicKey::LETTERS);
        }
        return match name.parse() {
            Err(PublicKeyError::Text) => bail!("`{}` is neither a file nor a key", escaped_path(path)),
            key => key.with_context(|| format!("`{}`", escaped_path(path))),
        };
    }
    read_public_key(&read_text(path)?).with_context(|| format!("`{}`", escaped_path(path)))
}

/// The lines of a trust file without a key, and with another threshold.
fn without(text: &str, key: &PublicKey, threshold: Option<usize>) -> Vec<String> {
    let mut lines: Vec<_> = text.lines().filter(|line| !is_of(line, key)).map(String::from).collect();
    if let Some(threshold) = threshold {
        lines.retain(|line| !line.trim_start().starts_with("threshold="));
        lines.insert(0, format!("threshold={threshold}"));
    }
    lines
}

/// The test for a line with a key.
fn is_of(line: &str, key: &PublicKey) -> bool {
    let word = line.split_ascii_whitespace().next();
    word.and_then(|word| word.parse::<PublicKey>().ok()).is_some_and(|known| known.bytes() == key.bytes())
}

/// Writes a trust file, if it is one.
fn write(file: &Path, lines: &[String]) -> Result<()> {
    let text = lines.join("\n") + "\n";
    let parsed = Trust::parse(&text);
    parsed.with_context(|| format!("`{}` stays as it is: it would be wrong", escaped_path(file)))?;
    Destination::named(file, Path::new("")).write(text.as_bytes())?;
    Ok(())
}
