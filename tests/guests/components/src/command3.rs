//! A command of WASI 0.3. Its first argument says what it does; it prints what came of it.

use futures::join;
use std::time::{Duration, Instant};
use wasip3::cli::{environment, exit, stderr, stdin, stdout};
use wasip3::clocks::{monotonic_clock, system_clock};
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};
use wasip3::random::{insecure, insecure_seed, random};
use wasip3::sockets::ip_name_lookup::resolve_addresses;
use wasip3::sockets::types::{IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, TcpSocket};
use wasip3::{wit_future, wit_stream};

struct Command;

wasip3::cli::command::export!(Command);

impl wasip3::exports::cli::run::Guest for Command {
    async fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        let argument = |at: usize| arguments.get(at).map_or("", String::as_str);
        let text = match argument(1) {
            "environment" => format!("{:?}", environment::get_environment()),
            "cat" => {
                let (input, _) = stdin::read_via_stream();
                stdout::write_via_stream(input).await.map_err(|_| ())?;
                return Ok(());
            }
            "stderr" => {
                let (mut writer, reader) = wit_stream::new();
                let written = async {
                    writer.write_all(b"to stderr\n".to_vec()).await;
                    drop(writer);
                };
                let (result, ()) = join!(async { stderr::write_via_stream(reader).await }, written);
                return result.map_err(|_| ());
            }
            "fail" => return Err(()),
            "exit" => {
                exit::exit_with_code(7);
                String::new()
            }
            // Both wait at the same time.
            "clocks" => {
                let start = Instant::now();
                join!(monotonic_clock::wait_for(300_000_000), monotonic_clock::wait_for(300_000_000));
                let took = start.elapsed();
                let is_together = (Duration::from_millis(300)..Duration::from_millis(590)).contains(&took);
                format!("{is_together} {}", system_clock::now().seconds > 1_700_000_000)
            }
            "random" => {
                let bytes = random::get_random_bytes(16);
                let _ = (insecure::get_insecure_random_u64(), insecure_seed::get_insecure_seed());
                format!("{} {}", bytes.len(), bytes != random::get_random_bytes(16))
            }
            "files" => files().await,
            "connect" => connect(argument(2)).await,
            "lookup" => format!("{:?}", resolve_addresses(argument(2).into()).await),
            // The other end is kept, and never writes.
            "wait" => {
                let (_writer, reader) = wit_future::new(|| Ok::<(), wasip3::cli::types::ErrorCode>(()));
                let _ = reader.await;
                String::new()
            }
            other => format!("hello {other}"),
        };
        print(format!("{text}\n")).await
    }
}

async fn print(text: String) -> Result<(), ()> {
    let (mut writer, reader) = wit_stream::new();
    let write = async {
        writer.write_all(text.into_bytes()).await;
        drop(writer);
    };
    let (result, ()) = join!(async { stdout::write_via_stream(reader).await }, write);
    result.map_err(|_| ())
}

/// Writes a file, reads it again, and lists the folder.
async fn files() -> String {
    let folders = get_directories();
    let Some((folder, name)) = folders.first() else { return "no folder".into() };
    let open = folder.open_at(PathFlags::empty(), "new".into(), OpenFlags::CREATE, DescriptorFlags::READ | DescriptorFlags::WRITE);
    let file = match open.await {
        Ok(file) => file,
        Err(error) => return format!("{error:?}"),
    };
    let (mut writer, reader) = wit_stream::new();
    let write = async {
        writer.write_all(b"content".to_vec()).await;
        drop(writer);
    };
    let (written, ()) = join!(async { file.write_via_stream(reader, 0).await }, write);
    let (content, _) = file.read_via_stream(0);
    let content = content.collect().await;
    let (entries, _) = folder.read_directory();
    let names: Vec<_> = entries.collect().await.into_iter().map(|entry| entry.name).collect();
    format!("{name} {} {} {names:?}", written.is_ok(), String::from_utf8_lossy(&content))
}

/// Connects to an address of IPv4, sends, and receives.
async fn connect(address: &str) -> String {
    let address: std::net::SocketAddrV4 = address.parse().unwrap();
    let socket = match TcpSocket::create(IpAddressFamily::Ipv4) {
        Ok(socket) => socket,
        Err(error) => return format!("{error:?}"),
    };
    let [a, b, c, d] = address.ip().octets();
    let address = Ipv4SocketAddress { port: address.port(), address: (a, b, c, d) };
    if let Err(error) = socket.connect(IpSocketAddress::Ipv4(address)).await {
        return format!("{error:?}");
    }
    let (mut writer, reader) = wit_stream::new();
    let send = async {
        writer.write_all(b"ping".to_vec()).await;
        drop(writer);
    };
    let (input, _) = socket.receive();
    let (_, (), received) = join!(async { socket.send(reader).await }, send, input.collect());
    String::from_utf8_lossy(&received).into_owned()
}
