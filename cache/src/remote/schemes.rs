//! The clients of shared stores, one function for each URL scheme.

use super::client::Client;
use super::error::ConnectError;
#[cfg(feature = "reapi")]
use super::farm::Farm;
use super::folder::Folder;
use super::heads::Heads;
use super::mode::Mode;
use super::redis::{Redis, Server};
use super::store_url::StoreUrl;
use super::transport::Capped;
use opendal::services::{Azblob, Gcs, Ghac, S3, Webdav};
use opendal::{Builder, HttpTransporter, OperationContext, Operator};
#[cfg(feature = "reapi")]
use precompile_reapi::{Access, Address};
use redis::RedisConnectionInfo;
use reqsign_aws_v4::{DefaultCredentialProvider, StaticCredentialProvider};
use reqsign_core::ProvideCredentialChain;

/// The default port of a Redis server.
const REDIS_PORT: u16 = 6379;

pub(super) fn s3(store: &StoreUrl<'_>) -> Result<Client, ConnectError> {
    let mut s3 = S3::default().bucket(store.host("bucket", "s3://bucket/prefix")?).root(store.url.path());
    let region = store.setting("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]);
    s3 = s3.region(region.as_deref().unwrap_or("us-east-1"));
    // Always set: opendal itself would use an empty variable.
    let endpoint = store.setting("endpoint", &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]);
    s3 = s3.endpoint(endpoint.as_deref().unwrap_or("https://s3.amazonaws.com"));
    // Variables are left out here, because opendal would use empty ones. So is the instance metadata service, whose
    // address doesn't respond outside of AWS.
    let others = DefaultCredentialProvider::builder().no_env().no_imds().build();
    let mut credentials = ProvideCredentialChain::new().push(others);
    let key = (store.variable)("AWS_ACCESS_KEY_ID").zip((store.variable)("AWS_SECRET_ACCESS_KEY"));
    if let Some((id, secret)) = key {
        let mut key = StaticCredentialProvider::new(&id, &secret);
        if let Some(token) = (store.variable)("AWS_SESSION_TOKEN") {
            key = key.with_session_token(&token);
        }
        credentials = credentials.push_front(key);
    }
    s3 = s3.credential_provider_chain(credentials);
    build(store, s3, &["endpoint", "region"])
}

pub(super) fn redis(store: &StoreUrl<'_>) -> Result<Client, ConnectError> {
    let like = "redis://host:6379/0";
    store.check(&["prefix", "ttl"])?;
    // An IPv6 address is in brackets.
    let host = store.host("host", like)?.trim_matches(['[', ']']).to_string();
    let (port, tls) = (store.url.port().unwrap_or(REDIS_PORT), store.url.scheme() == "rediss");
    let mut settings = RedisConnectionInfo::default();
    match store.url.path().trim_matches('/') {
        "" => {}
        number => match number.parse() {
            Ok(number) => settings = settings.set_db(number),
            Err(_) => {
                let what = "number of a database behind its host";
                return Err(ConnectError::Lacks { name: store.name.clone(), what, like });
            }
        },
    }
    let (user, password) = store.credentials(&["REDISCLI_AUTH"], &[]);
    if let Some(user) = user {
        settings = settings.set_username(user);
    }
    if let Some(password) = password {
        settings = settings.set_password(password);
    }
    let prefix = store.parameters.get("prefix").map_or("precompile", String::as_str);
    let redis = Redis::new(Server { host, port, tls, settings }, prefix, store.ttl()?);
    redis.map(Client::Redis).map_err(|error| store.refused(error.to_string()))
}

pub(super) fn webdav(store: &StoreUrl<'_>) -> Result<Client, ConnectError> {
    let scheme = if store.url.scheme() == "webdavs" { "https" } else { "http" };
    let authority = store.authority("webdav://host/path")?;
    let mut webdav = Webdav::default().endpoint(&format!("{scheme}://{authority}")).root(store.url.path());
    let (user, password) = store.credentials(&["WEBDAV_PASSWORD"], &["WEBDAV_USERNAME"]);
    if let Some(user) = user {
        webdav = webdav.username(&user);
    }
    if let Some(password) = password {
        webdav = webdav.password(&password);
    }
    // Some servers create folders themselves, and don't support the request for it.
    let makes_folders = store.parameters.get("create-dir").is_some_and(|value| value == "n");
    let operator = operator(store, webdav.disable_create_dir(makes_folders), &["create-dir"])?;
    let heads = OperationContext::new().with_http_transport(HttpTransporter::new(Heads::new()));
    Ok(Client::Webdav { heads: operator.clone().with_context(heads), operator })
}

/// A mounted folder, which isn't accessed yet: its file system may be absent or hang.
pub(super) fn file(store: &StoreUrl<'_>, mode: Mode) -> Result<Client, ConnectError> {
    let like = "file:///folder";
    let no_path = |()| ConnectError::Lacks { name: store.name.clone(), what: "path", like };
    let path = store.url.to_file_path().map_err(no_path)?;
    store.check(&[])?;
    Ok(Client::Folder(Folder::new(path, mode)))
}

pub(super) fn gs(store: &StoreUrl<'_>) -> Result<Client, ConnectError> {
    let mut gcs = Gcs::default()
        .bucket(store.host("bucket", "gs://bucket/prefix")?)
        .root(store.url.path())
        .disable_vm_metadata();
    if let Some(path) = store.setting("credentials", &["GOOGLE_APPLICATION_CREDENTIALS"]) {
        gcs = gcs.credential_path(&path);
    }
    build(store, gcs, &["credentials"])
}

pub(super) fn azblob(store: &StoreUrl<'_>) -> Result<Client, ConnectError> {
    let mut azblob = Azblob::default()
        .container(store.host("container", "azblob://container/prefix")?)
        .root(store.url.path());
    let account = store.setting("account", &["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME"]);
    let default = account.as_ref().map(|account| format!("https://{account}.blob.core.windows.net"));
    if let Some(endpoint) = store.setting("endpoint", &["AZURE_STORAGE_ENDPOINT"]).or(default) {
        azblob = azblob.endpoint(&endpoint);
    }
    if let Some(account) = account {
        azblob = azblob.account_name(&account);
    }
    let keys = ["AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"];
    if let Some(key) = keys.iter().find_map(|name| (store.variable)(name)) {
        azblob = azblob.account_key(&key);
    }
    if let Some(token) = (store.variable)("AZURE_STORAGE_SAS_TOKEN") {
        azblob = azblob.sas_token(&token);
    }
    build(store, azblob, &["account", "endpoint"])
}

/// The cache of GitHub Actions, for use in its jobs, which have its address in variables.
pub(super) fn ghac(store: &StoreUrl<'_>) -> Result<Client, ConnectError> {
    let mut ghac = Ghac::default().root(store.url.path()).version("precompile");
    if let Some(endpoint) = store.setting("endpoint", &["ACTIONS_RESULTS_URL", "ACTIONS_CACHE_URL"]) {
        ghac = ghac.endpoint(&endpoint);
    }
    if let Some(token) = (store.variable)("ACTIONS_RUNTIME_TOKEN") {
        ghac = ghac.runtime_token(&token);
    }
    build(store, ghac, &["endpoint"])
}

/// The store of a build farm.
#[cfg(feature = "reapi")]
pub(super) fn farm(store: &StoreUrl<'_>) -> Result<Client, ConnectError> {
    let like = "reapi+grpcs://farm.example/instance";
    store.check(&["ttl", "header", "ca", "cert", "key"])?;
    let address = store.url.as_str().trim_start_matches("reapi+");
    let address = Address::parse(address.split('?').next().unwrap_or_default());
    let address = address.map_err(|error| store.refused(error.to_string()))?;
    let file = |parameter: &str| {
        let read =
            |path: &String| std::fs::read(path).map_err(|error| store.refused(format!("`{path}`: {error}")));
        store.parameters.get(parameter).map(read).transpose()
    };
    let identity = file("cert")?.zip(file("key")?);
    let header = |text: &String| {
        let (name, from) = text.split_once(':').unwrap_or_default();
        let value = (store.variable)(from).filter(|_| !name.is_empty());
        let lacks = || store.wrong("header", "`NAME:VARIABLE`, with the name of a variable that is set");
        Ok::<_, ConnectError>((name.to_lowercase(), value.ok_or_else(lacks)?))
    };
    let headers = store.parameters.get("header").map(header).transpose()?.into_iter().collect();
    store.host("host", like)?;
    let access = Access { authorities: file("ca")?, identity, headers };
    Ok(Client::Farm(Box::new(Farm::new(address, access, store.ttl()?))))
}

#[cfg(not(feature = "reapi"))]
pub(super) fn farm(store: &StoreUrl<'_>) -> Result<Client, ConnectError> {
    Err(ConnectError::NoFarm { name: store.name.clone() })
}

/// A client over one of `opendal`'s services. Parameters other than the known ones are an error.
fn build(store: &StoreUrl<'_>, builder: impl Builder, known: &[&str]) -> Result<Client, ConnectError> {
    operator(store, builder, known).map(Client::Objects)
}

fn operator(store: &StoreUrl<'_>, builder: impl Builder, known: &[&str]) -> Result<Operator, ConnectError> {
    store.check(known)?;
    let operator = Operator::new(builder).map_err(|error| store.refused(error.to_string()))?;
    let transport = HttpTransporter::new(Capped::new());
    Ok(operator.with_context(OperationContext::new().with_http_transport(transport)))
}
