use super::*;
use crate::compile::Compiler;
use crate::options::Options;
use crate::options::target::Target;
use precompile_artifact::Backend;
use precompile_cache::{Digest, Recipe};

fn key() -> SecretKey {
    SecretKey::parse(&SecretKey::generate(None).unwrap().secret, None).unwrap()
}

fn artifact() -> Vec<u8> {
    let target = Target::host().unwrap();
    let platform = target.default_platform(Backend::Cranelift);
    let options = Options::new(Backend::Cranelift, target, platform).unwrap();
    Compiler::default().compile(&options, b"(module)").unwrap().artifact
}

/// The checks of an artifact from the shared store, and of one from this machine.
fn found(signatures: &Signatures, blob: &[u8]) -> [Result<(), SignatureFault>; 2] {
    let trailer = trailer::read(blob).unwrap();
    [true, false].map(|is_shared| signatures.check(Candidate { blob, is_shared }, &trailer))
}

#[test]
fn what_a_shared_cache_has_must_be_signed() {
    let (ours, theirs) = (key(), key());
    let (own, foreign) = (ours.public().id, theirs.public().id);
    let trust = Trust::in_key(ours.public());
    let signing = |key| {
        let mut artifact = artifact();
        Signatures::new(None, key).sign(&mut artifact);
        artifact
    };
    let (unsigned, foreign_signed) = (signing(None), signing(Some(theirs)));
    assert_eq!(unsigned, artifact());
    let trusting = Signatures::new(Some(trust.clone()), None);
    let [shared, local] = found(&trusting, &unsigned);
    let text = shared.unwrap_err().to_string();
    assert_eq!(text, format!("the artifact is unsigned, and this run trusts key {own}"));
    // An entry on this machine was made or accepted under the same trust.
    assert_eq!(local, Ok(()));
    let text = found(&trusting, &foreign_signed)[0].as_ref().unwrap_err().to_string();
    assert!(text.contains(&format!("signed by {foreign}, which isn't trusted")), "{text}");

    let both = Signatures::new(Some(trust), Some(ours));
    assert_eq!(both.signer(), Some(own));
    let mut signed = artifact();
    both.sign(&mut signed);
    assert_eq!([found(&both, &signed), found(&trusting, &signed)].concat(), vec![Ok(()); 4]);
    let wrong = SignatureFault::NotByKey(own);
    assert_eq!(wrong.to_string(), format!("the key {own} has not signed it"));
    assert_eq!(found(&both, &foreign_signed), [Err(wrong.clone()), Err(wrong)]);
    assert_eq!(found(&Signatures::default(), &unsigned), [Ok(()), Ok(())]);
}

#[test]
fn entries_are_kept_apart() {
    let plain = Key::new(&Arc::new(Recipe::new("test", vec![])), Digest::of(b""));
    let (secret, public) = (key(), key().public());
    let limited = format!("{public} backends=winch\n");
    let [one, narrow] = [Trust::in_key(public), Trust::parse(&limited).unwrap()];
    let all = [
        Signatures::default(),
        Signatures::new(Some(one.clone()), None),
        Signatures::new(Some(narrow), None),
        Signatures::new(None, Some(key())),
        Signatures::new(None, Some(key())),
        Signatures::new(Some(one), Some(secret)),
    ];
    let digests: Vec<_> = all.iter().map(|signatures| signatures.key(plain.clone()).digest()).collect();
    assert_eq!(digests[0], plain.digest());
    assert!((1..all.len()).all(|at| !digests[..at].contains(&digests[at])), "{digests:?}");
    // The last has a key that its trust doesn't have.
    assert_eq!(all.map(|signatures| signatures.is_private()), [false, true, true, false, false, true]);
    let (one, two) = (key(), key());
    let both = format!("{}\n{}\n", one.public(), two.public());
    let private =
        |trust: &str, key| Signatures::new(Some(Trust::parse(trust).unwrap()), Some(key)).is_private();
    assert!(!private(&both, one));
    assert!(private(&format!("threshold=2\n{both}"), two));
}
