//! The end of a fat artifact, once all of its slices are there.

use crate::compile::Opts;
use crate::compile::job::Job;
use crate::kind::Kind;
use crate::message::{Format, Message, print, tell};
use crate::progress::Progress;
use crate::units::size;
use anyhow::Result;
use precompile::Written;
use precompile::artifact::escaped_path;
use precompile::artifact::fat;

impl Opts {
    /// Writes and reports the fat artifact of which a job made a slice, if it was the last one.
    ///
    /// # Errors
    ///
    /// If the slices can't be joined, or the result can't be written.
    pub(super) fn join(&self, job: &Job, progress: &Progress) -> Result<()> {
        let Some(mut slices) = job.output.fat.as_ref().and_then(|fat| fat.take_all()) else { return Ok(()) };
        // Where Cranelift stands in for Winch, both slices are the same.
        slices.sort_unstable();
        slices.dedup();
        let parts: Vec<&[u8]> = slices.iter().map(Vec::as_slice).collect();
        let mut joined = fat::write(&parts, true).map_err(|error| Kind::Other.error(error.to_string()))?;
        job.signatures.sign_fat(&mut joined);
        let written = job.write_whole(&joined)?;
        let (output, count, bytes) = (&job.output.path, slices.len(), joined.len() as u64);
        let mut printed = Ok(());
        progress.above(|| match self.message_format {
            Format::Json => {
                printed = print(&Message::Joined { output, slices: count, artifact_bytes: bytes })
            }
            Format::Human if self.quiet => {}
            Format::Human => {
                let s = if count == 1 { "" } else { "s" };
                let unchanged = if written == Written::Unchanged { ", unchanged" } else { "" };
                let (output, size) = (escaped_path(output), size(bytes));
                let key = job.signatures.signer();
                let key = key.map(|key| format!(", signed with the key {key}")).unwrap_or_default();
                tell(&format!("joined {count} slice{s} in `{output}` ({size}){key}{unchanged}"));
            }
        });
        Ok(printed?)
    }
}
