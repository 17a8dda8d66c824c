//! The choice of a client by a URL's scheme.

use super::client::Client;
use super::error::ConnectError;
use super::mode::Mode;
use super::schemes;
use super::store_url::StoreUrl;
use url::Url;

/// The client for a URL, and the URL without credentials.
pub(super) fn connect(
    text: &str,
    mode: Mode,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(Client, String), ConnectError> {
    let url = Url::parse(text).map_err(|error| ConnectError::NotAUrl(error.to_string()))?;
    // Such a character ends the password early, and the rest of the password would be shown in messages.
    if url.fragment().is_some() || url.query().is_some_and(|query| query.contains('@')) {
        return Err(ConnectError::Unescaped);
    }
    let store = StoreUrl::new(&url, variable);
    let client = match url.scheme() {
        "s3" => schemes::s3(&store),
        "redis" | "rediss" => schemes::redis(&store),
        "webdav" | "webdavs" => schemes::webdav(&store),
        "file" => schemes::file(&store, mode),
        "gs" => schemes::gs(&store),
        "azblob" => schemes::azblob(&store),
        "ghac" => schemes::ghac(&store),
        other => return Err(ConnectError::Scheme(other.into())),
    }?;
    Ok((client, store.name))
}
