//! Trust: trust files, signatures, and every way in which an artifact isn't signed as a host demands.

use ed25519_compact::{KeyPair, Seed};
use precompile_artifact::signature::{Algorithm, KeyId, MOST_SIGNATURES, Signature};
use precompile_artifact::statement::Statement;
use precompile_artifact::trailer::{self, Trailer};
use precompile_artifact::trust::{Fault, PublicKey, Refusal};
use precompile_artifact::{Code, Trust};

const ARTIFACT: &[u8] = include_bytes!("golden/format-2.cwasm");
/// The statement of that artifact. It must never change.
const STATEMENT: &str = include_str!("golden/format-2.statement");
/// The same module's artifact in the format before.
const FORMAT_1: &[u8] = include_bytes!("golden/format-1.cwasm");

/// A key pair, and its number.
struct Signer {
    pair: KeyPair,
    id: KeyId,
}

impl Signer {
    fn new(number: u8) -> Signer {
        Signer { pair: KeyPair::from_seed(Seed::new([number; 32])), id: KeyId([number; 8]) }
    }

    fn public(&self) -> PublicKey {
        PublicKey::new(self.id, *self.pair.pk).unwrap()
    }

    fn sign(&self, statement: &str) -> Signature {
        let bytes = *self.pair.sk.sign(statement, None);
        Signature { algorithm: Algorithm::Plain, key: self.id, bytes, extra: Vec::new() }
    }
}

/// The artifact's trailer with these signatures.
fn signed(signatures: &[Signature]) -> Trailer {
    let mut trailer = trailer::read(ARTIFACT).unwrap();
    signatures.iter().for_each(|signature| signature.write_to(&mut trailer.signatures));
    trailer
}

fn trust(lines: &[String]) -> Trust {
    Trust::parse(&lines.join("\n")).unwrap()
}

fn code(trust: &Trust, trailer: &Trailer) -> Option<Code> {
    trust.check(trailer).err().map(|refusal| trust.mismatch(&refusal).code)
}

/// The text of the refusal of the artifact with these signatures.
fn refused(trust: &Trust, signatures: &[Signature]) -> String {
    trust.mismatch(&trust.check(&signed(signatures)).unwrap_err()).to_string()
}

#[test]
fn a_statement_never_changes() {
    let trailer = trailer::read(ARTIFACT).unwrap();
    assert_eq!(Statement::of(&trailer).as_str(), STATEMENT);
    // Not even by signatures.
    assert_eq!(Statement::of(&signed(&[Signer::new(1).sign(STATEMENT)])).as_str(), STATEMENT);
}

#[test]
fn a_signature_counts_for_its_artifact_alone() {
    let signer = Signer::new(1);
    let trust = Trust::in_key(signer.public());
    let signature = signer.sign(STATEMENT);
    assert_eq!(trust.check(&signed(std::slice::from_ref(&signature))), Ok(vec![signer.id]));
    assert_eq!(code(&trust, &signed(&[])), Some(Code::Unsigned));
    for (line, other) in STATEMENT.lines().zip(
        [
            "precompile-statement-v2",
            "artifact: blake3 00",
            "source: blake3 00",
            "target: riscv64gc-unknown-linux-gnu",
        ]
        .into_iter()
        .chain(["backend: other", "wasmtime: 1.0.0", "precompile: 9.0.0"]),
    ) {
        let forged = signer.sign(&STATEMENT.replace(line, other));
        let refusal = trust.check(&signed(&[forged])).unwrap_err();
        assert_eq!(refusal.faults, [(signer.id, Fault::Wrong)], "{other}");
        assert_eq!(refusal.code(), Code::SignatureWrong);
    }
    // Of another artifact, whatever else is the same.
    let mut other = signed(&[signature]);
    other.digest[31] ^= 1;
    assert_eq!(code(&trust, &other), Some(Code::SignatureWrong));
}

/// The signature of an artifact isn't one of the same module's in an older format, which is read, too.
#[test]
fn a_downgraded_format_is_not_what_was_signed() {
    let signer = Signer::new(1);
    let trust = Trust::in_key(signer.public());
    let mut older = trailer::read(FORMAT_1).unwrap();
    signer.sign(STATEMENT).write_to(&mut older.signatures);
    assert_eq!(code(&trust, &older), Some(Code::SignatureWrong));
    let mut own = trailer::read(FORMAT_1).unwrap();
    signer.sign(Statement::of(&own).as_str()).write_to(&mut own.signatures);
    assert_eq!(code(&trust, &own), None);
}

#[test]
fn every_bit_of_a_signature_counts() {
    let signer = Signer::new(1);
    let trust = Trust::in_key(signer.public());
    let good = signed(&[signer.sign(STATEMENT)]);
    assert_eq!(code(&trust, &good), None);
    for bit in 0..good.signatures.len() * 8 {
        let mut changed = good.clone();
        changed.signatures[bit / 8] ^= 1 << (bit % 8);
        let found = code(&trust, &changed).expect("a changed signature is refused");
        let expected = match bit / 8 {
            // The algorithm; `Ed` and `ED` differ in one bit.
            0..2 => Code::SignatureWrong,
            2..10 => Code::KeyUnknown,
            10..74 => Code::SignatureWrong,
            _ => Code::SignatureFormat,
        };
        assert_eq!(found, expected, "bit {bit}");
    }
}

#[test]
fn a_key_that_is_unknown_or_removed_does_not_count() {
    let (ours, theirs) = (Signer::new(1), Signer::new(2));
    let both = trust(&[ours.public().to_string(), theirs.public().to_string()]);
    let trailer = signed(&[theirs.sign(STATEMENT)]);
    assert_eq!(code(&both, &trailer), None);
    let removed = Trust::in_key(ours.public());
    assert_eq!(code(&removed, &trailer), Some(Code::KeyUnknown));
    // A key that takes the number of ours.
    let mut forger = Signer::new(3);
    forger.id = ours.id;
    assert_eq!(code(&removed, &signed(&[forger.sign(STATEMENT)])), Some(Code::SignatureWrong));
    // Beside it, ours counts, whichever comes first; and where both are trusted, each does.
    let mixed = [forger.sign(STATEMENT), ours.sign(STATEMENT)];
    assert_eq!(removed.check(&signed(&mixed)), Ok(vec![ours.id]));
    let same_number = trust(&["threshold=2".into(), forger.public().to_string(), ours.public().to_string()]);
    assert_eq!(same_number.check(&signed(&mixed)), Ok(vec![ours.id, ours.id]));
}

#[test]
fn a_threshold_counts_keys() {
    let signers = [1, 2, 3].map(Signer::new);
    let mut lines = vec!["threshold=2".to_string()];
    lines.extend(signers.iter().map(|signer| signer.public().to_string()));
    let trust = trust(&lines);
    let [one, two, _] = signers.each_ref().map(|signer| signer.sign(STATEMENT));
    assert_eq!(code(&trust, &signed(&[one.clone(), two.clone()])), None);
    assert_eq!(code(&trust, &signed(std::slice::from_ref(&one))), Some(Code::TooFewSigners));
    // Not the same key twice, also by two algorithms.
    let mut again = signers[0].sign(STATEMENT);
    again.algorithm = Algorithm::Prehashed;
    again.bytes = *signers[0].pair.sk.sign(blake2(STATEMENT), None);
    assert_eq!(trust.check(&signed(&[one.clone(), again.clone()])).unwrap_err().signers, [signers[0].id]);
    assert_eq!(code(&trust, &signed(&[one.clone(), one.clone()])), Some(Code::TooFewSigners));
    // One of the two is wrong.
    let mut wrong = two;
    wrong.bytes[0] ^= 1;
    let refusal = trust.check(&signed(&[one, wrong])).unwrap_err();
    assert_eq!(refusal.signers, [signers[0].id]);
    assert_eq!(refusal.faults, [(signers[1].id, Fault::Wrong)]);
}

fn blake2(text: &str) -> [u8; 64] {
    use blake2::Digest;
    blake2::Blake2b512::digest(text).into()
}

#[test]
fn limits_of_a_key_hold() {
    let signer = Signer::new(1);
    let trailer = signed(&[signer.sign(STATEMENT)]);
    let manifest = &trailer.manifest;
    let (backend, other) = match manifest.backend.name() {
        "winch" => ("winch", "cranelift"),
        _ => ("cranelift", "winch"),
    };
    let (target, version) = (manifest.target.clone(), manifest.wasmtime_version.clone());
    let architecture = target.split('-').next().unwrap();
    for (limits, holds) in [
        (format!("backends={backend}"), true),
        (format!("backends={backend},{other}"), true),
        (format!("backends={other}"), false),
        (format!("targets=riscv64gc-unknown-linux-gnu,{target}"), true),
        (format!("targets={architecture}"), true),
        ("targets=riscv64gc-unknown-linux-gnu".into(), false),
        (format!("min-wasmtime={version} not-after={version}"), true),
        ("min-wasmtime=999.0.0".into(), false),
        ("not-after=1.0.0".into(), false),
        (format!("backends={backend} targets={target} not-after=1.0.0"), false),
    ] {
        let trust = trust(&[format!("{} {limits}", signer.public())]);
        let expected = (!holds).then_some(Code::KeyLimits);
        assert_eq!(code(&trust, &trailer), expected, "{limits}");
        // What is read is what was written.
        assert_eq!(Trust::parse(&trust.to_string()).unwrap(), trust);
    }
}

/// A point of low order: with it, a signature of zeros fits some messages.
#[test]
fn weak_keys_are_refused() {
    use ct_codecs::{Base64, Encoder};
    let low_order = {
        let mut points = vec![[0; 32], [0; 32], [0xff; 32]];
        // The points of order 4, 1 and 2.
        points[1][0] = 1;
        points[2][0] = 0xec;
        points[2][31] = 0x7f;
        points
    };
    // No point, and one that isn't in its one encoding: 1 + p.
    let mut not_canonical = [0xff; 32];
    not_canonical[0] = 0xee;
    not_canonical[31] = 0x7f;
    let mut no_point = [0; 32];
    no_point[0] = 2;
    for key in low_order.into_iter().chain([not_canonical, no_point]) {
        assert!(PublicKey::new(KeyId([0; 8]), key).is_err());
        let bytes = [&b"Ed"[..], &[0; 8], &key].concat();
        let mut text = [0; 56];
        let text = str::from_utf8(Base64::encode(&mut text, bytes).unwrap()).unwrap();
        let error = Trust::parse(&format!("# a key\n{text}")).unwrap_err();
        assert_eq!(error.line, 2);
        assert!(error.to_string().contains("weak key"), "{error}");
    }
}

/// The scalar of a signature plus the order of the group is the same number for a verifier that reduces it.
#[test]
fn malleable_signatures_are_refused() {
    let signer = Signer::new(1);
    let trust = Trust::in_key(signer.public());
    let mut signature = signer.sign(STATEMENT);
    /// 2^252 + 27742317777372353535851937790883648493, little-endian (RFC 8032).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, order) in signature.bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    assert_eq!(code(&trust, &signed(&[signature])), Some(Code::SignatureWrong));
    // A commitment of low order, for which the rest would be computed without the key.
    let mut low_order = signer.sign(STATEMENT);
    low_order.bytes[..32].copy_from_slice(&[1; 1].iter().copied().chain([0; 31]).collect::<Vec<u8>>());
    assert_eq!(code(&trust, &signed(&[low_order])), Some(Code::SignatureWrong));
}

#[test]
fn signatures_that_can_not_be_read_are_refused() {
    let signer = Signer::new(1);
    let trust = Trust::in_key(signer.public());
    let mut trailer = signed(&[signer.sign(STATEMENT)]);
    trailer.signatures.push(0);
    let expected = Refusal { is_unreadable: true, signers: Vec::new(), faults: Vec::new() };
    assert_eq!(trust.check(&trailer), Err(expected));
    // An algorithm of a later version proves nothing, and hides nothing.
    let mut unknown = signer.sign(STATEMENT);
    unknown.algorithm = Algorithm::Unknown(*b"ML");
    assert_eq!(code(&trust, &signed(&[unknown.clone()])), Some(Code::SignatureWrong));
    assert_eq!(code(&trust, &signed(&[unknown, signer.sign(STATEMENT)])), None);
}

#[test]
fn faults_of_trust_files_are_named() {
    let [one, two] = [1, 2].map(|number| Signer::new(number).public().to_string());
    let good = format!(
        "# servers\n\nuntrusted comment: key\n{one} backends=winch # the first\n threshold=2 # both\n{two}\r\n"
    );
    let trust = Trust::parse(&good).unwrap();
    assert_eq!((trust.threshold(), trust.keys().len()), (2, 2));
    // A public key's own file.
    assert_eq!(
        Trust::parse(&format!("untrusted comment: minisign public key\n{one}\n")).unwrap().threshold(),
        1
    );
    for (text, line, problem) in [
        (String::new(), 1, "there is no key"),
        ("# nothing\n\n".into(), 2, "there is no key"),
        (format!("{one}\nthreshold=2\n"), 2, "`threshold=2` is more than the number of keys, 1"),
        (format!("threshold=0\n{one}"), 1, "`threshold=0` is no threshold"),
        (format!("threshold=-1\n{one}"), 1, "`threshold=-1` is no threshold"),
        (format!("threshold=1 {one}"), 1, "is no threshold"),
        (format!("threshold=1\nthreshold=1\n{one}"), 2, "two thresholds"),
        (format!("{one}\n{one} backends=winch"), 2, "the key stands there twice"),
        ("trust everybody".into(), 1, "`trust`: it is no key"),
        (one[..55].into(), 1, "it is no key"),
        (format!("{one}="), 1, "it is longer than a public key, and may be a secret one"),
        (format!("{}A", &one[..55]), 1, ""),
        (format!("AA{}", &one[2..]), 1, "another algorithm"),
        (format!("{one} backend=winch"), 1, "`backend=winch` is no limit"),
        (format!("{one} backends=llvm"), 1, "`backends=llvm` is no limit"),
        (format!("{one} backends="), 1, "`backends=` is no limit"),
        (format!("{one} targets=abacus"), 1, "`targets=abacus` is no limit"),
        (format!("{one} targets="), 1, "is no limit"),
        (format!("{one} min-wasmtime=48"), 1, "is no limit"),
        (format!("{one} not-after=1.2.3 not-after=1.2.4"), 1, "`not-after` stands there twice"),
        (format!("{one} name"), 1, "`name` is no limit"),
    ] {
        let error = Trust::parse(&text);
        if problem.is_empty() {
            // Another key, or none: base64 has one form for each.
            assert_ne!(
                error.map(|trust| trust.to_string()),
                Trust::parse(&one).map(|trust| trust.to_string())
            );
            continue;
        }
        let error = error.expect_err(&text);
        assert_eq!(error.line, line, "{text}");
        assert!(error.to_string().contains(problem), "{text}: {error}");
    }
}

/// A text of a host that refuses says who has signed, whose signature is missing, and the way out.
#[test]
fn refusals_name_the_keys() {
    let [one, two] = [1, 2].map(Signer::new);
    let trust = trust(&["threshold=2".into(), one.public().to_string(), two.public().to_string()]);
    let text = refused(&trust, &[one.sign(STATEMENT)]);
    assert_eq!(
        text,
        "`signatures` is `signed by 0101010101010101`, the host has `2 of the keys 0101010101010101, 0202020202020202`: \
         sign it with the key 0202020202020202, by `precompile sign`"
    );
    let text = refused(&Trust::in_key(one.public()), &[]);
    assert_eq!(
        text,
        "`signatures` is `unsigned`, the host has `key 0101010101010101`: sign it with the key 0101010101010101, by \
         `precompile sign`"
    );
}

/// Signatures are added one after the other, and what was signed stays.
#[test]
fn signatures_are_added() {
    let [one, two] = [1, 2].map(Signer::new);
    let mut artifact = ARTIFACT.to_vec();
    let by_one = |known: &Signature| one.public().verifies(known, STATEMENT);
    let mut again = one.sign(STATEMENT);
    again.extra = b"with a comment".to_vec();
    // A key of the same number, whose signature stays.
    let same_number = Signer { id: one.id, ..Signer::new(3) };
    for signature in [&one.sign(STATEMENT), &same_number.sign(STATEMENT), &two.sign(STATEMENT), &again] {
        trailer::add_signature(&mut artifact, signature, by_one).unwrap();
    }
    let trailer = trailer::read(&artifact).unwrap();
    let expected = [same_number.sign(STATEMENT), two.sign(STATEMENT), again];
    assert_eq!(Signature::read_all(&trailer.signatures).unwrap(), expected);
    let end = trailer.digest_offset as usize + 32;
    assert_eq!(artifact[..end], ARTIFACT[..end]);
    // As many as there can be.
    for number in 4..=MOST_SIGNATURES as u8 {
        trailer::add_signature(&mut artifact, &Signer::new(number).sign(STATEMENT), |_| false).unwrap();
    }
    let more = trailer::add_signature(&mut artifact, &Signer::new(200).sign(STATEMENT), |_| false);
    assert!(more.unwrap_err().to_string().contains("32 signatures"));
    assert!(trailer::add_signature(&mut b"no artifact".to_vec(), &two.sign(STATEMENT), |_| false).is_err());
}
