//! The names that a guest may look up.

use super::rule::Rule;
use std::net::IpAddr;

/// The names of the command line, with the addresses that they had when it was read.
///
/// A guest that could look up any name could tell a secret to the server that is asked for it.
#[derive(Clone)]
pub(crate) struct Names(Vec<(String, Vec<IpAddr>)>);

impl Names {
    pub(super) fn new<'a>(rules: impl Iterator<Item = &'a Rule>) -> Names {
        Names(rules.filter_map(|rule| Some((rule.name.clone()?, rule.addresses()))).collect())
    }

    /// The addresses of a name, or of an address that is given as text.
    pub(crate) fn find(&self, name: &str) -> Option<Vec<IpAddr>> {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse() {
            return Some(vec![address]);
        }
        let name = name.trim_end_matches('.');
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, found)| found.clone())
    }
}
