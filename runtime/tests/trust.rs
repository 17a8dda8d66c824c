//! Artifacts that trusted keys have signed, and every way in which an artifact is another one: what isn't the bytes that
//! were signed doesn't run.

use ed25519_compact::{KeyPair, Seed};
use precompile_runtime::artifact::signature::{Algorithm, KeyId, Signature};
use precompile_runtime::artifact::statement::Statement;
use precompile_runtime::artifact::trailer::{self, ReadError};
use precompile_runtime::artifact::trust::PublicKey;
use precompile_runtime::artifact::{Code, Trust};
use precompile_runtime::wasmtime::{Instance, Store};
use precompile_runtime::{OpenError, Program, Runtime, RuntimeConfig};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{BACKENDS, Folder, SetAtEnd};

const TEXT: &str = r#"(module (func (export "answer") (result i32) (i32.const 42)))"#;

fn key(number: u8) -> KeyPair {
    KeyPair::from_seed(Seed::new([number; 32]))
}

fn trust(number: u8) -> Trust {
    Trust::in_key(PublicKey::new(KeyId([number; 8]), *key(number).pk).unwrap())
}

/// Signs an artifact with a key, whatever the artifact is.
fn sign(artifact: &mut Vec<u8>, number: u8) {
    let statement = Statement::of(&trailer::read_unverified(artifact).unwrap());
    let bytes = *key(number).sk.sign(statement.as_str(), None);
    let signature =
        Signature { algorithm: Algorithm::Plain, key: KeyId([number; 8]), bytes, extra: Vec::new() };
    trailer::add_signature(artifact, &signature, |_| false).unwrap();
}

fn compiled(text: &str, arguments: &[&str]) -> Vec<u8> {
    fs::read(Folder::new().compile("app", text, arguments)).unwrap()
}

fn signed(text: &str, arguments: &[&str], number: u8) -> Vec<u8> {
    let mut artifact = compiled(text, arguments);
    sign(&mut artifact, number);
    artifact
}

fn answer(program: &Program) -> i32 {
    let mut store = Store::new(program.engine(), ());
    let instance = Instance::new(&mut store, program.module().unwrap(), &[]).unwrap();
    instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap().call(&mut store, ()).unwrap()
}

fn codes(opened: Result<Program, OpenError>) -> Vec<u16> {
    opened.err().map(|error| error.codes().iter().map(|code| code.number()).collect()).unwrap_or_default()
}

/// From a file, from a reader, from memory, and where it lies.
#[test]
fn what_is_signed_runs() {
    let runtime = Runtime::new();
    for backend in BACKENDS {
        let artifact: &'static [u8] = signed(TEXT, &["--backend", backend], 1).leak();
        let folder = Folder::new();
        let path = folder.write("app.cwasm", artifact);
        for opened in [
            runtime.open_trusted(&path, &trust(1)),
            runtime.open_trusted_reader("a pipe", artifact, &trust(1)),
            runtime.open_trusted_bytes(artifact, &trust(1)),
            runtime.open_trusted_static(artifact, &trust(1)),
        ] {
            let program = opened.unwrap();
            assert_eq!(answer(&program), 42);
            assert_eq!(program.signers(), [KeyId([1; 8])]);
        }
        for opened in [
            runtime.open_trusted(&path, &trust(2)),
            runtime.open_trusted_reader("a pipe", artifact, &trust(2)),
            runtime.open_trusted_bytes(artifact, &trust(2)),
            runtime.open_trusted_static(artifact, &trust(2)),
        ] {
            assert_eq!(codes(opened), [Code::KeyUnknown.number()]);
        }
    }
    assert_eq!(codes(runtime.open_trusted("/none", &trust(1))), [Code::Io.number()]);
}

/// Every reason is named: that nobody signed it, and that it isn't for this machine.
#[test]
fn all_reasons_are_named_at_once() {
    let artifact = compiled(TEXT, &["--target", "s390x"]);
    let error = Runtime::new().open_trusted_bytes(&artifact, &trust(1)).unwrap_err();
    assert_eq!(error.codes()[..2], [Code::Unsigned, Code::Target], "{error}");
}

#[test]
fn every_changed_bit_is_refused() {
    let artifact = signed(TEXT, &[], 1);
    let end = trailer::read(&artifact).unwrap().digest_offset as usize;
    let (runtime, trust) = (Runtime::new(), trust(1));
    for bit in 0..artifact.len() * 8 {
        let mut changed = artifact.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let error = runtime.open_trusted_bytes(&changed, &trust).expect_err("a changed bit");
        let expected = match bit / 8 {
            // In the digest.
            at if (end..end + 32).contains(&at) => matches!(error, OpenError::Read(ReadError::Digest { .. })),
            // In the signatures' length.
            at if (end + 32..end + 36).contains(&at) => matches!(error, OpenError::Read(_)),
            // In the signature.
            at if at >= end => {
                matches!(&error, OpenError::Mismatch(reasons) if reasons[0].field == "signatures")
            }
            // What can't be read as an artifact is refused before its digest is looked at.
            _ => matches!(error, OpenError::Read(_)),
        };
        assert!(expected, "bit {bit}: {error}");
    }
}

#[test]
fn other_lengths_are_refused() {
    let artifact = signed(TEXT, &[], 1);
    let (runtime, trust) = (Runtime::new(), trust(1));
    for length in 0..artifact.len() {
        assert!(runtime.open_trusted_bytes(&artifact[..length], &trust).is_err(), "{length}");
    }
    let end = trailer::read(&artifact).unwrap().digest_offset as usize;
    let image = trailer::image(&artifact).unwrap().bytes as usize;
    let extended = [&artifact[..], b"\0"].concat();
    // A second trailer, behind the first one, and in its place behind the image.
    let twice = [&artifact[..], &artifact[image..]].concat();
    let nested = [&artifact[..end], &artifact[image..]].concat();
    for changed in [extended, twice, nested] {
        let error = runtime.open_trusted_bytes(&changed, &trust).unwrap_err();
        assert!(matches!(error, OpenError::Read(_)), "{error}");
    }
}

/// The signature of one artifact on another one, which differs in one constant, in its backend, or in its target.
#[test]
fn the_signature_of_another_artifact_is_refused() {
    let artifact = signed(TEXT, &["--backend", "winch"], 1);
    let signature = Signature::read_all(&trailer::read(&artifact).unwrap().signatures).unwrap().remove(0);
    let runtime = Runtime::new();
    let constant = TEXT.replace("42", "43");
    for mut other in [
        compiled(&constant, &["--backend", "winch"]),
        compiled(TEXT, &["--backend", "cranelift"]),
        compiled(TEXT, &["--backend", "winch", "--target", "aarch64"]),
    ] {
        trailer::add_signature(&mut other, &signature, |_| false).unwrap();
        assert_eq!(codes(runtime.open_trusted_bytes(&other, &trust(1)))[0], Code::SignatureWrong.number());
    }
}

/// A forger who can write the file writes a digest that is right for what he changed: the format, the code, the manifest.
#[test]
fn a_digest_alone_proves_nothing() {
    let artifact = signed(TEXT, &[], 1);
    let (image, end) = {
        let digest = trailer::read(&artifact).unwrap().digest_offset as usize;
        (trailer::image(&artifact).unwrap().bytes as usize, digest)
    };
    let runtime = Runtime::new();
    let forged = |change: fn(&mut [u8], usize)| {
        let mut forged = artifact.clone();
        change(&mut forged, image);
        let digest = blake3(&forged[..end]);
        forged[end..end + 32].copy_from_slice(&digest);
        runtime.open_trusted_bytes(&forged, &trust(1))
    };
    assert!(codes(forged(|_, _| {})).is_empty());
    // A byte of the code, and the number of the format.
    assert_eq!(codes(forged(|bytes, image| bytes[image / 2] ^= 1)), [Code::SignatureWrong.number()]);
    // Manifests of the older format are encoded otherwise.
    let older = forged(|bytes, image| bytes[image + 8] = 1);
    assert_eq!(codes(older), [Code::Manifest.number()]);
}

fn blake3(bytes: &[u8]) -> [u8; 32] {
    // The digest of an artifact whose image is these bytes: as the library makes it.
    let mut hasher = blake3::Hasher::new();
    hasher.update(bytes);
    *hasher.finalize().as_bytes()
}

/// A trusted key that signs what no compiler wrote: the manifest of one backend behind the image of the other.
#[test]
fn a_manifest_that_is_another_images_is_refused() {
    let (winch, cranelift) =
        (compiled(TEXT, &["--backend", "winch"]), compiled(TEXT, &["--backend", "cranelift"]));
    for (image_of, manifest_of) in [(&winch, &cranelift), (&cranelift, &winch)] {
        let image = trailer::image(image_of).unwrap().bytes as usize;
        let mut mixed = image_of[..image].to_vec();
        trailer::append(&mut mixed, &trailer::read(manifest_of).unwrap().manifest).unwrap();
        sign(&mut mixed, 1);
        let error = Runtime::new().open_trusted_bytes(&mixed, &trust(1)).unwrap_err();
        assert!(matches!(error, OpenError::Wasmtime(_)), "{error}");
    }
}

/// The trust of a runtime's configuration holds for each way to open what isn't part of the program.
#[test]
#[allow(clippy::needless_update, reason = "other builds have more fields")]
fn the_configuration_holds_for_all() {
    let folder = Folder::new();
    let unsigned = folder.write("unsigned.cwasm", compiled(TEXT, &[]));
    let ours = folder.write("ours.cwasm", signed(TEXT, &[], 1));
    let theirs = folder.write("theirs.cwasm", signed(TEXT, &[], 2));
    let runtime = |allow_unsigned| {
        Runtime::with_config(RuntimeConfig {
            trust: Some(trust(1)),
            allow_unsigned,
            ..RuntimeConfig::default()
        })
    };
    let (strict, lenient) = (runtime(false), runtime(true));
    assert!(strict.host().trust.as_deref().unwrap().contains(&trust(1).keys()[0].key.to_string()));
    assert_eq!(lenient.host().trust, None);
    type Open = fn(&Runtime, &Path) -> Result<Program, OpenError>;
    let ways: [Open; 5] = [
        // SAFETY: the tests have just compiled it.
        |runtime, path| unsafe { runtime.open_file(path) },
        // SAFETY: the tests have just compiled it.
        |runtime, path| unsafe { runtime.open_reader(path, fs::File::open(path).unwrap()) },
        // SAFETY: the tests have just compiled it.
        |runtime, path| unsafe { runtime.open_bytes(&fs::read(path).unwrap()) },
        // SAFETY: the tests have just compiled it.
        |runtime, path| unsafe { runtime.open_file_mapped(path) },
        // SAFETY: the tests have just compiled it.
        |runtime, path| unsafe { runtime.open_file_mapped_unverified(path) },
    ];
    for open in ways {
        assert_eq!(codes(open(&strict, &unsigned)), [Code::Unsigned.number()]);
        assert_eq!(codes(open(&strict, &theirs)), [Code::KeyUnknown.number()]);
        assert_eq!(open(&strict, &ours).unwrap().signers(), [KeyId([1; 8])]);
        assert_eq!(open(&lenient, &unsigned).unwrap().signers(), []);
        assert_eq!(codes(open(&lenient, &theirs)), [Code::KeyUnknown.number()]);
    }
}

/// Without its digest, a signature proves nothing: the image is another one.
#[test]
#[allow(clippy::needless_update, reason = "other builds have more fields")]
fn a_digest_is_checked_where_signatures_are_demanded() {
    let folder = Folder::new();
    let mut changed = signed(TEXT, &[], 1);
    let middle = trailer::image(&changed).unwrap().bytes as usize / 2;
    changed[middle] ^= 1;
    let path = folder.write("app.cwasm", &changed);
    let runtime = Runtime::with_config(RuntimeConfig { trust: Some(trust(1)), ..RuntimeConfig::default() });
    // SAFETY: the tests have compiled it. It isn't opened.
    let opened = unsafe { runtime.open_file_mapped_unverified(&path) };
    assert_eq!(codes(opened), [Code::Digest.number()]);
}

/// A writer swaps the file for a signed one and one that nobody signed, and overwrites it in place, during ten thousand
/// opens. Only signed code ever runs. The loader that checks a file, and then opens it again, is the planted fault, and
/// is found.
#[test]
#[allow(clippy::print_stdout, reason = "the figures")]
fn a_writer_changes_the_file_meanwhile() {
    let folder = Folder::new();
    let path = folder.join("app.cwasm");
    let ours = signed(TEXT, &[], 1);
    // Of the same length, and another answer.
    let theirs = compiled(&TEXT.replace("42", "43"), &[]);
    fs::write(&path, &ours).unwrap();
    let (runtime, trust, done) = (Runtime::new(), trust(1), AtomicBool::new(false));
    let trusted = |path: &Path| runtime.open_trusted(path, &trust);
    let checked_before = |path: &Path| match runtime.open_trusted(path, &trust) {
        // SAFETY: the tests have compiled both. That the wrong one of them runs is what the test must find.
        Ok(_) => unsafe { runtime.open_file(path) },
        error => error,
    };
    std::thread::scope(|scope| {
        let _end = SetAtEnd(&done);
        scope.spawn(|| {
            let other = path.with_extension("new");
            while !done.load(Ordering::Relaxed) {
                for bytes in [&theirs, &ours].repeat(20) {
                    fs::write(&other, bytes).unwrap();
                    fs::rename(&other, &path).unwrap();
                    // Each is there for some opens.
                    std::thread::yield_now();
                }
                // In place, as `cp` does.
                fs::write(&path, &theirs).unwrap();
                fs::write(&path, &ours).unwrap();
            }
        });
        let count = |open: &dyn Fn(&Path) -> Result<Program, OpenError>, times: usize| {
            let mut answers = [0, 0, 0];
            for _ in 0..times {
                match open(&path).map(|program| answer(&program)) {
                    Ok(42) => answers[0] += 1,
                    Ok(_) => answers[1] += 1,
                    Err(_) => answers[2] += 1,
                }
            }
            answers
        };
        let answers = count(&trusted, 10_000);
        // The fault is found sooner or later.
        let planted = (0..100).map(|_| count(&checked_before, 500)).find(|answers| answers[1] > 0);
        println!("opened, other code, refused: {answers:?}; by the planted loader: {planted:?}");
        assert_eq!(answers[1], 0);
        assert!(answers[0] > 0 && answers[2] > 0, "{answers:?}");
        assert!(planted.is_some());
    });
}
