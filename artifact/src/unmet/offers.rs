//! The offers of a host.

/// The lookup of an import in a host's offers. For modules, an import is `MODULE#NAME`. For components, it is the name
/// of an instance, with the part of the version that must be the same.
pub type Offers<'a> = &'a dyn Fn(&str) -> bool;
