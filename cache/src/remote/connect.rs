//! From a URL to a service.

use super::service::Service;
use super::transport::Capped;
use super::{ConnectError, Mode};
use opendal::{Builder, HttpTransporter, OperationContext, Operator};
use std::collections::HashMap;
use url::Url;

/// The service that a URL names, and the URL without credentials.
pub(super) fn service(
    text: &str,
    mode: Mode,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(Service, String), ConnectError> {
    let url = Url::parse(text).map_err(|error| ConnectError::NotAUrl(error.to_string()))?;
    // Such a character ends the password, and the rest of it would be shown as something else.
    if url.fragment().is_some() || url.query().is_some_and(|query| query.contains('@')) {
        return Err(ConnectError::Unescaped);
    }
    let parts = Parts::of(&url, variable);
    let service = match url.scheme() {
        "s3" => parts.s3(),
        "redis" | "rediss" => parts.redis(),
        "webdav" | "webdavs" => parts.webdav(),
        "file" => parts.file(mode),
        "gs" => parts.gs(),
        "azblob" => parts.azblob(),
        "ghac" => parts.ghac(),
        other => return Err(ConnectError::Service(other.into())),
    }?;
    Ok((service, parts.name))
}

/// What a URL says.
pub(super) struct Parts<'a> {
    pub(super) url: &'a Url,
    pub(super) name: String,
    pub(super) parameters: HashMap<String, String>,
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Parts<'a> {
    fn of(url: &'a Url, variable: &'a dyn Fn(&str) -> Option<String>) -> Parts<'a> {
        let mut shown = url.clone();
        // Neither fails where there is a host, and without one there are no credentials.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        shown.set_query(None);
        let parameters = url.query_pairs().into_owned().collect();
        // What a URL without a host holds may be anything, a password too.
        let plain = url.has_host() || url.scheme() == "file";
        // The same goes for a path, if a slash has ended the password.
        if url.scheme() != "file" && url.path().contains('@') {
            shown.set_path("…");
        }
        let name = if plain { shown.to_string() } else { format!("{}:", url.scheme()) };
        Parts { url, name, parameters, variable }
    }

    /// A parameter, or else the first variable that is set.
    pub(super) fn setting(&self, parameter: &str, variables: &[&str]) -> Option<String> {
        let variable = || variables.iter().find_map(|name| (self.variable)(name));
        self.parameters.get(parameter).cloned().or_else(variable)
    }

    pub(super) fn host(&self, what: &'static str, like: &'static str) -> Result<&str, ConnectError> {
        let host = self.url.host_str().filter(|host| !host.is_empty());
        host.ok_or_else(|| ConnectError::Lacks { name: self.name.clone(), what, like })
    }

    /// The host's name with the port.
    pub(super) fn authority(&self, like: &'static str) -> Result<String, ConnectError> {
        let host = self.host("host", like)?;
        Ok(self.url.port().map_or_else(|| host.into(), |port| format!("{host}:{port}")))
    }

    /// The test that the URL says nothing that the service doesn't know.
    pub(super) fn check(&self, known: &[&str]) -> Result<(), ConnectError> {
        let name = self.name.clone();
        match self.parameters.keys().find(|name| !known.contains(&name.as_str())) {
            Some(parameter) => Err(ConnectError::Parameter { name, parameter: parameter.clone() }),
            None => Ok(()),
        }
    }

    pub(super) fn build(&self, builder: impl Builder, known: &[&str]) -> Result<Service, ConnectError> {
        self.check(known)?;
        let operator = Operator::new(builder).map_err(|error| self.refused(error.to_string()))?;
        let transport = HttpTransporter::new(Capped::new());
        Ok(Service::Objects(operator.with_context(OperationContext::new().with_http_transport(transport))))
    }

    pub(super) fn refused(&self, why: String) -> ConnectError {
        ConnectError::Refused { name: self.name.clone(), why }
    }

    /// What the URL says, or else the variables.
    pub(super) fn credentials(&self, passwords: &[&str], users: &[&str]) -> (Option<String>, Option<String>) {
        let from = |variables: &[&str]| variables.iter().find_map(|name| (self.variable)(name));
        let decoded =
            |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = Some(self.url.username()).filter(|user| !user.is_empty()).map(decoded);
        let password = self.url.password().map(decoded);
        (user.or_else(|| from(users)), password.or_else(|| from(passwords)))
    }
}
