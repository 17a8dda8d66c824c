//! The addresses on which the server listens.

use crate::failure::Failure;
use crate::print::tell;
use crate::serve_options::ServeOptions;
use precompile_runtime::artifact::Code;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// The listeners of a server.
pub(super) struct Listeners {
    pub(super) clients: Listening,
    /// That for health and metrics, where these have an address of their own.
    pub(super) admin: Option<Listening>,
}

/// A listener, with the address that it has.
pub(super) struct Listening {
    pub(super) listener: TcpListener,
    address: SocketAddr,
}

impl Listeners {
    /// Listens on the addresses of the options.
    ///
    /// # Errors
    ///
    /// If an address can't be listened on.
    pub(super) async fn open(options: &ServeOptions) -> Result<Listeners, Failure> {
        let clients = Listening::open(options.addr, "--addr").await?;
        let admin = match options.admin {
            Some(address) => Some(Listening::open(address, "--admin").await?),
            None => None,
        };
        Ok(Listeners { clients, admin })
    }

    /// Says where requests are answered.
    pub(super) fn tell(&self) {
        tell(&format!("serving on http://{}/", self.clients.address));
        if let Some(admin) = &self.admin {
            tell(&format!("health and metrics on http://{}/", admin.address));
        }
    }
}

impl Listening {
    /// Listens on an address, which this option names.
    async fn open(address: SocketAddr, option: &str) -> Result<Listening, Failure> {
        let refused = |error: std::io::Error| {
            Failure::own(Code::Listen, || {
                format!("can't listen on `{address}`: {error}; name another with `{option}`")
            })
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Listening { listener, address })
    }
}
