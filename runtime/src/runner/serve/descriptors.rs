//! The descriptors that the server may have: as many as the system allows it.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the limit to the highest that the system allows. The usual one, 1,024, is for programs that call `select`, and
/// a server has a descriptor for each client.
pub(super) fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it is refused, the server waits for descriptors, as it does beyond the limit.
    let _ = setrlimit(Resource::Nofile, limit);
}
