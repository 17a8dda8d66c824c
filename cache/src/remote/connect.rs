//! From a URL to a service.

use super::ConnectError;
use opendal::services::{Azblob, Fs, Gcs, Ghac, Redis, S3, Webdav};
use opendal::{Builder, Operator};
use std::collections::HashMap;
use url::Url;

/// The service that a URL names, and the URL without credentials.
pub(super) fn operator(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(Operator, String), ConnectError> {
    let url = Url::parse(text).map_err(|error| ConnectError::NotAUrl(error.to_string()))?;
    let parts = Parts::of(&url, variable);
    let operator = match url.scheme() {
        "s3" => parts.s3(),
        "redis" | "rediss" => parts.redis(),
        "webdav" | "webdavs" => parts.webdav(),
        "file" => parts.file(),
        "gs" => parts.gs(),
        "azblob" => parts.azblob(),
        "ghac" => parts.ghac(),
        other => return Err(ConnectError::Service(other.into())),
    }?;
    Ok((operator, parts.name))
}

/// What a URL says.
struct Parts<'a> {
    url: &'a Url,
    name: String,
    parameters: HashMap<String, String>,
    variable: &'a dyn Fn(&str) -> Option<String>,
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
        let name = if plain { shown.to_string() } else { format!("{}:", url.scheme()) };
        Parts { url, name, parameters, variable }
    }

    /// A parameter, or else the first variable that is set.
    fn setting(&self, parameter: &str, variables: &[&str]) -> Option<String> {
        let variable = || variables.iter().find_map(|name| (self.variable)(name));
        self.parameters.get(parameter).cloned().or_else(variable)
    }

    fn host(&self, what: &'static str, like: &'static str) -> Result<&str, ConnectError> {
        let host = self.url.host_str().filter(|host| !host.is_empty());
        host.ok_or_else(|| ConnectError::Lacks { name: self.name.clone(), what, like })
    }

    /// The host's name with the port.
    fn authority(&self, like: &'static str) -> Result<String, ConnectError> {
        let host = self.host("host", like)?;
        Ok(self.url.port().map_or_else(|| host.into(), |port| format!("{host}:{port}")))
    }

    /// Builds the service, if the URL says nothing that it doesn't know.
    fn build(&self, builder: impl Builder, known: &[&str]) -> Result<Operator, ConnectError> {
        let name = self.name.clone();
        if let Some(parameter) = self.parameters.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(ConnectError::Parameter { name, parameter: parameter.clone() });
        }
        opendal::install_default();
        Operator::new(builder).map_err(|error| ConnectError::Refused { name, why: error.to_string() })
    }

    fn s3(&self) -> Result<Operator, ConnectError> {
        // A machine's own credentials are asked of an address that doesn't answer elsewhere.
        let mut s3 = S3::default()
            .bucket(self.host("bucket", "s3://bucket/prefix")?)
            .root(self.url.path())
            .disable_ec2_metadata();
        let region = self.setting("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]);
        s3 = s3.region(region.as_deref().unwrap_or("us-east-1"));
        if let Some(endpoint) = self.setting("endpoint", &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]) {
            s3 = s3.endpoint(&endpoint);
        }
        self.build(s3, &["endpoint", "region"])
    }

    fn redis(&self) -> Result<Operator, ConnectError> {
        let like = "redis://host:6379/0";
        let mut redis = Redis::default()
            .endpoint(&format!("{}://{}", self.url.scheme(), self.authority(like)?))
            .root(self.parameters.get("prefix").map_or("/precompile", String::as_str));
        match self.url.path().trim_matches('/') {
            "" => {}
            number => match number.parse() {
                Ok(number) => redis = redis.db(number),
                Err(_) => {
                    let what = "number of a database behind its host";
                    return Err(ConnectError::Lacks { name: self.name.clone(), what, like });
                }
            },
        }
        let (user, password) = self.credentials(&["REDISCLI_AUTH"], &[]);
        if let Some(user) = user {
            redis = redis.username(&user);
        }
        if let Some(password) = password {
            redis = redis.password(&password);
        }
        self.build(redis, &["prefix"])
    }

    fn webdav(&self) -> Result<Operator, ConnectError> {
        let scheme = if self.url.scheme() == "webdavs" { "https" } else { "http" };
        let authority = self.authority("webdav://host/path")?;
        let mut webdav = Webdav::default().endpoint(&format!("{scheme}://{authority}")).root(self.url.path());
        let (user, password) = self.credentials(&["WEBDAV_PASSWORD"], &["WEBDAV_USERNAME"]);
        if let Some(user) = user {
            webdav = webdav.username(&user);
        }
        if let Some(password) = password {
            webdav = webdav.password(&password);
        }
        // Some servers make the folders themselves, and don't know the request that asks for them.
        let makes_folders = self.parameters.get("create-dir").is_some_and(|value| value == "n");
        self.build(webdav.disable_create_dir(makes_folders), &["create-dir"])
    }

    /// What the URL says, or else the variables.
    fn credentials(&self, passwords: &[&str], users: &[&str]) -> (Option<String>, Option<String>) {
        let from = |variables: &[&str]| variables.iter().find_map(|name| (self.variable)(name));
        let decoded =
            |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = Some(self.url.username()).filter(|user| !user.is_empty()).map(decoded);
        let password = self.url.password().map(decoded);
        (user.or_else(|| from(users)), password.or_else(|| from(passwords)))
    }

    fn file(&self) -> Result<Operator, ConnectError> {
        let like = "file:///folder";
        let no_path = |()| ConnectError::Lacks { name: self.name.clone(), what: "path", like };
        let path = self.url.to_file_path().map_err(no_path)?;
        let path = path.to_string_lossy();
        // Beside the objects, so that they can be renamed into place.
        let fs = Fs::default().root(&path).atomic_write_dir(&format!("{}/temp", path.trim_end_matches('/')));
        self.build(fs, &[])
    }

    fn gs(&self) -> Result<Operator, ConnectError> {
        let mut gcs = Gcs::default()
            .bucket(self.host("bucket", "gs://bucket/prefix")?)
            .root(self.url.path())
            .disable_vm_metadata();
        if let Some(path) = self.setting("credentials", &["GOOGLE_APPLICATION_CREDENTIALS"]) {
            gcs = gcs.credential_path(&path);
        }
        self.build(gcs, &["credentials"])
    }

    fn azblob(&self) -> Result<Operator, ConnectError> {
        let mut azblob = Azblob::default()
            .container(self.host("container", "azblob://container/prefix")?)
            .root(self.url.path());
        let account = self.setting("account", &["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME"]);
        let default = account.as_ref().map(|account| format!("https://{account}.blob.core.windows.net"));
        if let Some(endpoint) = self.setting("endpoint", &["AZURE_STORAGE_ENDPOINT"]).or(default) {
            azblob = azblob.endpoint(&endpoint);
        }
        if let Some(account) = account {
            azblob = azblob.account_name(&account);
        }
        let keys = ["AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"];
        if let Some(key) = keys.iter().find_map(|name| (self.variable)(name)) {
            azblob = azblob.account_key(&key);
        }
        if let Some(token) = (self.variable)("AZURE_STORAGE_SAS_TOKEN") {
            azblob = azblob.sas_token(&token);
        }
        self.build(azblob, &["account", "endpoint"])
    }

    /// Inside of a job of GitHub Actions, which says in variables where its cache is.
    fn ghac(&self) -> Result<Operator, ConnectError> {
        let mut ghac = Ghac::default().root(self.url.path()).version("precompile");
        if let Some(endpoint) = self.setting("endpoint", &["ACTIONS_RESULTS_URL", "ACTIONS_CACHE_URL"]) {
            ghac = ghac.endpoint(&endpoint);
        }
        if let Some(token) = (self.variable)("ACTIONS_RUNTIME_TOKEN") {
            ghac = ghac.runtime_token(&token);
        }
        self.build(ghac, &["endpoint"])
    }
}
