//! Signatures of files that are no artifacts, such as plugins, in minisign's format.

use super::keys::Trust;
use super::minisign;
use crate::signature::{KeyId, MOST_SIGNATURES, Signature};
use alloc::vec::Vec;

/// The beginning of a file of minisign's, and of each signature in it.
const COMMENT: &str = "untrusted comment:";

impl Trust {
    /// The trusted keys that have signed a file, from the text of `FILE.minisig`, in which several signatures may stand
    /// one after the other. Trusted comments aren't read. A key with limits doesn't count: they are about artifacts.
    pub fn signers_of_file(&self, content: &[u8], minisig: &str) -> Vec<KeyId> {
        let mut signers = Vec::new();
        let mut lines = minisig.lines();
        for _ in 0..MOST_SIGNATURES {
            let Some(signature) = next(&mut lines) else { break };
            let signer = self.keys.iter().find(|trusted| {
                trusted.key.id == signature.key
                    && trusted.limits == Default::default()
                    && trusted.key.verifies(&signature, content)
            });
            // A key that has signed twice counts once.
            if let Some(signer) = signer.filter(|signer| !signers.contains(&signer.key.id)) {
                signers.push(signer.key.id);
            }
        }
        signers
    }
}

/// The next signature of a text.
fn next<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Option<Signature> {
    lines.find(|line| line.starts_with(COMMENT))?;
    minisign::signature(lines.next()?)
}
