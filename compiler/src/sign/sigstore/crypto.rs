//! The algorithms of sigstore's public instance, in Rust: its crates would build a library in C otherwise.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use sha2::{Digest, Sha256, Sha384, Sha512};
use sigstore_verify::crypto::{CryptoProvider, Error, HashContext, Result, SigningScheme};
use sigstore_verify::crypto::{install_default_provider, try_default_provider};
use sigstore_verify::types::HashAlgorithm;

/// Has sigstore's crates check by the algorithms here, unless this program has chosen others for them.
pub(super) fn install() {
    if try_default_provider().is_none() {
        // Another thread may do the same meanwhile.
        let _ = install_default_provider(&InRust);
    }
}

/// Checks by ECDSA with P-256 and P-384, and by Ed25519. RSA and post-quantum signatures are refused.
#[derive(Debug)]
struct InRust;

/// A digest that is being made.
struct Hash<D>(D);

impl<D: Digest + Send> HashContext for Hash<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

impl CryptoProvider for InRust {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>> {
        match algorithm {
            HashAlgorithm::Sha2256 => Ok(Box::new(Hash(Sha256::new()))),
            HashAlgorithm::Sha2384 => Ok(Box::new(Hash(Sha384::new()))),
            HashAlgorithm::Sha2512 => Ok(Box::new(Hash(Sha512::new()))),
            _ => Err(Error::UnsupportedAlgorithm(algorithm.to_string())),
        }
    }

    fn verify_raw(&self, scheme: SigningScheme, key: &[u8], data: &[u8], signature: &[u8]) -> Result<()> {
        if scheme == SigningScheme::Ed25519 {
            let key = ed25519_compact::PublicKey::from_slice(key);
            let signature = ed25519_compact::Signature::from_slice(signature);
            let verified = key.and_then(|key| key.verify(data, &signature?));
            return verified.map_err(|_| invalid(scheme));
        }
        let algorithm = scheme.hash_algorithm().ok_or_else(|| unsupported(scheme))?;
        let mut hash = self.hash(algorithm)?;
        hash.update(data);
        self.verify_prehashed(scheme, key, &hash.finalize(), signature)
    }

    fn verify_prehashed(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        digest: &[u8],
        signature: &[u8],
    ) -> Result<()> {
        let verified = match scheme {
            SigningScheme::EcdsaP256Sha256 | SigningScheme::EcdsaP256Sha384 => {
                use p256::ecdsa::{Signature, VerifyingKey};
                let key = VerifyingKey::from_sec1_bytes(key);
                key.and_then(|key| key.verify_prehash(digest, &Signature::from_der(signature)?))
            }
            SigningScheme::EcdsaP384Sha256 | SigningScheme::EcdsaP384Sha384 => {
                use p384::ecdsa::{Signature, VerifyingKey};
                let key = VerifyingKey::from_sec1_bytes(key);
                key.and_then(|key| key.verify_prehash(digest, &Signature::from_der(signature)?))
            }
            _ => return Err(unsupported(scheme)),
        };
        verified.map_err(|_| invalid(scheme))
    }
}

fn invalid(scheme: SigningScheme) -> Error {
    Error::Verification(format!("no signature by {}", scheme.name()))
}

fn unsupported(scheme: SigningScheme) -> Error {
    Error::UnsupportedAlgorithm(format!("{} is not supported here", scheme.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::hazmat::PrehashSigner;

    const TEXT: &[u8] = b"text";

    /// Checks that a signature of the text counts, and none of its neighbours.
    fn counts(scheme: SigningScheme, key: &[u8], signature: &[u8]) {
        let check =
            |key: &[u8], text: &[u8], signature: &[u8]| InRust.verify_raw(scheme, key, text, signature);
        check(key, TEXT, signature).unwrap();
        let refused = check(key, b"texT", signature).unwrap_err();
        assert!(refused.to_string().contains("no signature by"), "{refused}");
        check(&key[1..], TEXT, signature).unwrap_err();
        check(&[], TEXT, signature).unwrap_err();
        check(key, TEXT, &[]).unwrap_err();
        check(key, TEXT, &[signature, &[0]].concat()).unwrap_err();
        for byte in 0..signature.len() {
            let mut changed = signature.to_vec();
            changed[byte] ^= 1;
            check(key, TEXT, &changed).unwrap_err();
        }
        let mut other = key.to_vec();
        *other.last_mut().unwrap() ^= 1;
        check(&other, TEXT, signature).unwrap_err();
    }

    #[test]
    fn signatures_by_ecdsa_count() {
        let p256 = p256::ecdsa::SigningKey::from_slice(&[1; 32]).unwrap();
        let p384 = p384::ecdsa::SigningKey::from_slice(&[1; 48]).unwrap();
        let p256_point = p256.verifying_key().to_encoded_point(false);
        let p384_point = p384.verifying_key().to_encoded_point(false);
        let digests = [Sha256::digest(TEXT).to_vec(), Sha384::digest(TEXT).to_vec()];
        let schemes = [
            (SigningScheme::EcdsaP256Sha256, SigningScheme::EcdsaP384Sha256),
            (SigningScheme::EcdsaP256Sha384, SigningScheme::EcdsaP384Sha384),
        ];
        for (digest, (with_p256, with_p384)) in digests.iter().zip(schemes) {
            let signature: p256::ecdsa::Signature = p256.sign_prehash(digest).unwrap();
            counts(with_p256, p256_point.as_bytes(), signature.to_der().as_bytes());
            let signature: p384::ecdsa::Signature = p384.sign_prehash(digest).unwrap();
            counts(with_p384, p384_point.as_bytes(), signature.to_der().as_bytes());
        }
    }

    #[test]
    fn signatures_by_ed25519_count() {
        let pair = ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new([1; 32]));
        counts(SigningScheme::Ed25519, &*pair.pk, &*pair.sk.sign(TEXT, None));
    }

    #[test]
    fn other_algorithms_are_refused() {
        for scheme in [SigningScheme::RsaPkcs1Sha256, SigningScheme::RsaPssSha256, SigningScheme::MlDsa44] {
            let refused = InRust.verify_raw(scheme, &[], TEXT, &[]).unwrap_err();
            assert!(refused.to_string().contains("is not supported here"), "{refused}");
        }
    }
}
