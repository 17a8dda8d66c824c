//! A guest in Rust that calls every function of a package of WASI 0.3, and prints their outcomes.

use crate::guest::of_guest;
use support::{BACKENDS, Runner};

const CLI: &str = r#"get-arguments: ["app.cwasm", "cli"]
get-environment: [("NAME", "value")]
get-initial-cwd: None
read-via-stream: ("", Ok(()))
write-via-stream: Ok(())
get-terminal-stdin: false
get-terminal-stdout: false
get-terminal-stderr: false
"#;

const CLOCKS: &str = "now: true
wait-until: true
wait-for: true
get-resolution: true
system-clock: now: true
system-clock: get-resolution: true
";

const RANDOM: &str = "get-random-bytes: (16, true)
get-random-u64: true
get-insecure-random-bytes: 9
get-insecure-random-u64: true
get-insecure-seed: true
";

const FILES: &str = r#"get-directories: ["/data"]
write-via-stream: Ok(())
append-via-stream: Ok(())
advise: Ok(())
sync-data: Ok(())
sync: Ok(())
read-via-stream: ("tent, and more", Ok(()))
get-flags: Ok(DescriptorFlags(READ | WRITE))
get-type: Ok(DescriptorType::RegularFile)
set-size: Ok(())
set-times: Ok(())
stat: Ok("DescriptorType::RegularFile, 4 bytes, Some(1000)")
metadata-hash: true
metadata-hash-at: true
set-times-at: Ok(())
stat-at: Ok("DescriptorType::RegularFile, 4 bytes, Some(2000)")
create-directory-at: Ok(())
link-at: Ok(())
symlink-at: Ok(())
readlink-at: Ok("file")
rename-at: Ok(())
is-same-object: (true, false)
read-directory: (["file", "renamed", "sub", "symlink"], Ok(()))
unlink-file-at: Ok(())
remove-directory-at: Ok(())
"#;

const SOCKETS: &str = r#"resolve-addresses: true
bind: Ok(())
set-listen-backlog-size: Ok(())
get-is-listening: true
get-address-family: IpAddressFamily::Ipv4
set-keep-alive-enabled: Ok(())
get-keep-alive-enabled: Ok(true)
set-keep-alive-idle-time: Ok(())
get-keep-alive-idle-time: Ok(10000000000)
set-keep-alive-interval: Ok(())
get-keep-alive-interval: Ok(5000000000)
set-keep-alive-count: Ok(())
get-keep-alive-count: Ok(3)
set-hop-limit: Ok(())
get-hop-limit: Ok(42)
set-receive-buffer-size: Ok(())
get-receive-buffer-size: true
set-send-buffer-size: Ok(())
get-send-buffer-size: true
connect: Ok(())
get-local-address: true
get-remote-address: true
send: Ok(())
receive: ("ping", Ok(()))
a connection: Ok(())
bind: (Ok(()), Ok(()))
get-address-family: IpAddressFamily::Ipv4
set-unicast-hop-limit: Ok(())
get-unicast-hop-limit: Ok(42)
set-receive-buffer-size: Ok(())
get-receive-buffer-size: true
set-send-buffer-size: Ok(())
get-send-buffer-size: true
get-local-address: true
send: Ok(())
receive: Ok(([112, 105, 110, 103], true))
connect: Ok(())
get-remote-address: true
disconnect: Ok(())
get-remote-address: true
datagrams: Ok(())
"#;

#[test]
fn every_function_does_its_work() {
    for backend in BACKENDS {
        let folder = of_guest("calls-p3.wasm", backend);
        std::fs::create_dir(folder.join("data")).unwrap();
        for (options, package, stdout) in [
            (&["--env", "NAME=value"][..], "cli", CLI),
            (&[], "clocks", CLOCKS),
            (&[], "random", RANDOM),
            (&["--dir", "data::/data"], "filesystem", FILES),
            (&["--tcp", "127.0.0.1", "--tcp", "localhost", "--udp", "127.0.0.1"], "sockets", SOCKETS),
        ] {
            let ended = folder.run(Runner::Full, options.iter().chain(&["app.cwasm", package]));
            assert_eq!(ended.stdout, stdout, "{backend} {package}: {ended:?}");
            let stderr = if package == "cli" { "to stderr\n" } else { "" };
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), stderr), "{backend} {package}");
        }
        for (how, code) in [("exit", 1), ("exit-with-code", 7)] {
            let ended = folder.run(Runner::Full, ["app.cwasm", how]);
            assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{backend}: {ended:?}");
        }
    }
}
