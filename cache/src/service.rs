//! The services that can hold a shared store.

/// A service that can hold a shared store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Amazon's S3, or another that speaks its language.
    S3,
    /// Redis.
    Redis,
    /// A WebDAV server.
    Webdav,
    /// A folder that several machines mount.
    File,
    /// Google Cloud Storage.
    Gs,
    /// Azure's Blob Storage.
    Azblob,
    /// The cache of GitHub Actions.
    Ghac,
    /// A build farm, or a cache that speaks the same protocol.
    Farm,
}

impl Service {
    /// Every service.
    pub const ALL: [Service; 8] = [
        Service::S3,
        Service::Redis,
        Service::Webdav,
        Service::File,
        Service::Gs,
        Service::Azblob,
        Service::Ghac,
        Service::Farm,
    ];

    /// The schemes of its URLs. Of two, the second uses TLS.
    pub const fn schemes(self) -> &'static [&'static str] {
        match self {
            Service::S3 => &["s3"],
            Service::Redis => &["redis", "rediss"],
            Service::Webdav => &["webdav", "webdavs"],
            Service::File => &["file"],
            Service::Gs => &["gs"],
            Service::Azblob => &["azblob"],
            Service::Ghac => &["ghac"],
            Service::Farm => &["reapi+grpc", "reapi+grpcs"],
        }
    }

    /// The form of its URLs, or their beginning where the rest is like that of S3.
    pub const fn url(self) -> &'static str {
        match self {
            Service::S3 => "s3://BUCKET/PREFIX",
            Service::Redis => "redis://HOST:PORT/DB",
            Service::Webdav => "webdav://HOST/PATH",
            Service::File => "file:///FOLDER",
            Service::Gs => "gs://",
            Service::Azblob => "azblob://",
            Service::Ghac => "ghac://",
            Service::Farm => "reapi+grpc://HOST/INSTANCE",
        }
    }

    /// The service with a URL's scheme.
    pub fn of(scheme: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.schemes().contains(&scheme))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_url_has_the_first_scheme() {
        for service in Service::ALL {
            assert!(service.url().starts_with(&format!("{}://", service.schemes()[0])), "{service:?}");
            for scheme in service.schemes() {
                assert_eq!(Service::of(scheme), Some(service));
            }
        }
        assert_eq!(Service::of("ftp"), None);
    }
}
