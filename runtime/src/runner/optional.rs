//! The interfaces that options offer to components, beside those that a build offers in any case.

#[cfg(feature = "wasi-config")]
use crate::config;
#[cfg(feature = "wasi-keyvalue")]
use crate::keyvalue::{self, Bucket};
#[cfg(feature = "wasi-config")]
use std::collections::BTreeMap;
#[cfg(feature = "wasi-keyvalue")]
use std::sync::Arc;

/// The interfaces that options offer to components.
#[derive(Clone, Default)]
pub(crate) struct Optional {
    /// The variables of `wasi:config`, which is offered if there are any.
    #[cfg(feature = "wasi-config")]
    pub(crate) config: BTreeMap<String, String>,
    /// The store of `wasi:keyvalue`, if that is offered.
    #[cfg(feature = "wasi-keyvalue")]
    pub(crate) bucket: Option<Arc<Bucket>>,
}

impl Optional {
    /// The names of the interfaces.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let none: &[&str] = &[];
        let names = none.iter();
        #[cfg(feature = "wasi-config")]
        let names = names.chain(if self.config.is_empty() { none } else { config::INTERFACES });
        #[cfg(feature = "wasi-keyvalue")]
        let names = names.chain(if self.bucket.is_none() { none } else { keyvalue::INTERFACES });
        names.copied()
    }

    /// The same for guests that share no store with others.
    #[cfg(feature = "serve")]
    pub(crate) fn apart(&self) -> Optional {
        Optional {
            #[cfg(feature = "wasi-config")]
            config: self.config.clone(),
            #[cfg(feature = "wasi-keyvalue")]
            bucket: self.bucket.as_ref().map(|bucket| Arc::new(bucket.copy())),
        }
    }
}
