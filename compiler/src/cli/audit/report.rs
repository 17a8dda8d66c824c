//! The report of an audit.

use super::audited::{Audited, Origin};
use crate::kind::Kind;
use crate::message::{Format, Message, print, print_bytes, tell_error};
use anyhow::Result;
use precompile::artifact::Escaped;
use precompile::artifact::audit::{Advisories, Advisory, Subject, Verdict};
use std::iter;

/// The report of an audit, which is printed as it grows.
pub(super) struct Report<'a> {
    advisories: Advisories<'a>,
    format: Format,
    artifacts: u64,
    affected: u64,
    possible: u64,
    failed: u64,
}

impl<'a> Report<'a> {
    pub(super) fn new(advisories: Advisories<'a>, format: Format) -> Report<'a> {
        Report { advisories, format, artifacts: 0, affected: 0, possible: 0, failed: 0 }
    }

    /// Reports the advisories that concern an artifact.
    pub(super) fn audited(&mut self, origin: &Origin<'_>, audited: &Audited) -> Result<()> {
        self.artifacts += 1;
        audited.with_subject(|subject| {
            let found: Vec<_> = self.advisories.concern(subject).collect();
            match found.iter().map(|(_, verdict)| *verdict).max() {
                None => return Ok(()),
                Some(Verdict::Affected) => self.affected += 1,
                Some(Verdict::Possible) => self.possible += 1,
            }
            match self.format {
                Format::Human => {
                    let head = format!("{}: {}", origin.name(), audited.compiler());
                    let lines =
                        found.iter().flat_map(|(advisory, verdict)| lines(advisory, *verdict, subject));
                    let text: String =
                        iter::once(head).chain(lines).map(|line| format!("{}\n", Escaped(&line))).collect();
                    Ok(print_bytes(text.as_bytes())?)
                }
                Format::Json => {
                    for (advisory, verdict) in found {
                        print(&message(origin, audited, subject, &advisory, verdict))?;
                    }
                    Ok(())
                }
            }
        })
    }

    /// Reports an artifact or a folder that can't be audited.
    pub(super) fn failed(&mut self, origin: &Origin<'_>, error: &anyhow::Error) -> Result<()> {
        self.failed += 1;
        let (kind, error) = (Kind::of(error), format!("{error:#}"));
        tell_error(&error);
        if self.format == Format::Json {
            print(&Message::Failed { input: origin.path(), kind, error, target: None, output: None })?;
        }
        Ok(())
    }

    /// Prints the counts. Returns `false` where something was found, or couldn't be read.
    pub(super) fn finish(&self) -> Result<bool> {
        let Report { artifacts, affected, possible, failed, .. } = *self;
        let date = self.advisories.date();
        match self.format {
            Format::Json => print(&Message::Audited {
                advisories: date,
                artifacts,
                affected,
                possibly_affected: possible,
                failed,
            })?,
            Format::Human => {
                let counts =
                    [(affected, "affected"), (possible, "possibly affected"), (failed, "unreadable")];
                let counts = counts.iter().filter(|(count, _)| *count > 0);
                let counts: Vec<_> = counts.map(|(count, what)| format!("{count} {what}")).collect();
                let found = if counts.is_empty() { "no known fault".into() } else { counts.join(", ") };
                let noun = if artifacts == 1 { "artifact" } else { "artifacts" };
                let text = format!("{artifacts} {noun}, by the advisories of {date}: {found}\n");
                print_bytes(text.as_bytes())?;
            }
        }
        Ok(affected + possible + failed == 0)
    }
}

/// The lines about an advisory, for people.
fn lines(advisory: &Advisory<'_>, verdict: Verdict, subject: &Subject<'_>) -> Vec<String> {
    let fixed = advisory.fixed(subject).map_or_else(String::new, |fixed| format!(", fixed in {fixed}"));
    let source = advisory.field("source");
    let names: Vec<_> = advisory.names().skip(1).chain(iter::once(source)).collect();
    let mut lines = vec![
        format!("  {} by {}{fixed}: {}", verdict.name(), advisory.id(), advisory.field("title")),
        format!("    {}", names.join(", ")),
    ];
    let unverified = advisory.field("unverified");
    if !unverified.is_empty() {
        lines.push(format!("    not verified: {unverified}"));
    }
    lines
}

fn message<'a>(
    origin: &'a Origin<'_>,
    audited: &'a Audited,
    subject: &Subject<'a>,
    advisory: &Advisory<'a>,
    verdict: Verdict,
) -> Message<'a> {
    let field = |name| Some(advisory.field(name)).filter(|value| !value.is_empty());
    let (key, input) = match origin {
        Origin::File(_) => (None, None),
        Origin::Cache { key, input } => (Some(key.as_str()), *input),
    };
    Message::Advisory {
        artifact: origin.path(),
        key,
        input,
        wasmtime_version: audited.wasmtime_version(),
        backend: subject.backend,
        target: subject.target,
        verdict: verdict.name(),
        advisory: advisory.id(),
        aliases: advisory.names().skip(1).collect(),
        title: advisory.field("title"),
        published: field("published"),
        fixed: advisory.fixed(subject),
        unverified: field("unverified"),
        source: advisory.field("source"),
    }
}
