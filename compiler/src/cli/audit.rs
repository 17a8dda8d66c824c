//! `precompile audit PATH...`: the artifacts that a compiler with a known fault made.

mod audited;
mod report;

use crate::artifacts::{below, empty};
use crate::cache_opts::StoreOpts;
use crate::kind::Kind;
use crate::message::Format;
use crate::read_artifact::FatArtifact;
use crate::unreadable;
use anyhow::{Context, Result, anyhow};
use audited::{Audited, Origin};
use clap::Args;
use precompile::artifact::audit::{Advisories, TABLE};
use precompile::artifact::escaped_path;
use precompile::artifact::fat::is_fat;
use precompile::cache::{Outcome, Store};
use precompile::is_kept_module;
use report::Report;
use std::path::{Path, PathBuf};

/// Find artifacts whose compiler had a known fault
///
/// An artifact keeps the faults of its compiler after Wasmtime was mended: compile it again. The advisories are those
/// on generated code; each is compared with the version, the backend, the target, the WebAssembly features and the
/// settings of an artifact. Of an artifact by wasmtime's own command only the major version is known, so that it is
/// possibly affected. Exits with 0 if nothing is found, with 1 if something is, or if an artifact can't be read.
#[derive(Args)]
pub(crate) struct Opts {
    /// Artifacts, and folders with .cwasm files
    #[arg(value_name = "PATH", required_unless_present = "cache")]
    paths: Vec<PathBuf>,

    /// Audit the artifacts in the cache, too
    #[arg(long)]
    cache: bool,

    /// A newer table of advisories than the one of this build, of the same grammar
    #[arg(long, value_name = "FILE")]
    advisories: Option<PathBuf>,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,

    #[command(flatten)]
    store: StoreOpts,
}

impl Opts {
    /// The text of the table of advisories, which is known to be one.
    ///
    /// # Errors
    ///
    /// If the named file can't be read, or is no table.
    pub(crate) fn table(&self) -> Result<String> {
        let Some(path) = &self.advisories else { return Ok(TABLE.into()) };
        let bytes = unreadable::read(path)?;
        let wrong = || format!("`{}` is no table of advisories", escaped_path(path));
        let text = String::from_utf8(bytes).map_err(|_| anyhow!("it is no text")).with_context(wrong)?;
        Advisories::parse(&text).with_context(wrong)?;
        Ok(text)
    }

    /// Audits, and returns `false` where something was found, or couldn't be read.
    pub(crate) fn run(&self, table: &str) -> Result<bool> {
        let mut report = Report::new(Advisories::parse(table)?, self.message_format);
        for path in &self.paths {
            match path.is_dir() {
                true => folder(path, &mut report)?,
                false => file(path, &mut report)?,
            }
        }
        if self.cache {
            cache(&self.store.store()?, &mut report)?;
        }
        report.finish()
    }
}

fn file(path: &Path, report: &mut Report<'_>) -> Result<()> {
    let origin = Origin::File(path);
    match unreadable::read(path) {
        Ok(bytes) if is_fat(&bytes) => match FatArtifact::of(path, &bytes) {
            Ok(fat) => {
                let mut manifests = fat.trailers.into_iter().map(|trailer| trailer.manifest);
                manifests.try_for_each(|it| report.audited(&origin, &Audited::Ours(Box::new(it))))
            }
            Err(error) => report.failed(&origin, &error),
        },
        Ok(bytes) => audit(&origin, &bytes, report),
        Err(error) => report.failed(&origin, &error),
    }
}

/// Links out of the folder are left out, as the verb `compile` does it.
fn folder(path: &Path, report: &mut Report<'_>) -> Result<()> {
    let origin = Origin::File(path);
    let walked = match below(path, "name it to have it audited") {
        Ok(walked) => walked,
        Err(error) => return report.failed(&origin, &unreadable::unreadable(&error)),
    };
    let is_empty = walked.files.is_empty() && walked.unreadable.is_empty();
    for found in &walked.files {
        file(found, report)?;
    }
    for (found, error) in &walked.unreadable {
        let error = unreadable::unreadable(error).context(format!("`{}`", escaped_path(found)));
        report.failed(&Origin::File(found), &error)?;
    }
    match is_empty {
        true => report.failed(&origin, &Kind::Read.error(empty(path))),
        false => Ok(()),
    }
}

fn cache(store: &Store, report: &mut Report<'_>) -> Result<()> {
    for found in store.list()? {
        let is_blob = matches!(found.record.outcome, Outcome::Blob { .. });
        if !is_blob || is_kept_module(&found.record.recipe) {
            continue;
        }
        let origin = Origin::Cache { key: found.record.key.to_string(), input: found.name.as_deref() };
        let bytes = match store.entry(found.record.key) {
            Ok(Some(entry)) => entry.read().map_err(anyhow::Error::from),
            // Another process has removed it meanwhile.
            Ok(None) => continue,
            Err(error) => Err(error.into()),
        };
        match bytes {
            Ok(bytes) => audit(&origin, &bytes, report)?,
            Err(error) => report.failed(&origin, &error.context(origin.name()))?,
        }
    }
    Ok(())
}

fn audit(origin: &Origin<'_>, bytes: &[u8], report: &mut Report<'_>) -> Result<()> {
    match Audited::read(bytes) {
        Ok(audited) => report.audited(origin, &audited),
        Err(error) => report.failed(origin, &origin.error(bytes, error)),
    }
}
