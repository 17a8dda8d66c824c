//! Faster code that appears in the cache: `--tier-from`.

use crate::client::get;
use crate::server::Server;
use crate::{VERSIONS, compile, folder};
use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use support::{Folder, SetAtEnd, root};

/// The sentence about code that has taken over.
const TAKEN: &str = "`app.cwasm` has a new version, by cranelift";

/// Starts a server that looks for faster code in the folder's cache.
fn serve(folder: &Folder, options: &[&str]) -> Server {
    let cache = folder.cache().to_str().unwrap();
    let arguments: Vec<_> =
        ["--tier-from", cache].iter().chain(options).chain(&["app.cwasm"]).copied().collect();
    let server = Server::start(folder, &arguments);
    assert_eq!(get(server.address(), "/").ok("first"), "hello\n");
    server
}

/// The list of a component's artifacts in the folder's cache.
fn list(folder: &Folder, version: &str) -> PathBuf {
    let module = fs::read(root().join(format!("tests/guests/http-{version}.wasm"))).unwrap();
    let digest = blake3::hash(&module).to_hex();
    folder.cache().join(format!("v1/groups/{}/{digest}", &digest[..2]))
}

/// The key of a component's artifact that was stored last.
fn key(folder: &Folder, version: &str) -> String {
    fs::read_to_string(list(folder, version)).unwrap().lines().last().unwrap().into()
}

#[test]
fn faster_code_takes_over_when_it_appears() {
    for version in VERSIONS {
        let folder = folder(version, "winch", &[]);
        let server = serve(&folder, &["--reuse", "10"]);
        compile(&folder, "fast", version, "cranelift", &[]);
        server.wait_for(TAKEN);
        assert_eq!(get(server.address(), "/").ok(version), "hello\n");
        assert_eq!(server.end().code, Some(0));
        // The next server finds it there.
        let server = serve(&folder, &[]);
        server.wait_for(TAKEN);
        // What replaces the artifact has its own tier, and gets it without a further word.
        compile(&folder, "app", version, "winch", &["-D", "symbols=n"]);
        server.wait_for("`app.cwasm` has a new version, by winch");
        server.wait_for(TAKEN);
        assert_eq!(get(server.address(), "/").ok(version), "hello\n");
    }
}

/// No request is lost while the faster code takes over, and each site has its own.
#[test]
fn no_request_is_lost_meanwhile() {
    let folder = folder("p2", "winch", &[]);
    compile(&folder, "other", "p3", "winch", &[]);
    folder.write(
        "sites.toml",
        "[[site]]\ncomponent = 'app.cwasm'\n[[site]]\nhost = 'other'\ncomponent = 'other.cwasm'\n",
    );
    let cache = folder.cache().to_str().unwrap();
    let server = Server::start(&folder, &["--tier-from", cache, "--reuse", "7", "--sites", "sites.toml"]);
    let (address, is_over) = (server.address(), AtomicBool::new(false));
    let answers: usize = thread::scope(|scope| {
        let ask = || {
            let mut answers = 0;
            while !is_over.load(Ordering::Relaxed) {
                assert_eq!(get(address, "/").ok("under way"), "hello\n");
                answers += 1;
            }
            answers
        };
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        let at_end = SetAtEnd(&is_over);
        for version in VERSIONS {
            compile(&folder, version, version, "cranelift", &[]);
            server.wait_for("has a new version, by cranelift");
        }
        drop(at_end);
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert!(answers > 20, "{answers}");
    assert_eq!(server.end().code, Some(0));
}

/// Code of another component, and code with other settings, don't take over, whatever the cache lists.
#[test]
fn other_code_is_refused() {
    let folder = folder("p2", "winch", &[]);
    let server = serve(&folder, &[]);
    compile(&folder, "other", "p3", "cranelift", &[]);
    let mut file = OpenOptions::new().append(true).open(list(&folder, "p2")).unwrap();
    write!(file, "\n{}\n", key(&folder, "p3")).unwrap();
    server.wait_for("compile both tiers from the same file");
    compile(&folder, "other", "p2", "cranelift", &["-W", "epoch-interruption=n"]);
    server.wait_for(
        "it was compiled with other settings than the code that runs: compile both with the same, such as \
         `-W epoch-interruption`",
    );
    // Slower code, and code for other machines, aren't worth a word.
    compile(&folder, "other", "p2", "winch", &["-D", "symbols=n"]);
    compile(&folder, "other", "p2", "cranelift", &["--target", "s390x"]);
    compile(&folder, "fast", "p2", "cranelift", &[]);
    assert!(server.wait_for("`app.cwasm`").contains(TAKEN));
    assert_eq!(get(server.address(), "/").ok("last"), "hello\n");
}

/// A damaged entry costs one line, and a good one in its place takes over.
#[test]
fn a_damaged_entry_is_not_used() {
    let folder = folder("p2", "winch", &[]);
    compile(&folder, "fast", "p2", "cranelift", &[]);
    let key = key(&folder, "p2");
    let blob = folder.cache().join(format!("v1/entries/{}/{key}.blob", &key[..2]));
    let mut damaged = fs::read(&blob).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&blob, damaged).unwrap();
    let server = serve(&folder, &[]);
    server.wait_for("its digest does not match");
    // Another entry has the list read again, and this one isn't named again.
    compile(&folder, "other", "p2", "winch", &["-D", "symbols=n"]);
    compile(&folder, "fast", "p2", "cranelift", &[]);
    assert!(server.wait_for("`app.cwasm`").contains(TAKEN));
}

/// A cache to which others can write isn't used until it is closed, and one that isn't there yet is awaited.
#[test]
fn the_cache_must_be_there_and_closed() {
    let folder = folder("p2", "winch", &[]);
    let set_mode =
        |mode| fs::set_permissions(folder.cache().join("v1"), Permissions::from_mode(mode)).unwrap();
    compile(&folder, "fast", "p2", "cranelift", &[]);
    set_mode(0o777);
    let server = serve(&folder, &[]);
    server.wait_for("/v1`, so nothing of this cache runs: have `precompile cache clear` empty and close it");
    set_mode(0o700);
    server.wait_for(TAKEN);
    let absent = folder.join("absent");
    let absent = absent.to_str().unwrap();
    let server = Server::start(&folder, &["--tier-from", absent, "app.cwasm"]);
    server.wait_for("` yet, and what appears there is used");
    compile(&folder, "fast", "p2", "cranelift", &["--cache-dir", absent]);
    server.wait_for(TAKEN);
}

/// Signatures and policies are demanded of what is in the cache, too.
#[test]
fn demands_hold_for_the_cache() {
    let folder = Folder::new();
    assert_eq!(folder.precompile(["keygen", "--no-password"]).code, Some(0));
    compile(&folder, "app", "p2", "winch", &["--sign", "precompile.key"]);
    let server = serve(&folder, &["--trust", "precompile.pub"]);
    let winch_only = serve(&folder, &["--trust", "precompile.pub", "--policy", "backend=winch"]);
    compile(&folder, "fast", "p2", "cranelift", &[]);
    server.wait_for("`app.cwasm` keeps its version");
    server.wait_for("signature");
    compile(&folder, "fast", "p2", "cranelift", &["--sign", "precompile.key"]);
    server.wait_for(TAKEN);
    let ended = winch_only.end();
    assert!(ended.code == Some(0) && !ended.stderr.contains("has a new version"), "{ended:?}");
}
