//! What each service is told.

use super::connect::Parts;
use super::folder::Folder;
use super::redis::{Redis, Server};
use super::service::Service;
use super::{ConnectError, Mode};
use opendal::services::{Azblob, Gcs, Ghac, S3, Webdav};
use redis::RedisConnectionInfo;
use reqsign_aws_v4::{DefaultCredentialProvider, StaticCredentialProvider};
use reqsign_core::ProvideCredentialChain;

/// Where a Redis server listens, unless its URL says so.
const REDIS_PORT: u16 = 6379;

impl Parts<'_> {
    pub(super) fn s3(&self) -> Result<Service, ConnectError> {
        let mut s3 = S3::default().bucket(self.host("bucket", "s3://bucket/prefix")?).root(self.url.path());
        let region = self.setting("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]);
        s3 = s3.region(region.as_deref().unwrap_or("us-east-1"));
        // Said always: its own loader takes an empty variable for an answer.
        let endpoint = self.setting("endpoint", &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]);
        s3 = s3.endpoint(endpoint.as_deref().unwrap_or("https://s3.amazonaws.com"));
        // Its own loader takes empty variables for credentials, too. And a machine's own credentials
        // are asked of an address that doesn't answer elsewhere.
        let others = DefaultCredentialProvider::builder().no_env().no_imds().build();
        let mut credentials = ProvideCredentialChain::new().push(others);
        let key = (self.variable)("AWS_ACCESS_KEY_ID").zip((self.variable)("AWS_SECRET_ACCESS_KEY"));
        if let Some((id, secret)) = key {
            let mut key = StaticCredentialProvider::new(&id, &secret);
            if let Some(token) = (self.variable)("AWS_SESSION_TOKEN") {
                key = key.with_session_token(&token);
            }
            credentials = credentials.push_front(key);
        }
        s3 = s3.credential_provider_chain(credentials);
        self.build(s3, &["endpoint", "region"])
    }

    pub(super) fn redis(&self) -> Result<Service, ConnectError> {
        let like = "redis://host:6379/0";
        self.check(&["prefix"])?;
        // An address of version 6 stands in brackets.
        let host = self.host("host", like)?.trim_matches(['[', ']']).to_string();
        let (port, tls) = (self.url.port().unwrap_or(REDIS_PORT), self.url.scheme() == "rediss");
        let mut settings = RedisConnectionInfo::default();
        match self.url.path().trim_matches('/') {
            "" => {}
            number => match number.parse() {
                Ok(number) => settings = settings.set_db(number),
                Err(_) => {
                    let what = "number of a database behind its host";
                    return Err(ConnectError::Lacks { name: self.name.clone(), what, like });
                }
            },
        }
        let (user, password) = self.credentials(&["REDISCLI_AUTH"], &[]);
        if let Some(user) = user {
            settings = settings.set_username(user);
        }
        if let Some(password) = password {
            settings = settings.set_password(password);
        }
        let prefix = self.parameters.get("prefix").map_or("precompile", String::as_str);
        let redis = Redis::new(Server { host, port, tls, settings }, prefix);
        redis.map(Service::Redis).map_err(|why| self.refused(why))
    }

    pub(super) fn webdav(&self) -> Result<Service, ConnectError> {
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

    /// Nothing is asked of the folder yet: its disk may be absent, or hang.
    pub(super) fn file(&self, mode: Mode) -> Result<Service, ConnectError> {
        let like = "file:///folder";
        let no_path = |()| ConnectError::Lacks { name: self.name.clone(), what: "path", like };
        let path = self.url.to_file_path().map_err(no_path)?;
        self.check(&[])?;
        Ok(Service::Folder(Folder::new(path, mode)))
    }

    pub(super) fn gs(&self) -> Result<Service, ConnectError> {
        let mut gcs = Gcs::default()
            .bucket(self.host("bucket", "gs://bucket/prefix")?)
            .root(self.url.path())
            .disable_vm_metadata();
        if let Some(path) = self.setting("credentials", &["GOOGLE_APPLICATION_CREDENTIALS"]) {
            gcs = gcs.credential_path(&path);
        }
        self.build(gcs, &["credentials"])
    }

    pub(super) fn azblob(&self) -> Result<Service, ConnectError> {
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
    pub(super) fn ghac(&self) -> Result<Service, ConnectError> {
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
