//! The parts of a shared store's URL.

use super::error::ConnectError;
use super::ttl;
use std::collections::HashMap;
use std::time::Duration;
use url::Url;

/// The URL of a shared store.
pub(super) struct StoreUrl<'a> {
    pub(super) url: &'a Url,
    /// The URL without credentials, for messages.
    pub(super) name: String,
    /// The parameters behind `?`.
    pub(super) parameters: HashMap<String, String>,
    /// The lookup of an environment variable.
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> StoreUrl<'a> {
    pub(super) fn new(url: &'a Url, variable: &'a dyn Fn(&str) -> Option<String>) -> StoreUrl<'a> {
        let mut stripped = url.clone();
        // Neither call fails if the URL has a host. Without a host it has no credentials.
        let _ = stripped.set_username("");
        let _ = stripped.set_password(None);
        stripped.set_query(None);
        let parameters = url.query_pairs().into_owned().collect();
        // Any part of a URL without a host may be a password.
        let plain = url.has_host() || url.scheme() == "file";
        // So may a path with `@`: an unescaped slash in the password started it.
        if url.scheme() != "file" && url.path().contains('@') {
            stripped.set_path("…");
        }
        let name = if plain { stripped.to_string() } else { format!("{}:", url.scheme()) };
        StoreUrl { url, name, parameters, variable }
    }

    /// The value of a parameter, or else of the first variable that is set.
    pub(super) fn setting(&self, parameter: &str, variables: &[&str]) -> Option<String> {
        let variable = || variables.iter().find_map(|name| (self.variable)(name));
        self.parameters.get(parameter).cloned().or_else(variable)
    }

    /// The host, which a scheme may call otherwise (`what`), as in the example `like`.
    pub(super) fn host(&self, what: &'static str, like: &'static str) -> Result<&str, ConnectError> {
        let host = self.url.host_str().filter(|host| !host.is_empty());
        host.ok_or_else(|| ConnectError::Lacks { name: self.name.clone(), what, like })
    }

    /// The host and the port, `host:port`.
    pub(super) fn authority(&self, like: &'static str) -> Result<String, ConnectError> {
        let host = self.host("host", like)?;
        Ok(self.url.port().map_or_else(|| host.into(), |port| format!("{host}:{port}")))
    }

    /// Refuses parameters that the scheme doesn't have.
    pub(super) fn check(&self, known: &[&str]) -> Result<(), ConnectError> {
        let name = self.name.clone();
        // Of every service.
        let is_known = |name: &str| name == "compress" || known.contains(&name);
        match self.parameters.keys().find(|name| !is_known(name)) {
            Some(parameter) => Err(ConnectError::Parameter { name, parameter: parameter.clone() }),
            None => Ok(()),
        }
    }

    /// The time that entries are kept; `None` for no limit.
    pub(super) fn ttl(&self) -> Result<Option<Duration>, ConnectError> {
        let forms = "a time such as `12h` or `30d`";
        let parse = |text: &String| ttl::parse(text).ok_or_else(|| self.wrong("ttl", forms));
        self.parameters.get("ttl").map(parse).transpose()
    }

    /// The error of a parameter whose value isn't one of these forms.
    pub(super) fn wrong(&self, parameter: &'static str, forms: impl Into<String>) -> ConnectError {
        ConnectError::Value { name: self.name.clone(), parameter, forms: forms.into() }
    }

    /// The error of a client that can't be built from this URL.
    pub(super) fn refused(&self, why: String) -> ConnectError {
        ConnectError::Refused { name: self.name.clone(), why }
    }

    /// The user and the password: from the URL, or else from the first variable of each list that is set.
    pub(super) fn credentials(&self, passwords: &[&str], users: &[&str]) -> (Option<String>, Option<String>) {
        let from = |variables: &[&str]| variables.iter().find_map(|name| (self.variable)(name));
        let decoded =
            |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = Some(self.url.username()).filter(|user| !user.is_empty()).map(decoded);
        let password = self.url.password().map(decoded);
        (user.or_else(|| from(users)), password.or_else(|| from(passwords)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_counts_more_than_variables() {
        let url = Url::parse("s3://bucket?region=north").unwrap();
        let variable = |name: &str| (name == "SECOND").then(|| "south".to_owned());
        let store = StoreUrl::new(&url, &variable);
        for (parameter, value) in [("region", Some("north")), ("endpoint", Some("south"))] {
            assert_eq!(store.setting(parameter, &["FIRST", "SECOND"]).as_deref(), value, "{parameter}");
        }
        assert_eq!(store.setting("endpoint", &["FIRST"]), None);
    }
}
