//! The choice of a client by a URL's scheme.

use super::client::Client;
use super::error::ConnectError;
use super::mode::Mode;
use super::schemes;
use super::store_url::StoreUrl;
use crate::service::Service;
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
    let service = Service::of(url.scheme()).ok_or_else(|| ConnectError::Scheme(url.scheme().into()))?;
    let client = match service {
        Service::S3 => schemes::s3(&store),
        Service::Redis => schemes::redis(&store),
        Service::Webdav => schemes::webdav(&store),
        Service::File => schemes::file(&store, mode),
        Service::Gs => schemes::gs(&store),
        Service::Azblob => schemes::azblob(&store),
        Service::Ghac => schemes::ghac(&store),
    }?;
    Ok((client, store.name))
}
