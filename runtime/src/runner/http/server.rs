//! A server of the command line, or several.

use crate::authority::{host_and_port, in_brackets, is_name};
use http::Uri;
use http::uri::Scheme;
use std::net::Ipv6Addr;
use thiserror::Error;

/// Servers: `HOST`, `*.DOMAIN` or `*`, each with `:PORT` or for all ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Any,
    /// All below a domain, with the dot before it.
    Below(String),
    Named(String),
}

/// A server on the command line that is none.
#[derive(Debug, Error)]
#[error(
    "`{0}` is no server: give HOST, `*.DOMAIN` or `*`, with `:PORT` or for all ports, and no `http://`, such as \
     `api.example.com` or `127.0.0.1:8080`"
)]
pub(crate) struct ServerError(String);

impl Server {
    /// Reads a server.
    ///
    /// # Errors
    ///
    /// If it has another form.
    pub(crate) fn parse(text: &str) -> Result<Server, ServerError> {
        let wrong = || ServerError(text.into());
        let (host, port) = host_and_port(text).ok_or_else(wrong)?;
        let lower = host.to_ascii_lowercase();
        let host = match lower.strip_prefix('*') {
            Some("") => Host::Any,
            Some(domain) if domain.starts_with('.') && is_host(&domain[1..]) => Host::Below(domain.into()),
            None if is_host(&lower) => Host::Named(lower),
            _ => return Err(wrong()),
        };
        Ok(Server { host, port })
    }

    /// Returns true if a request to this address is one to this server.
    pub(super) fn is_of(&self, uri: &Uri) -> bool {
        let Some(host) = uri.host() else { return false };
        let default = if uri.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_host = match &self.host {
            Host::Any => true,
            Host::Below(domain) => host.ends_with(domain),
            Host::Named(name) => host == *name,
        };
        is_host && self.port.is_none_or(|port| port == uri.port_u16().unwrap_or(default))
    }
}

/// Returns true for a name, an IPv4 address, or an IPv6 address in brackets.
fn is_host(text: &str) -> bool {
    in_brackets(text).map_or_else(|| is_name(text), |inner| inner.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_of(server: &str, uri: &str) -> bool {
        Server::parse(server).unwrap().is_of(&uri.parse().unwrap())
    }

    #[test]
    fn a_server_has_its_requests() {
        for (server, uri, has) in [
            ("example.com", "https://example.com/", true),
            ("example.com", "http://EXAMPLE.com:8080/a", true),
            ("example.com", "https://example.com./", true),
            ("example.com", "https://www.example.com/", false),
            ("example.com", "https://example.com.evil.org/", false),
            ("example.com", "https://user@example.com/", true),
            ("example.com", "https://example.com@evil.org/", false),
            ("example.com:443", "https://example.com/", true),
            ("example.com:443", "http://example.com/", false),
            ("example.com:80", "http://example.com/", true),
            ("*.example.com", "https://www.example.com/", true),
            ("*.example.com", "https://a.b.example.com/", true),
            ("*.example.com", "https://example.com/", false),
            ("*.example.com", "https://badexample.com/", false),
            ("*", "https://anything/", true),
            ("*:8080", "http://127.0.0.1:8080/", true),
            ("*:8080", "http://127.0.0.1/", false),
            ("127.0.0.1:8080", "http://127.0.0.1:8080/", true),
            ("[::1]:8080", "http://[::1]:8080/", true),
            ("[::1]", "http://[::1]:9/", true),
            ("[::1]", "http://[::2]:9/", false),
            ("example.com", "/only/a/path", false),
        ] {
            assert_eq!(is_of(server, uri), has, "{server} {uri}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "", ":80", "a:", "a:+1", "a:65536", "http://a", "a/b", "*a", "a*", "*.", "**", "[::1", "::1:80:",
            "a b",
        ] {
            assert!(Server::parse(text).is_err(), "{text}");
        }
    }
}
