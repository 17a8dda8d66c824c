//! The offers of a host.

/// The test of one import against a host's offers: `MODULE#NAME` for modules; for components the name of an instance, with as
/// much of its version as has to be the same.
pub type Offers<'a> = &'a dyn Fn(&str) -> bool;
