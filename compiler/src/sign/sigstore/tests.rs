use super::*;
use ct_codecs::{Base64, Decoder, Encoder};
use mock::Mock;
use serde_json::json;
use sigstore_verify::trust_root::SIGSTORE_STAGING_TRUSTED_ROOT;

mod mock;

/// A statement in the form of an artifact's.
const STATEMENT: &[u8] = b"precompile-statement-v1\nartifact: blake3 00\n";
const IDENTITY: &str = "builder@example.com";
const ISSUER: &str = "https://issuer.example";

/// A bundle that `cosign sign-blob` wrote on 2025-12-03 with sigstore's public instance, of
/// <https://github.com/sigstore/sigstore-rust> (Apache-2.0).
const RECORDED: &str = include_str!("tests/recorded.sigstore.json");
const RECORDED_TEXT: &[u8] = b"test content for cosign\n";

/// A bundle of sigstore's staging instance with a second log, whose key is of Ed25519, and a timestamp of an authority.
/// It is of <https://github.com/sigstore/sigstore-python> (Apache-2.0).
const RECORDED_IN_SECOND_LOG: &str = include_str!("tests/recorded-second-log.sigstore.json");
const SECOND_LOG_TEXT: &str = "DO NOT MODIFY ME!

this is \"staging-rekor-v2.txt\", a sample input for sigstore-python's unit tests.

DO NOT MODIFY ME!
";

fn signer(identity: &str, issuer: &str) -> SigstoreSigner {
    SigstoreSigner { identity: identity.into(), issuer: issuer.into() }
}

fn root(mock: &Mock) -> SigstoreRoot {
    SigstoreRoot::parse(&mock.root().to_string()).unwrap()
}

/// The outcome of a check with the mock's root and the right expectations.
fn check(bundle: &Value) -> Result<(), SigstoreError> {
    root(&Mock::new(0)).verify(&bundle.to_string(), STATEMENT, &signer(IDENTITY, ISSUER))
}

fn bundle() -> Value {
    Mock::new(0).bundle(STATEMENT, IDENTITY, ISSUER)
}

/// The field at a JSON pointer.
fn at<'a>(bundle: &'a mut Value, pointer: &str) -> &'a mut Value {
    bundle.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}"))
}

/// Changes a byte of a field in base64.
fn change(bundle: &mut Value, pointer: &str, byte: usize) {
    let field = at(bundle, pointer);
    let mut bytes = Base64::decode_to_vec(field.as_str().unwrap(), None).unwrap();
    bytes[byte] ^= 1;
    *field = Base64::encode_to_string(bytes).unwrap().into();
}

const CERTIFICATE: &str = "/verificationMaterial/certificate/rawBytes";
const SIGNATURE: &str = "/messageSignature/signature";
const ENTRY: &str = "/verificationMaterial/tlogEntries/0";

#[test]
fn a_right_bundle_passes() {
    check(&bundle()).unwrap();
}

#[test]
fn a_bundle_of_sigstores_public_instance_passes() {
    let root = SigstoreRoot::public();
    let mut recorded: Value = serde_json::from_str(RECORDED).unwrap();
    // The identity is a person's, whose address need not be here.
    let right = signer(&address(&recorded), "https://github.com/login/oauth");
    root.verify(RECORDED, RECORDED_TEXT, &right).unwrap();
    let refused = root.verify(RECORDED, b"another", &right).unwrap_err();
    assert!(matches!(refused, SigstoreError::OtherStatement), "{refused}");
    change(&mut recorded, SIGNATURE, 9);
    root.verify(&recorded.to_string(), RECORDED_TEXT, &right).unwrap_err();
}

/// The e-mail address in a recorded bundle's certificate: the first one of its alternative names.
fn address(bundle: &Value) -> String {
    let certificate = bundle.pointer(CERTIFICATE).unwrap().as_str().unwrap();
    let bytes = Base64::decode_to_vec(certificate, None).unwrap();
    let names = bytes.windows(3).position(|window| window == [0x55, 0x1d, 0x11]).unwrap();
    let tag = names + bytes[names..].iter().position(|byte| *byte == 0x81).unwrap();
    let text = &bytes[tag + 2..][..usize::from(bytes[tag + 1])];
    String::from_utf8(text.to_vec()).unwrap()
}

#[test]
fn a_bundle_of_a_log_with_ed25519_passes() {
    let root = SigstoreRoot::parse(SIGSTORE_STAGING_TRUSTED_ROOT).unwrap();
    let mut recorded: Value = serde_json::from_str(RECORDED_IN_SECOND_LOG).unwrap();
    let right = signer(&address(&recorded), "https://github.com/login/oauth");
    root.verify(RECORDED_IN_SECOND_LOG, SECOND_LOG_TEXT.as_bytes(), &right).unwrap();
    let time = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp";
    // In the signature, behind the authority's certificate, which the trusted root has, too.
    change(&mut recorded, time, 1200);
    let refused = root.verify(&recorded.to_string(), SECOND_LOG_TEXT.as_bytes(), &right).unwrap_err();
    assert!(is_untrusted(&refused, "time"), "{refused}");
}

#[test]
fn another_statement_is_refused() {
    let root = root(&Mock::new(0));
    let refused = root.verify(&bundle().to_string(), b"another", &signer(IDENTITY, ISSUER)).unwrap_err();
    assert!(matches!(refused, SigstoreError::OtherStatement), "{refused}");
    // The digest that the bundle states need not be there, and need not be believed.
    let mut other = Mock::new(0).bundle(b"another", IDENTITY, ISSUER);
    at(&mut other, "/messageSignature").as_object_mut().unwrap().remove("messageDigest");
    let refused = check(&other).unwrap_err();
    assert!(matches!(refused, SigstoreError::Signature), "{refused}");
    *at(&mut other, "/messageSignature") = json!({
        "messageDigest": bundle().pointer("/messageSignature/messageDigest"),
        "signature": other.pointer(SIGNATURE),
    });
    let refused = check(&other).unwrap_err();
    assert!(matches!(refused, SigstoreError::Signature), "{refused}");
}

#[test]
fn another_signer_is_refused() {
    let root = root(&Mock::new(0));
    let bundle = bundle().to_string();
    for identity in ["other@example.com", "builder@example.co", "uilder@example.com", "*", ".*"] {
        let refused = root.verify(&bundle, STATEMENT, &signer(identity, ISSUER)).unwrap_err();
        assert!(matches!(&refused, SigstoreError::Identity { found, .. } if found == IDENTITY), "{refused}");
    }
    for issuer in ["https://other.example", "https://issuer.example/", "*"] {
        let refused = root.verify(&bundle, STATEMENT, &signer(IDENTITY, issuer)).unwrap_err();
        assert!(matches!(&refused, SigstoreError::Issuer { found, .. } if found == ISSUER), "{refused}");
    }
    for nobody in [signer("", ISSUER), signer(IDENTITY, " ")] {
        let refused = root.verify(&bundle, STATEMENT, &nobody).unwrap_err();
        assert!(matches!(refused, SigstoreError::Nobody(_)), "{refused}");
    }
}

/// An identity that controls a terminal is shown escaped.
#[test]
fn a_hostile_identity_is_escaped() {
    let refused = check(&Mock::new(0).bundle(STATEMENT, "\u{1b}[31m@example.com", ISSUER)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        r"`\u{1b}[31m@example.com` signed it, not `builder@example.com`: have the right one sign, or name this one if you trust it"
    );
}

/// Each byte of the signature, of the certificate and of what the log states counts.
#[test]
fn each_changed_byte_is_refused() {
    let whole = bundle();
    let fields = [
        SIGNATURE,
        CERTIFICATE,
        "/messageSignature/messageDigest/digest",
        &format!("{ENTRY}/canonicalizedBody"),
        &format!("{ENTRY}/logId/keyId"),
        &format!("{ENTRY}/inclusionPromise/signedEntryTimestamp"),
        &format!("{ENTRY}/inclusionProof/rootHash"),
        &format!("{ENTRY}/inclusionProof/hashes/0"),
    ];
    let root = root(&Mock::new(0));
    for pointer in fields {
        let length = whole.pointer(pointer).unwrap().as_str().unwrap().trim_end_matches('=').len() * 3 / 4;
        for byte in 0..length {
            let mut changed = whole.clone();
            change(&mut changed, pointer, byte);
            let outcome = root.verify(&changed.to_string(), STATEMENT, &signer(IDENTITY, ISSUER));
            assert!(outcome.is_err(), "{pointer}: byte {byte} of {length}");
        }
    }
}

#[test]
fn each_changed_number_of_the_log_is_refused() {
    for (field, value) in [
        ("logIndex", "42"),
        ("integratedTime", "1767268921"),
        // Outside the certificate's validity, and in the future.
        ("integratedTime", "1767000000"),
        ("integratedTime", "9999999999"),
        ("inclusionProof/logIndex", "0"),
        ("inclusionProof/treeSize", "1"),
        ("kindVersion/version", "0.0.2"),
    ] {
        let mut changed = bundle();
        *at(&mut changed, &format!("{ENTRY}/{field}")) = value.into();
        assert!(check(&changed).is_err(), "{field}: {value}");
    }
    let mut changed = bundle();
    let envelope = at(&mut changed, &format!("{ENTRY}/inclusionProof/checkpoint/envelope"));
    *envelope = envelope.as_str().unwrap().replacen('2', "3", 1).into();
    check(&changed).unwrap_err();
}

#[test]
fn a_bundle_without_a_proof_of_a_log_is_refused() {
    let mut none = bundle();
    *at(&mut none, "/verificationMaterial/tlogEntries") = json!([]);
    let mut missing = bundle();
    at(&mut missing, "/verificationMaterial").as_object_mut().unwrap().remove("tlogEntries");
    let mut unproven = bundle();
    at(&mut unproven, ENTRY).as_object_mut().unwrap().remove("inclusionProof");
    // The oldest version, for which a promise is enough elsewhere.
    let mut oldest = unproven.clone();
    *at(&mut oldest, "/mediaType") = "application/vnd.dev.sigstore.bundle+json;version=0.1".into();
    let mut second = bundle();
    let entry = unproven.pointer(ENTRY).unwrap().clone();
    at(&mut second, "/verificationMaterial/tlogEntries").as_array_mut().unwrap().push(entry);
    for bundle in [none, missing, unproven, oldest, second] {
        let refused = check(&bundle).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "it has no proof that a transparency log holds it: sign again, and upload to a log"
        );
    }
    // Without the promise, nobody vouches for the time.
    let mut timeless = bundle();
    at(&mut timeless, ENTRY).as_object_mut().unwrap().remove("inclusionPromise");
    assert_eq!(
        check(&timeless).unwrap_err().to_string(),
        "the trusted root doesn't vouch for its time: it states none: use the newest root of its instance, or sign again"
    );
}

/// An entry of another signature, which the log holds as well.
#[test]
fn an_entry_of_another_signature_is_refused() {
    for other in [
        Mock::new(0).bundle(b"another", IDENTITY, ISSUER),
        Mock::new(0).bundle(STATEMENT, "other@example.com", ISSUER),
    ] {
        let mut mixed = bundle();
        *at(&mut mixed, ENTRY) = other.pointer(ENTRY).unwrap().clone();
        let refused = check(&mixed).unwrap_err();
        assert!(matches!(refused, SigstoreError::OtherStatement | SigstoreError::Entry(_)), "{refused}");
    }
}

fn is_untrusted(error: &SigstoreError, expected: &str) -> bool {
    matches!(error, SigstoreError::Untrusted { part, .. } if *part == expected)
}

#[test]
fn another_instance_is_refused() {
    let other = Mock::new(1).bundle(STATEMENT, IDENTITY, ISSUER);
    assert!(is_untrusted(&check(&other).unwrap_err(), LOG));
    let bundle = bundle().to_string();
    let refused = SigstoreRoot::public().verify(&bundle, STATEMENT, &signer(IDENTITY, ISSUER)).unwrap_err();
    assert!(is_untrusted(&refused, LOG), "{refused}");
    // One part of the root is another instance's.
    for (field, part) in
        [("tlogs", LOG), ("certificateAuthorities", "certificate"), ("ctlogs", "certificate")]
    {
        let mut root = Mock::new(0).root();
        root[field] = Mock::new(1).root()[field].clone();
        let root = SigstoreRoot::parse(&root.to_string()).unwrap();
        let refused = root.verify(&bundle, STATEMENT, &signer(IDENTITY, ISSUER)).unwrap_err();
        assert!(is_untrusted(&refused, part), "{field}: {refused}");
    }
}

#[test]
fn what_is_no_bundle_of_an_identity_is_refused() {
    let old = r#"{"base64Signature":"MEUC","cert":"LS0t","rekorBundle":{}}"#;
    assert!(matches!(read(old), Err(SigstoreError::OldFormat)));
    for text in ["", "{}", "[]", "nonsense", "{\"mediaType\":\"application/x\"}"] {
        assert!(matches!(read(text), Err(SigstoreError::Bundle(_))), "{text}");
    }
    let mut key = bundle();
    let material = at(&mut key, "/verificationMaterial").as_object_mut().unwrap();
    material.remove("certificate");
    material.insert("publicKey".into(), json!({ "hint": "a" }));
    assert_eq!(
        read(&key.to_string()).unwrap_err().to_string(),
        "it was signed with a key, and names no identity: sign without `--key`"
    );
    let mut attestation = bundle();
    let all = attestation.as_object_mut().unwrap();
    all.remove("messageSignature");
    all.insert(
        "dsseEnvelope".into(),
        json!({ "payload": "e30=", "payloadType": "a", "signatures": [{ "sig": "AA==", "keyid": "" }] }),
    );
    assert_eq!(
        read(&attestation.to_string()).unwrap_err().to_string(),
        "it is an attestation, which may claim anything of a file: sign with `cosign sign-blob`"
    );
}

#[test]
fn what_is_no_trusted_root_is_refused() {
    for text in ["", "{}", "nonsense", RECORDED] {
        assert!(SigstoreRoot::parse(text).is_err(), "{text}");
    }
    for (field, part) in [
        ("certificateAuthorities", "certificate authority"),
        ("tlogs", "transparency log"),
        ("ctlogs", "log of certificates"),
    ] {
        let mut root = Mock::new(0).root();
        root[field] = json!([]);
        let refused = SigstoreRoot::parse(&root.to_string()).err().unwrap();
        assert!(matches!(refused, SigstoreError::EmptyRoot(missing) if missing == part), "{refused}");
        root.as_object_mut().unwrap().remove(field);
        let refused = SigstoreRoot::parse(&root.to_string()).err().unwrap();
        assert!(matches!(refused, SigstoreError::EmptyRoot(missing) if missing == part), "{refused}");
    }
    let mut root = Mock::new(0).root();
    root["certificateAuthorities"][0]["certChain"]["certificates"] = json!([]);
    let refused = SigstoreRoot::parse(&root.to_string()).err().unwrap();
    assert!(matches!(refused, SigstoreError::Root(_)), "{refused}");
}

/// Each error says what is wrong, and what to do.
#[test]
fn errors_have_remedies() {
    let root = root(&Mock::new(0));
    let says = |bundle: &str, signer: &SigstoreSigner, text: &str| {
        let said = root.verify(bundle, STATEMENT, signer).unwrap_err().to_string();
        assert!(said.starts_with(text), "{said}");
    };
    let right = signer(IDENTITY, ISSUER);
    let text = bundle().to_string();
    says(&text, &signer("", ISSUER), "the expected identity is empty: name the one that must have signed");
    says(
        &text,
        &signer("a@b.c", ISSUER),
        "`builder@example.com` signed it, not `a@b.c`: have the right one sign, or name this one if you trust it",
    );
    says(
        &text,
        &signer(IDENTITY, "a"),
        "`https://issuer.example` vouches for its identity, not `a`: name this issuer if you trust it",
    );
    says(
        "{}",
        &right,
        "it is no sigstore bundle, as `cosign sign-blob --bundle` writes it: JSON error: missing field",
    );
    says(
        r#"{"base64Signature":"MEUC"}"#,
        &right,
        "it is in cosign's old format: sign with cosign 3, or with `--new-bundle-format`",
    );
    says(
        &Mock::new(0).bundle(b"another", IDENTITY, ISSUER).to_string(),
        &right,
        "it signs another text than this artifact's statement: sign what `precompile sign --statement` writes",
    );
    let changed = |pointer: &str, byte| {
        let mut changed = bundle();
        change(&mut changed, pointer, byte);
        changed.to_string()
    };
    says(
        &changed(SIGNATURE, 9),
        &right,
        "its signature isn't one of this artifact's statement: sign the statement again",
    );
    says(
        &changed(CERTIFICATE, 9),
        &right,
        "its certificate is wrong: malformed certificate: failed to parse",
    );
    says(
        &Mock::new(1).bundle(STATEMENT, IDENTITY, ISSUER).to_string(),
        &right,
        "the trusted root doesn't vouch for its entry of the transparency log: No log key valid at",
    );
    let mut mixed = bundle();
    let other = Mock::new(0).bundle(STATEMENT, "a@b.c", ISSUER);
    *at(&mut mixed, ENTRY) = other.pointer(ENTRY).unwrap().clone();
    says(
        &mixed.to_string(),
        &right,
        "its entry of the transparency log isn't one of this signature: certificate in bundle does not match",
    );
    for (text, said) in [
        (
            "{}",
            "it is no trusted root of sigstore's: failed to parse JSON: missing field `mediaType` at line 1 column 2: write one with `cosign trusted-root create`",
        ),
        (
            RECORDED,
            "it names no certificate authority, so nothing could be trusted: write another with `cosign trusted-root create`",
        ),
    ] {
        assert_eq!(SigstoreRoot::parse(text).err().unwrap().to_string(), said);
    }
}
