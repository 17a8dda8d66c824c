//! The text of a signature for minisign.

use ct_codecs::{Base64, Encoder};
use precompile_artifact::signature::{Algorithm, Signature};

/// The file `STATEMENT.minisig`, with which `minisign -V` checks the statement; `None` for a signature that minisign
/// doesn't know, or that has no trusted comment.
pub fn text(signature: &Signature) -> Option<String> {
    let algorithm = match signature.algorithm {
        Algorithm::Plain => b"Ed",
        Algorithm::Prehashed => b"ED",
        _ => return None,
    };
    let (global, comment) = signature.extra.split_at_checked(64)?;
    // Minisign's own comments have tabs.
    let breaks_line = |char: char| char.is_control() && char != '\t';
    let comment = std::str::from_utf8(comment).ok().filter(|comment| !comment.contains(breaks_line))?;
    let base64 = |bytes: &[u8]| Base64::encode_to_string(bytes).expect("the length is far from any limit");
    let signed = base64(&[&algorithm[..], &signature.key.0, &signature.bytes].concat());
    Some(format!(
        "untrusted comment: signature by {}\n{signed}\ntrusted comment: {comment}\n{}\n",
        signature.key,
        base64(global)
    ))
}
