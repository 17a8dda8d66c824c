//! An address of the command line, or several.

use crate::authority::{host_and_port, in_brackets, is_name};
use ipnet::IpNet;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use thiserror::Error;

/// Addresses: `IP`, `IP/BITS` or `NAME`, each with `:PORT` or for all ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The name, if it is one.
    pub(super) name: Option<String>,
    networks: Vec<IpNet>,
    port: Option<u16>,
}

/// An address on the command line that is none.
#[derive(Debug, Error)]
pub(crate) enum RuleError {
    #[error(
        "`{0}` is no address: give an IP address, IP/BITS or a name, with `:PORT` or for all ports, such as \
         `127.0.0.1:8080`, `10.0.0.0/8`, `[::1]:53` or `example.com:443`"
    )]
    Form(String),
    #[error("can't look up `{name}`: {source}; give its IP address, or check the name")]
    Lookup { name: String, source: io::Error },
    #[error("`{0}` has no address now: give one, or check the name")]
    NoAddress(String),
}

impl Rule {
    /// Reads an address. A name is looked up at once.
    ///
    /// # Errors
    ///
    /// If it has another form, or the name isn't found.
    pub(crate) fn parse(text: &str) -> Result<Rule, RuleError> {
        let wrong = || RuleError::Form(text.into());
        if let Some(network) = network(text) {
            return Ok(Rule { name: None, networks: vec![network], port: None });
        }
        let (host, port) = host_and_port(text).ok_or_else(wrong)?;
        if let Some(network) = network(in_brackets(host).unwrap_or(host)) {
            return Ok(Rule { name: None, networks: vec![network], port });
        }
        // A number that is no address is no name either.
        if !is_name(host) || !host.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return Err(wrong());
        }
        let found = (host, 0).to_socket_addrs();
        let found = found.map_err(|source| RuleError::Lookup { name: host.into(), source })?;
        let networks: Vec<_> = found.map(|address| IpNet::from(address.ip().to_canonical())).collect();
        if networks.is_empty() {
            return Err(RuleError::NoAddress(host.into()));
        }
        Ok(Rule { name: Some(host.trim_end_matches('.').into()), networks, port })
    }

    /// Returns true if a guest may use an address.
    pub(super) fn permits(&self, address: SocketAddr) -> bool {
        // An IPv4 address is the same in the form of IPv6.
        let ip = address.ip().to_canonical();
        self.port.is_none_or(|port| port == address.port())
            && self.networks.iter().any(|network| network.contains(&ip))
    }

    /// The addresses of a name.
    pub(super) fn addresses(&self) -> Vec<IpAddr> {
        self.networks.iter().map(IpNet::addr).collect()
    }
}

/// The network of `IP` or `IP/BITS`.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| Some(IpNet::from(text.parse::<IpAddr>().ok()?.to_canonical())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(rule: &str, address: &str) -> bool {
        Rule::parse(rule).unwrap().permits(address.parse().unwrap())
    }

    #[test]
    fn a_rule_permits_its_addresses_and_ports() {
        for (rule, address, is_permitted) in [
            ("127.0.0.1", "127.0.0.1:1", true),
            ("127.0.0.1", "127.0.0.2:1", false),
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "127.0.0.1:81", false),
            ("10.0.0.0/8", "10.255.0.1:9", true),
            ("10.0.0.0/8", "11.0.0.1:9", false),
            ("10.0.0.0/8:443", "10.1.2.3:443", true),
            ("10.0.0.0/8:443", "10.1.2.3:80", false),
            ("0.0.0.0/0", "1.2.3.4:5", true),
            ("0.0.0.0/0", "[::1]:5", false),
            ("::1", "[::1]:5", true),
            ("[::1]:53", "[::1]:53", true),
            ("[::1]:53", "[::1]:54", false),
            ("[fd00::/8]:53", "[fd12::1]:53", true),
            ("::/0", "[2001:db8::1]:1", true),
            // An IPv4 address in the form of IPv6.
            ("127.0.0.1:80", "[::ffff:127.0.0.1]:80", true),
            ("::/0", "[::ffff:127.0.0.1]:80", false),
            ("localhost:80", "127.0.0.1:80", true),
            ("localhost:80", "127.0.0.1:81", false),
        ] {
            assert_eq!(permits(rule, address), is_permitted, "{rule} {address}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        let forms = [
            "",
            ":80",
            "1.2.3",
            "1.2.3.4:",
            "1.2.3.4:+80",
            "1.2.3.4:65536",
            "10.0.0.0/33",
            "[::1",
            "[::1]80",
            "[localhost]:1",
            "a b",
            "http://localhost",
            "*",
        ];
        for text in forms {
            assert!(matches!(Rule::parse(text), Err(RuleError::Form(_))), "{text}");
        }
    }
}
