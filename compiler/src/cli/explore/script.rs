//! The script of a page, and the data that it shows.

use anyhow::Result;
use ct_codecs::{Base64, Encoder};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A value as JSON that may stand in a `<script>`: no text in it ends the element, or begins a comment there.
///
/// # Errors
///
/// If the value has no JSON.
pub(super) fn script_data(value: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    Ok(json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

/// The name of a script in a page's policy, by which a browser runs this script and no other.
///
/// # Errors
///
/// None: a digest is short.
pub(super) fn script_source(script: &str) -> Result<String> {
    Ok(format!("'sha256-{}'", Base64::encode_to_string(Sha256::digest(script))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_stays_in_its_element() {
        let hostile = "</script><!--<script>&\u{2028}\n\"";
        let data = script_data(&hostile).unwrap();
        assert!(!data.contains(['<', '>', '&', '\n']), "{data}");
        assert_eq!(serde_json::from_str::<String>(&data).unwrap(), hostile);
        // A planted fault: JSON as it is would end the element.
        assert!(serde_json::to_string(&hostile).unwrap().contains("</script>"));
    }

    /// The digest of nothing is well known.
    #[test]
    fn scripts_are_named_by_their_digests() {
        let expected = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
        assert_eq!(script_source("").unwrap(), expected);
    }
}
