//! The addresses that a guest's sockets reach: `--tcp` and `--udp`.

mod names;
mod rule;

pub(crate) use names::Names;
pub(crate) use rule::Rule;

use std::future::ready;
use std::net::SocketAddr;
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::sockets::SocketAddrUse;

/// The addresses that a guest's sockets reach. By default they reach none.
#[derive(Clone, Default)]
pub(crate) struct Network {
    pub(crate) tcp: Vec<Rule>,
    pub(crate) udp: Vec<Rule>,
}

impl Network {
    /// Gives a guest these addresses, and no others.
    pub(crate) fn give(&self, builder: &mut WasiCtxBuilder) {
        let (tcp, udp) = (self.tcp.clone(), self.udp.clone());
        builder.allow_tcp(!tcp.is_empty()).allow_udp(!udp.is_empty());
        // The runner replaces the function: a guest finds the names of the command line, and asks no server.
        builder.allow_ip_name_lookup(true);
        builder.socket_addr_check(move |address, purpose| {
            Box::pin(ready(match purpose {
                // The near end of a connection, whose port the system chooses.
                SocketAddrUse::TcpBind | SocketAddrUse::UdpBind if is_any(address) => true,
                // Whoever connects to where the guest may listen.
                SocketAddrUse::TcpAccept => true,
                SocketAddrUse::TcpBind | SocketAddrUse::TcpListen | SocketAddrUse::TcpConnect => {
                    tcp.iter().any(|rule| rule.permits(address))
                }
                SocketAddrUse::UdpBind | SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => {
                    udp.iter().any(|rule| rule.permits(address))
                }
            }))
        });
    }

    /// The names that a guest may look up.
    pub(crate) fn names(&self) -> Names {
        Names::new(self.tcp.iter().chain(&self.udp))
    }
}

/// Returns true for the address that leaves the choice to the system.
fn is_any(address: SocketAddr) -> bool {
    address.ip().is_unspecified() && address.port() == 0
}
