use super::*;
use clap::Parser;
use mock::Mock;
use precompile::artifact::trailer;
use precompile::sign::SecretKey;
use precompile::{Backend, Compiler, Options, Platform};
use std::fs;
use tempfile::TempDir;

#[path = "../../sign/sigstore/tests/mock.rs"]
mod mock;

const IDENTITY: &str = "builder@example.com";
const ISSUER: &str = "https://issuer.example";

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    opts: Opts,
}

/// A folder with an artifact, a key, and a trusted root.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(TempDir::new().unwrap());
        let options = Options::new(Backend::Winch, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
        let compiled = Compiler::default().compile(&options, b"\0asm\x01\0\0\0").unwrap();
        folder.write("app.cwasm", &compiled.artifact);
        folder.write("root.json", Mock::new(0).root().to_string().as_bytes());
        folder.write("fleet.key", SecretKey::generate(None).unwrap().secret.as_bytes());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(folder.path("fleet.key"), fs::Permissions::from_mode(0o600)).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Has an identity sign a text, as the bundle `app.sigstore.json`.
    fn bundle(&self, text: &str, identity: &str) {
        let bundle = Mock::new(0).bundle(text.as_bytes(), identity, ISSUER);
        self.write("app.sigstore.json", bundle.to_string().as_bytes());
    }

    fn statement(&self) -> String {
        let artifact = self.path("app.cwasm");
        statement(&artifact, &fs::read(&artifact).unwrap()).unwrap().as_str().into()
    }

    /// `precompile sign` with this bundle, and with more arguments.
    fn sign(&self, more: &[&str]) -> Result<()> {
        let [bundle, key, artifact] =
            ["app.sigstore.json", "fleet.key", "app.cwasm"].map(|name| self.path(name).display().to_string());
        let named =
            ["--sigstore", &bundle, "--identity", IDENTITY, "--issuer", ISSUER, "--key", &key, &artifact];
        Command::try_parse_from(["sign"].iter().chain(&named).chain(more))?.opts.run()
    }

    fn is_signed(&self) -> bool {
        !trailer::read(&fs::read(self.path("app.cwasm")).unwrap()).unwrap().signatures.is_empty()
    }
}

/// The fleet's key signs what the identity has signed.
#[test]
fn a_bundle_of_the_statement_is_countersigned() {
    let folder = Folder::new();
    folder.bundle(&folder.statement(), IDENTITY);
    let root = folder.path("root.json").display().to_string();
    folder.sign(&["--trusted-root", &root]).unwrap();
    assert!(folder.is_signed());
}

/// Nothing is signed that the identity hasn't signed, or of which no trusted root knows.
#[test]
fn a_wrong_bundle_is_not_countersigned() {
    let folder = Folder::new();
    let root = folder.path("root.json").display().to_string();
    let refused = |more: &[&str], why: &str| {
        let error = format!("{:#}", folder.sign(more).unwrap_err());
        assert!(error.contains(why), "{error}");
        assert!(!folder.is_signed());
    };
    folder.bundle("another text", IDENTITY);
    refused(&["--trusted-root", &root], "app.sigstore.json`: it signs another text");
    folder.bundle(&folder.statement(), "other@example.com");
    refused(&["--trusted-root", &root], "app.sigstore.json`: `other@example.com` signed it");
    folder.bundle(&folder.statement(), IDENTITY);
    refused(&[], "app.sigstore.json`: the trusted root doesn't vouch for its entry");
    refused(&["--trusted-root", &root, "b.cwasm"], "`--sigstore` is of one artifact: name one");
    refused(&["--trusted-root", "none.json"], "`none.json`: there is no such file");
    folder.write("root.json", b"{}");
    refused(&["--trusted-root", &root], "root.json`: it is no trusted root");
}
