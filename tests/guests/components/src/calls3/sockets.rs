//! The package `wasi:sockets`: both ends of a connection, and of a datagram's way.

use super::{Lines, sent};
use futures::join;
use wasip3::sockets::ip_name_lookup::resolve_addresses;
use wasip3::sockets::types::{
    ErrorCode, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, TcpSocket, UdpSocket,
};

const SECOND: u64 = 1_000_000_000;

pub(super) async fn calls(lines: &mut Lines) {
    lines.add("resolve-addresses", resolve_addresses("localhost".into()).await.is_ok());
    let outcome = connection(lines).await;
    lines.add("a connection", outcome);
    let outcome = datagrams(lines).await;
    lines.add("datagrams", outcome);
}

/// Any port of this machine.
fn here() -> IpSocketAddress {
    IpSocketAddress::Ipv4(Ipv4SocketAddress { port: 0, address: (127, 0, 0, 1) })
}

/// True for an address of this machine with a port.
fn is_here(address: Result<IpSocketAddress, ErrorCode>) -> bool {
    matches!(address, Ok(IpSocketAddress::Ipv4(address)) if address.port != 0 && address.address == (127, 0, 0, 1))
}

async fn connection(lines: &mut Lines) -> Result<(), ErrorCode> {
    let listener = TcpSocket::create(IpAddressFamily::Ipv4)?;
    lines.add("bind", listener.bind(here()));
    lines.add("set-listen-backlog-size", listener.set_listen_backlog_size(5));
    let mut accepted = listener.listen()?;
    lines.add("get-is-listening", listener.get_is_listening());
    let client = TcpSocket::create(IpAddressFamily::Ipv4)?;
    lines.add("get-address-family", client.get_address_family());
    options(lines, &client);
    let (connected, peer) = join!(client.connect(listener.get_local_address()?), accepted.next());
    lines.add("connect", connected);
    lines.add("get-local-address", is_here(client.get_local_address()));
    lines.add("get-remote-address", is_here(client.get_remote_address()));
    let Some(peer) = peer else { return Err(ErrorCode::ConnectionAborted) };
    lines.add("send", sent(b"ping", |bytes| client.send(bytes)).await);
    let (bytes, end) = peer.receive();
    let text = bytes.collect().await;
    lines.add("receive", (String::from_utf8_lossy(&text), end.await));
    Ok(())
}

fn options(lines: &mut Lines, socket: &TcpSocket) {
    lines.add("set-keep-alive-enabled", socket.set_keep_alive_enabled(true));
    lines.add("get-keep-alive-enabled", socket.get_keep_alive_enabled());
    lines.add("set-keep-alive-idle-time", socket.set_keep_alive_idle_time(10 * SECOND));
    lines.add("get-keep-alive-idle-time", socket.get_keep_alive_idle_time());
    lines.add("set-keep-alive-interval", socket.set_keep_alive_interval(5 * SECOND));
    lines.add("get-keep-alive-interval", socket.get_keep_alive_interval());
    lines.add("set-keep-alive-count", socket.set_keep_alive_count(3));
    lines.add("get-keep-alive-count", socket.get_keep_alive_count());
    lines.add("set-hop-limit", socket.set_hop_limit(42));
    lines.add("get-hop-limit", socket.get_hop_limit());
    // The system may take another size.
    lines.add("set-receive-buffer-size", socket.set_receive_buffer_size(65536));
    lines.add("get-receive-buffer-size", socket.get_receive_buffer_size().is_ok_and(|bytes| bytes > 0));
    lines.add("set-send-buffer-size", socket.set_send_buffer_size(65536));
    lines.add("get-send-buffer-size", socket.get_send_buffer_size().is_ok_and(|bytes| bytes > 0));
}

async fn datagrams(lines: &mut Lines) -> Result<(), ErrorCode> {
    let (one, other) = (UdpSocket::create(IpAddressFamily::Ipv4)?, UdpSocket::create(IpAddressFamily::Ipv4)?);
    lines.add("bind", (one.bind(here()), other.bind(here())));
    lines.add("get-address-family", one.get_address_family());
    lines.add("set-unicast-hop-limit", one.set_unicast_hop_limit(42));
    lines.add("get-unicast-hop-limit", one.get_unicast_hop_limit());
    lines.add("set-receive-buffer-size", one.set_receive_buffer_size(65536));
    lines.add("get-receive-buffer-size", one.get_receive_buffer_size().is_ok_and(|bytes| bytes > 0));
    lines.add("set-send-buffer-size", one.set_send_buffer_size(65536));
    lines.add("get-send-buffer-size", one.get_send_buffer_size().is_ok_and(|bytes| bytes > 0));
    lines.add("get-local-address", is_here(one.get_local_address()));
    let address = other.get_local_address()?;
    lines.add("send", one.send(b"ping".to_vec(), Some(address)).await);
    let received = other.receive().await;
    lines.add("receive", received.map(|(bytes, from)| (bytes, is_here(Ok(from)))));
    lines.add("connect", one.connect(address));
    lines.add("get-remote-address", is_here(one.get_remote_address()));
    lines.add("disconnect", one.disconnect());
    lines.add("get-remote-address", one.get_remote_address().is_err());
    Ok(())
}
