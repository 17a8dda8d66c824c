//! A sigstore instance of our own: a certificate authority, a log of certificates and a transparency log. Its keys and
//! times are always the same.

use ct_codecs::{Base64, Encoder};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The name of the log, by which its checkpoints are signed.
const ORIGIN: &str = "log.example";
/// The time at which the log took an entry: within the validity of each certificate, and after the keys began.
const LOGGED: i64 = 1_767_268_920;
/// The validity of certificates: ten minutes, from 2026-01-01, 12:00.
const VALIDITY: (&str, &str) = ("260101120000Z", "260101121000Z");
/// The validity of the authority.
const AUTHORITY_VALIDITY: (&str, &str) = ("250101000000Z", "350101000000Z");

const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];
/// Fulcio's extension with the issuer, 1.3.6.1.4.1.57264.1.8.
const ISSUER: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x08];
/// The list of timestamps of logs of certificates, 1.3.6.1.4.1.11129.2.4.2.
const TIMESTAMPS: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02];

/// An element of DER: a tag, the length of the parts, and the parts.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut element = vec![tag];
    match content.len() {
        length @ 0..128 => element.push(length as u8),
        length @ 128..256 => element.extend([0x81, length as u8]),
        length => element.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    element.extend(content);
    element
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(0x30, parts)
}

fn object(identifier: &[u8]) -> Vec<u8> {
    der(0x06, &[identifier])
}

fn bits(content: &[u8]) -> Vec<u8> {
    der(0x03, &[&[0], content])
}

fn name(text: &str) -> Vec<u8> {
    sequence(&[&der(0x31, &[&sequence(&[&object(COMMON_NAME), &der(0x0c, &[text.as_bytes()])])])])
}

fn validity((start, end): (&str, &str)) -> Vec<u8> {
    sequence(&[&der(0x17, &[start.as_bytes()]), &der(0x17, &[end.as_bytes()])])
}

fn extension(identifier: &[u8], is_critical: bool, content: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if is_critical { &[0x01, 0x01, 0xff] } else { &[] };
    sequence(&[&object(identifier), critical, &der(0x04, &[content])])
}

fn base64(bytes: &[u8]) -> String {
    Base64::encode_to_string(bytes).expect("the length is far from any limit")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

/// A key pair of ECDSA with P-256.
struct Key(SigningKey);

impl Key {
    /// The key of this number.
    fn new(number: u8) -> Key {
        Key(SigningKey::from_slice(&[number; 32]).expect("the number is below the curve's order"))
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(bytes);
        signature.to_der().as_bytes().to_vec()
    }

    /// The public key, as a certificate holds it.
    fn public(&self) -> Vec<u8> {
        let point = self.0.verifying_key().to_encoded_point(false);
        sequence(&[&sequence(&[&object(EC_PUBLIC_KEY), &object(P256)]), &bits(point.as_bytes())])
    }

    /// The number of a log with this key.
    fn log_id(&self) -> [u8; 32] {
        sha256(&[&self.public()])
    }

    /// A certificate of these parts, which this key signs.
    fn certificate(&self, content: &[u8]) -> Vec<u8> {
        let algorithm = sequence(&[&object(ECDSA_WITH_SHA256)]);
        sequence(&[content, &algorithm, &bits(&self.sign(content))])
    }
}

/// The part of a certificate that is signed.
fn certificate_content(
    subject: &[u8],
    validity_of: (&str, &str),
    key: &Key,
    extensions: &[&[u8]],
) -> Vec<u8> {
    sequence(&[
        &der(0xa0, &[&der(0x02, &[&[2]])]),
        &der(0x02, &[&[7]]),
        &sequence(&[&object(ECDSA_WITH_SHA256)]),
        &name("authority"),
        &validity(validity_of),
        subject,
        &key.public(),
        &der(0xa3, &[&sequence(extensions)]),
    ])
}

/// The instance.
pub(super) struct Mock {
    authority: Key,
    certificates: Key,
    log: Key,
    signer: Key,
}

impl Mock {
    /// The instance of this number: another has other keys.
    pub(super) fn new(number: u8) -> Mock {
        let key = |at| Key::new(number * 4 + at);
        Mock { authority: key(1), certificates: key(2), log: key(3), signer: key(4) }
    }

    /// The trusted root that names this instance's keys.
    pub(super) fn root(&self) -> Value {
        let since = json!({ "start": "2025-01-01T00:00:00Z" });
        let log = |key: &Key| {
            json!({
                "baseUrl": "https://log.example",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": base64(&key.public()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": since,
                },
                "logId": { "keyId": base64(&key.log_id()) },
            })
        };
        let extensions = [
            extension(BASIC_CONSTRAINTS, true, &sequence(&[&[0x01, 0x01, 0xff]])),
            // The signing of certificates.
            extension(KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x06]),
        ];
        let extensions: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
        let content =
            certificate_content(&name("authority"), AUTHORITY_VALIDITY, &self.authority, &extensions);
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(&self.log)],
            "ctlogs": [log(&self.certificates)],
            "certificateAuthorities": [{
                "subject": { "commonName": "authority" },
                "uri": "https://authority.example",
                "certChain": {
                    "certificates": [{ "rawBytes": base64(&self.authority.certificate(&content)) }],
                },
                "validFor": since,
            }],
        })
    }

    /// The certificate of an identity, an e-mail address, for the signer's key.
    fn certificate(&self, identity: &str, issuer: &str) -> Vec<u8> {
        let mut extensions = vec![
            extension(KEY_USAGE, true, &[0x03, 0x02, 0x07, 0x80]),
            extension(EXTENDED_KEY_USAGE, false, &sequence(&[&object(CODE_SIGNING)])),
            extension(ALTERNATIVE_NAME, true, &sequence(&[&der(0x81, &[identity.as_bytes()])])),
            extension(ISSUER, false, &der(0x0c, &[issuer.as_bytes()])),
        ];
        let content = |extensions: &[Vec<u8>]| {
            let extensions: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
            certificate_content(&sequence(&[]), VALIDITY, &self.signer, &extensions)
        };
        // The log of certificates signs the certificate without its own timestamp (RFC 6962, 3.2).
        let entry = content(&extensions);
        let time = (LOGGED as u64 * 1000).to_be_bytes();
        let length = (entry.len() as u32).to_be_bytes();
        let signature = self.certificates.sign(
            &[
                &[0, 0][..],
                &time,
                &[0, 1],
                &sha256(&[&self.authority.public()]),
                &length[1..],
                &entry,
                &[0, 0],
            ]
            .concat(),
        );
        let length = |bytes: &[u8]| (bytes.len() as u16).to_be_bytes();
        let timestamp = [
            &[0][..],
            &self.certificates.log_id(),
            &time,
            &[0, 0],
            // SHA-256 and ECDSA.
            &[4, 3],
            &length(&signature),
            &signature,
        ]
        .concat();
        let one = [&length(&timestamp)[..], &timestamp].concat();
        let list = [&length(&one)[..], &one].concat();
        extensions.push(extension(TIMESTAMPS, false, &der(0x04, &[&list])));
        self.authority.certificate(&content(&extensions))
    }

    /// The bundle of a text that an identity signs, and its log takes.
    pub(super) fn bundle(&self, text: &[u8], identity: &str, issuer: &str) -> Value {
        let digest = sha256(&[text]);
        let signature = self.signer.sign(text);
        let certificate = self.certificate(identity, issuer);
        let pem =
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", base64(&certificate));
        // Keys in the order of their names are the canonical form.
        let body = json!({
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": { "hash": { "algorithm": "sha256", "value": hex(&digest) } },
                "signature": {
                    "content": base64(&signature),
                    "publicKey": { "content": base64(pem.as_bytes()) },
                },
            },
        })
        .to_string();
        let (index, log_id) = (41, self.log.log_id());
        let promise = json!({
            "body": base64(body.as_bytes()),
            "integratedTime": LOGGED,
            "logID": hex(&log_id),
            "logIndex": index,
        })
        .to_string();
        // The log has two entries, of which this is the second.
        let (before, leaf) = (sha256(&[&[0], b"before"]), sha256(&[&[0], body.as_bytes()]));
        let root = sha256(&[&[1], &before, &leaf]);
        let tree = format!("{ORIGIN}\n2\n{}\n", base64(&root));
        let tree_signature = [&log_id[..4], &self.log.sign(tree.as_bytes())].concat();
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": { "rawBytes": base64(&certificate) },
                "tlogEntries": [{
                    "logIndex": index.to_string(),
                    "logId": { "keyId": base64(&log_id) },
                    "kindVersion": { "kind": "hashedrekord", "version": "0.0.1" },
                    "integratedTime": LOGGED.to_string(),
                    "inclusionPromise": {
                        "signedEntryTimestamp": base64(&self.log.sign(promise.as_bytes())),
                    },
                    "inclusionProof": {
                        "logIndex": "1",
                        "rootHash": base64(&root),
                        "treeSize": "2",
                        "hashes": [base64(&before)],
                        "checkpoint": {
                            "envelope": format!("{tree}\n— {ORIGIN} {}\n", base64(&tree_signature)),
                        },
                    },
                    "canonicalizedBody": base64(body.as_bytes()),
                }],
            },
            "messageSignature": {
                "messageDigest": { "algorithm": "SHA2_256", "digest": base64(&digest) },
                "signature": base64(&signature),
            },
        })
    }
}
