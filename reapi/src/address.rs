//! The address of a farm.

use thiserror::Error;
use url::Url;

/// The address of a farm: `grpc://HOST[:PORT][/INSTANCE]`, or `grpcs://` for TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The server, as a URL of HTTP.
    pub(crate) server: String,
    /// The name of the instance on the server; empty for its default.
    pub(crate) instance: String,
    pub(crate) is_tls: bool,
}

/// A text that is no address of a farm.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It is no URL.
    #[error("it is no URL ({0}): give one such as `grpcs://farm.example/instance`")]
    NotAUrl(String),
    /// It has another scheme.
    #[error("`{0}` is no scheme of a farm: use `grpc`, or `grpcs` for TLS")]
    Scheme(String),
    /// It names no server.
    #[error("it names no server: give one such as `grpcs://farm.example/instance`")]
    NoServer,
    /// It has a part that no farm's address has.
    #[error("it has a part that a farm's address hasn't: leave out names, passwords, `?` and `#`")]
    Extra,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// If the text is none. The error doesn't hold the text, which may hold a password.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let url = Url::parse(text).map_err(|error| AddressError::NotAUrl(error.to_string()))?;
        let (is_tls, scheme, port) = match url.scheme() {
            "grpc" => (false, "http", 80),
            "grpcs" => (true, "https", 443),
            other => return Err(AddressError::Scheme(other.into())),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(AddressError::NoServer)?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Extra);
        }
        let port = url.port().unwrap_or(port);
        let instance = url.path().trim_matches('/').to_owned();
        Ok(Address { server: format!("{scheme}://{host}:{port}"), instance, is_tls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_have_a_port_and_an_instance() {
        let read = |text| Address::parse(text).map(|it| (it.server, it.instance, it.is_tls)).unwrap();
        let parts = |server: &str, instance: &str, is_tls| (server.to_owned(), instance.to_owned(), is_tls);
        assert_eq!(read("grpc://farm.example"), parts("http://farm.example:80", "", false));
        assert_eq!(read("grpc://[::1]:8980/main/"), parts("http://[::1]:8980", "main", false));
        assert_eq!(read("grpcs://farm.example/a/b"), parts("https://farm.example:443", "a/b", true));
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, says) in [
            ("farm.example", "it is no URL"),
            ("https://farm.example", "`https` is no scheme of a farm"),
            ("grpc://", "it names no server"),
            ("grpc://user:secret@farm.example", "leave out names, passwords"),
            ("grpc://farm.example?ttl=1", "leave out names, passwords"),
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains("secret"), "{text}: {error}");
        }
    }
}
