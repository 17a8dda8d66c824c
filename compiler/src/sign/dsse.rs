//! The DSSE envelope: a signed text, in the form that supply-chain tools read
//! (<https://github.com/secure-systems-lab/dsse>, protocol and envelope v1).

use crate::sign::SecretKey;
use ct_codecs::{Base64, Encoder};
use serde_json::json;

/// The envelope around a payload, which a key signs by Ed25519, as one line of JSON.
pub fn envelope(key: &SecretKey, payload_type: &str, payload: &[u8]) -> String {
    let base64 = |bytes: &[u8]| Base64::encode_to_string(bytes).expect("the length is far from any limit");
    let signature = key.sign_bytes(&pre_authentication(payload_type, payload));
    json!({
        "payload": base64(payload),
        "payloadType": payload_type,
        "signatures": [{ "keyid": key.public().id.to_string(), "sig": base64(&signature) }],
    })
    .to_string()
}

/// The bytes that are signed: the envelope's type and payload, each behind its length in bytes.
fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the protocol's document.
    #[test]
    fn the_signed_bytes_are_the_protocols() {
        let signed = pre_authentication("http://example.com/HelloWorld", b"hello world");
        assert_eq!(signed, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
