//! The components that serve, by host and path.

use super::guest::Guest;
use super::site::Site;
use super::site_file;
use crate::args::Args;
use crate::failure::Failure;
use crate::serve_options::ServeOptions;
use http::Request;
use precompile_runtime::Runtime;
use std::sync::Arc;

/// The components that serve.
pub(super) struct Sites(Vec<Site>);

impl Sites {
    /// Opens the component of the command line, or those of the file that lists them.
    ///
    /// # Errors
    ///
    /// If the file can't be read, or a component can't serve.
    pub(super) fn open(
        runtime: &Arc<Runtime>,
        args: &Arc<Args>,
        options: &ServeOptions,
    ) -> Result<Sites, Failure> {
        if let Some(file) = &options.sites {
            return Ok(Sites(site_file::read(runtime, args, file, options)?));
        }
        let guest = Guest::open(runtime, args, args.artifact.clone(), options.tier.clone(), options)?;
        let name = args.artifact.display().to_string();
        Ok(Sites(vec![Site { host: None, path: String::new(), name, guest: Arc::new(guest) }]))
    }

    /// All sites.
    pub(super) fn all(&self) -> &[Site] {
        &self.0
    }

    /// The site of a request: one for its host before one for all, and the longest path.
    pub(super) fn find<B>(&self, request: &Request<B>) -> Option<&Site> {
        let host = host(request);
        let fits = |site: &&Site| {
            site.host.as_ref().is_none_or(|wanted| host.as_ref() == Some(wanted))
                && is_below(request.uri().path(), &site.path)
        };
        self.0.iter().filter(fits).max_by_key(|site| (site.host.is_some(), site.path.len()))
    }
}

/// The host of a request, in lower case and without its port.
pub(super) fn host<B>(request: &Request<B>) -> Option<String> {
    let named = request.uri().host().map(str::to_owned);
    let header = || {
        let header = request.headers().get(http::header::HOST)?.to_str().ok()?;
        Some(header.parse::<http::uri::Authority>().ok()?.host().to_owned())
    };
    Some(named.or_else(header)?.trim_end_matches('.').to_ascii_lowercase())
}

/// Returns true if a path is another one, or below it.
fn is_below(path: &str, of: &str) -> bool {
    path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_by_their_parts() {
        for (path, of, is) in [
            ("/", "", true),
            ("/a", "", true),
            ("/a", "/a", true),
            ("/a/b", "/a", true),
            ("/ab", "/a", false),
            ("/", "/a", false),
        ] {
            assert_eq!(is_below(path, of), is, "{path} {of}");
        }
    }

    #[test]
    fn a_host_has_no_port_and_no_capitals() {
        let request = |uri: &str, header: &str| {
            Request::builder().uri(uri).header(http::header::HOST, header).body(()).unwrap()
        };
        assert_eq!(host(&request("/", "Example.com:80")).as_deref(), Some("example.com"));
        assert_eq!(host(&request("http://a.example./", "b")).as_deref(), Some("a.example"));
        assert_eq!(host(&request("/", "[::1]:80")).as_deref(), Some("[::1]"));
        assert_eq!(host(&Request::builder().uri("/").body(()).unwrap()), None);
    }
}
