//! Keys and signatures by the commands, and by other tools where they are installed.

use std::fs;
use std::process::Command;
use support::{BACKENDS, Ended, Folder, Runner, run};

const TEXT: &str = r#"(module (func (export "answer") (result i32) (i32.const 42)))"#;

/// The number of a public key, as its file's comment has it.
fn number(folder: &Folder, name: &str) -> String {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    text.lines().next().unwrap().rsplit(' ').next().unwrap().into()
}

fn succeed(ended: Ended) -> Ended {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended
}

fn refuse(ended: &Ended, why: &str) {
    assert_eq!(ended.code, Some(126), "{ended:?}");
    assert!(ended.stderr.contains(why), "{ended:?}");
}

/// A key pair, by which an artifact is signed that a host with the public key runs, and another doesn't.
#[test]
fn a_signed_artifact_runs_where_its_key_is_trusted() {
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("app", TEXT, &["--backend", backend]);
        for name in ["ours.key", "theirs.key"] {
            succeed(folder.precompile(["keygen", "--no-password", "-o", name]));
        }
        let unsigned = fs::read(folder.join("app.cwasm")).unwrap();
        succeed(folder.precompile(["sign", "--key", "ours.key", "app.cwasm"]));
        let signed = fs::read(folder.join("app.cwasm")).unwrap();
        assert_eq!(signed[..unsigned.len() - 4], unsigned[..unsigned.len() - 4]);
        // The same signature again changes nothing.
        succeed(folder.precompile(["sign", "--key", "ours.key", "app.cwasm"]));
        assert_eq!(fs::read(folder.join("app.cwasm")).unwrap(), signed);
        let run =
            |trust: &str| folder.run(Runner::Full, ["--trust", trust, "--invoke", "answer", "app.cwasm"]);
        assert_eq!(succeed(run("ours.pub")).stdout, "42\n");
        refuse(
            &run("theirs.pub"),
            &format!("signed by {}, which isn't trusted", number(&folder, "ours.pub")),
        );
        // Both must have signed.
        for key in ["ours.pub", "theirs.pub"] {
            succeed(folder.precompile(["trust", "add", "both.trust", key]));
        }
        succeed(folder.precompile(["trust", "add", "--threshold", "2", "both.trust", "ours.pub"]));
        refuse(&run("both.trust"), &format!("sign it with the key {}", number(&folder, "theirs.pub")));
        succeed(folder.precompile(["sign", "--key", "theirs.key", "app.cwasm"]));
        assert_eq!(succeed(run("both.trust")).stdout, "42\n");
        let verified = succeed(folder.precompile(["verify", "--trust", "both.trust", "app.cwasm"]));
        assert!(verified.stdout.contains(&number(&folder, "ours.pub")), "{verified:?}");
    }
}

/// Secret keys are their owner's alone, and can be encrypted.
#[test]
fn keys_are_kept() {
    let folder = Folder::new();
    folder.compile("app", TEXT, &[]);
    let with_password = |password: &str, arguments: &[&str]| {
        run(folder.command(support::precompile()).args(arguments).env("PRECOMPILE_KEY_PASSWORD", password))
    };
    succeed(with_password("correct", &["keygen", "-o", "own.key"]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(folder.join("own.key").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let sign = &["sign", "--key", "own.key", "app.cwasm"][..];
    let wrong = with_password("wrong", sign);
    assert!(wrong.code == Some(1) && wrong.stderr.contains("the password is wrong"), "{wrong:?}");
    let none = folder.precompile(sign);
    assert!(none.code == Some(1) && none.stderr.contains("PRECOMPILE_KEY_PASSWORD"), "{none:?}");
    succeed(with_password("correct", sign));
    // From a variable, as in CI.
    let key = fs::read_to_string(folder.join("own.key")).unwrap();
    let mut command = folder.command(support::precompile());
    command.args(["sign", "--key", "env:KEY", "app.cwasm"]).env("KEY", key);
    succeed(run(command.env("PRECOMPILE_KEY_PASSWORD", "correct")));
    succeed(folder.precompile(["verify", "--public-key", "own.pub", "app.cwasm"]));
}

/// An artifact is compiled again by what it tells of its options, and signed only if it is the same.
#[test]
fn what_compiles_to_the_same_bytes_is_vouched_for() {
    for backend in BACKENDS {
        let folder = Folder::new();
        let options = ["--backend", backend, "-W", "fuel", "--target", "aarch64"];
        folder.compile("app", TEXT, &options);
        folder.wasm("other.wasm", &TEXT.replace("42", "43"));
        succeed(folder.precompile(["keygen", "--no-password", "-o", "own.key"]));
        let same = succeed(folder.precompile(["reproduce", "app.wasm", "app.cwasm"]));
        assert_eq!(same.stdout, "`app.cwasm` is what `app.wasm` compiles to\n");
        let attest = |source: &str, more: &[&str]| {
            let arguments = ["attest", "app.cwasm", "--source", source, "--sign", "own.key"];
            folder.precompile([&arguments, more].concat())
        };
        let before = fs::read(folder.join("app.cwasm")).unwrap();
        for (source, settings, why) in [
            ("other.wasm", &[][..], "they are made of different modules"),
            ("app.wasm", &["-W", "fuel=n"], "`consume_fuel` is `n` in one and `y` in the other"),
        ] {
            let differs = folder.precompile([&["reproduce", source, "app.cwasm"], settings].concat());
            assert!(differs.code == Some(3) && differs.stdout.contains("differs at byte"), "{differs:?}");
            assert!(differs.stdout.contains(why), "{differs:?}");
            let refused = attest(source, settings);
            assert!(refused.code == Some(1) && refused.stderr.contains("not signed"), "{refused:?}");
            assert_eq!(fs::read(folder.join("app.cwasm")).unwrap(), before);
        }
        succeed(attest("app.wasm", &[]));
        succeed(folder.precompile(["verify", "--public-key", "own.pub", "app.cwasm"]));
    }
}

/// Programs are told what people are.
#[test]
fn reports_are_for_programs_too() {
    let folder = Folder::new();
    folder.compile("app", TEXT, &[]);
    let report = |arguments: &[&str]| {
        let ended = succeed(folder.precompile([arguments, &["--message-format", "json"]].concat()));
        let lines: Vec<serde_json::Value> =
            ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let [report, finished] = &lines[..] else { panic!("{ended:?}") };
        assert_eq!((&finished["reason"], &finished["success"]), (&"finished".into(), &true.into()));
        report.clone()
    };
    let made = report(&["keygen", "--no-password", "-o", "own.key"]);
    let key = number(&folder, "own.pub");
    let expected = serde_json::json!({
        "reason": "key-made", "key": key, "secret": "own.key", "public": "own.pub"
    });
    assert_eq!(made, expected);
    let signed = report(&["sign", "--key", "own.key", "app.cwasm"]);
    assert_eq!(signed, serde_json::json!({ "reason": "signed", "artifact": "app.cwasm", "key": key }));
    let verified = report(&["verify", "--trust", "own.pub", "app.cwasm"]);
    assert_eq!(verified, serde_json::json!({ "reason": "verified", "artifact": "app.cwasm", "keys": [key] }));
    let same = report(&["reproduce", "app.wasm", "app.cwasm"]);
    assert_eq!(same, serde_json::json!({ "reason": "reproduced", "artifact": "app.cwasm", "is_same": true }));
    let attested = report(&["attest", "app.cwasm", "--source", "app.wasm", "--sign", "own.key"]);
    assert_eq!(attested, signed);
}

/// Provenance is signed by DSSE's rules: OpenSSL verifies it. It names the files by the system's digests.
#[test]
#[allow(clippy::print_stdout, reason = "a tool that is missing is named")]
fn provenance_is_signed() {
    let folder = Folder::new();
    folder.wasm("app.wasm", TEXT);
    succeed(folder.precompile(["keygen", "--no-password", "-o", "own.key"]));
    succeed(folder.precompile(["--sign", "own.key", "--provenance", "app.jsonl", "app.wasm"]));
    let envelope: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("app.jsonl")).unwrap()).unwrap();
    fs::write(folder.join("payload.64"), envelope["payload"].as_str().unwrap()).unwrap();
    fs::write(folder.join("signature.64"), envelope["signatures"][0]["sig"].as_str().unwrap()).unwrap();
    let shell = |script: &str| run(folder.command("sh").args(["-euc", script]));
    succeed(shell("base64 -d payload.64 >payload; base64 -d signature.64 >signature"));
    let statement: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("payload")).unwrap()).unwrap();
    let digest = |file: &str| shell(&format!("sha256sum {file}")).stdout[..64].to_string();
    assert_eq!(statement["subject"][0]["digest"]["sha256"], digest("app.cwasm"));
    let dependencies = &statement["predicate"]["buildDefinition"]["resolvedDependencies"];
    assert_eq!(dependencies[0]["digest"]["sha256"], digest("app.wasm"));
    if shell("command -v openssl").code != Some(0) {
        println!("not tried with `openssl`, which is not installed");
        return;
    }
    // The key as OpenSSL has it: RFC 8410's prefix, and the 32 bytes behind minisign's `Ed` and number.
    succeed(shell(
        "(printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; \
         tail -1 own.pub | base64 -d | tail -c 32) >own.der; \
         (printf 'DSSEv1 28 application/vnd.in-toto+json %d ' $(wc -c <payload); cat payload) >signed",
    ));
    let verify =
        "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey own.der -in signed -sigfile signature";
    succeed(shell(verify));
    let changed = shell(&format!("printf x >>signed; {verify}"));
    assert_ne!(changed.code, Some(0), "{changed:?}");
}

/// Signatures of minisign, signify and OpenSSH are taken, and minisign takes ours.
#[test]
#[allow(clippy::print_stdout, reason = "a tool that is missing is named")]
fn other_tools_sign_and_verify() {
    let folder = Folder::new();
    folder.compile("app", TEXT, &[]);
    succeed(folder.precompile(["keygen", "--no-password", "-o", "own.key"]));
    succeed(folder.precompile(["sign", "--key", "own.key", "app.cwasm"]));
    succeed(folder.precompile(["sign", "--statement", "app.txt", "app.cwasm"]));
    succeed(folder.precompile(["verify", "--export", ".", "app.cwasm"]));
    assert_eq!(fs::read(folder.join("statement")).unwrap(), fs::read(folder.join("app.txt")).unwrap());
    let shell = |script: &str| run(folder.command("sh").args(["-euc", script]));
    let has = |program: &str| {
        let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap();
        if !found.status.success() {
            println!("not tried with `{program}`, which is not installed");
        }
        found.status.success()
    };
    let mut keys = 1;
    if has("minisign") {
        let id = number(&folder, "own.pub");
        succeed(shell(&format!("minisign -V -m statement -x {id}.minisig -p own.pub")));
        succeed(shell("minisign -G -W -p mini.pub -s mini.key && minisign -S -s mini.key -m app.txt"));
        succeed(folder.precompile([
            "sign",
            "--signature",
            "app.txt.minisig",
            "--public-key",
            "mini.pub",
            "app.cwasm",
        ]));
        let unchecked = folder.precompile(["sign", "--signature", "app.txt.minisig", "app.cwasm"]);
        assert!(unchecked.stderr.contains("--public-key"), "{unchecked:?}");
        // A key of minisign's with a password, which minisign asks for.
        succeed(shell("printf 'secret\\nsecret\\n' | minisign -G -p lock.pub -s lock.key"));
        let mut sign = folder.command(support::precompile());
        sign.args(["sign", "--key", "lock.key", "app.cwasm"]).env("PRECOMPILE_KEY_PASSWORD", "secret");
        succeed(run(&mut sign));
        succeed(folder.precompile(["verify", "--public-key", "lock.pub", "app.cwasm"]));
        keys += 1;
    }
    if has("signify-openbsd") {
        succeed(shell(
            "signify-openbsd -G -n -p fy.pub -s fy.sec && signify-openbsd -S -s fy.sec -m app.txt -x fy.sig",
        ));
        succeed(folder.precompile(["sign", "--signature", "fy.sig", "--public-key", "fy.pub", "app.cwasm"]));
        keys += 1;
    }
    if has("ssh-keygen") {
        succeed(shell(
            "ssh-keygen -q -t ed25519 -N '' -f ssh && ssh-keygen -q -Y sign -f ssh -n precompile app.txt",
        ));
        succeed(folder.precompile(["sign", "--signature", "app.txt.sig", "app.cwasm"]));
        fs::rename(folder.join("ssh.pub"), folder.join("shell.pub")).unwrap();
        keys += 1;
        // For another purpose, and of another text.
        succeed(shell("rm app.txt.sig && ssh-keygen -q -Y sign -f ssh -n file app.txt"));
        let other = folder.precompile(["sign", "--signature", "app.txt.sig", "app.cwasm"]);
        assert!(other.code == Some(1) && other.stderr.contains("-n precompile"), "{other:?}");
        succeed(shell(
            "rm app.txt.sig && echo more >>app.txt && ssh-keygen -q -Y sign -f ssh -n precompile app.txt",
        ));
        let other = folder.precompile(["sign", "--signature", "app.txt.sig", "app.cwasm"]);
        assert!(other.code == Some(1) && other.stderr.contains("no signature of this artifact"), "{other:?}");
    }
    fs::create_dir(folder.join("exported")).unwrap();
    let exported = succeed(folder.precompile(["verify", "--export", "exported", "app.cwasm"]));
    // Those of signify and OpenSSH have no comment, which minisign needs.
    let left_out = ["fy.pub", "shell.pub"].iter().filter(|name| folder.join(name).exists()).count();
    assert_eq!(exported.stderr.matches("minisign doesn't know the signature by").count(), left_out);
    if has("minisign") {
        let id = number(&folder, "mini.pub");
        succeed(shell(&format!("cd exported && minisign -V -m statement -x {id}.minisig -p ../mini.pub")));
    }
    // All of them, by a host that demands them all.
    for name in ["own.pub", "mini.pub", "fy.pub", "shell.pub"] {
        if folder.join(name).exists() {
            succeed(folder.precompile(["trust", "add", "all.trust", name]));
        }
    }
    let key = "own.pub";
    succeed(folder.precompile(["trust", "add", "--threshold", &keys.to_string(), "all.trust", key]));
    let ended =
        succeed(folder.run(Runner::Full, ["--trust", "all.trust", "--invoke", "answer", "app.cwasm"]));
    assert_eq!(ended.stdout, "42\n");
}
