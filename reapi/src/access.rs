//! The credentials of a client at a farm.

use std::fmt;

/// The credentials of a client at a farm.
#[derive(Clone, Default)]
pub struct Access {
    /// The certificates of authorities, in PEM, instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// The client's certificate and its key, in PEM.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// The headers of each call, by name, in lower case.
    pub headers: Vec<(String, String)>,
}

/// Neither keys nor the values of headers are shown.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Access")
            .field("authorities", &self.authorities.is_some())
            .field("identity", &self.identity.is_some())
            .field("headers", &names)
            .finish()
    }
}
