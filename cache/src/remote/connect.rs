//! The choice of a client by a URL's scheme.

use super::client::Client;
use super::compression::{Compression, forms};
use super::error::ConnectError;
use super::mode::Mode;
use super::schemes;
use super::store_url::StoreUrl;
use crate::service::Service;
use url::Url;

/// The client for a URL, and what else the URL says.
pub(super) struct Connected {
    pub(super) client: Client,
    /// The URL without credentials.
    pub(super) name: String,
    pub(super) compression: Compression,
}

/// The client for a URL.
pub(super) fn connect(
    text: &str,
    mode: Mode,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Connected, ConnectError> {
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
        Service::Farm => schemes::farm(&store),
    }?;
    let compression = match store.parameters.get("compress") {
        None => Compression::default(),
        Some(text) => Compression::parse(text).ok_or_else(|| store.wrong("compress", forms()))?,
    };
    Ok(Connected { client, compression, name: store.name })
}
