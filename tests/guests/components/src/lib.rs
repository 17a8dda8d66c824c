//! Components that tests run. Each feature makes another one.

#[cfg(feature = "calls3")]
mod calls3;
#[cfg(feature = "command3")]
mod command3;
#[cfg(feature = "http2")]
mod http2;
#[cfg(feature = "http3")]
mod http3;
#[cfg(any(feature = "calls3", feature = "http3"))]
mod lines;
#[cfg(any(feature = "http2", feature = "http3"))]
mod page;
#[cfg(any(feature = "http2", feature = "stores"))]
mod respond;
#[cfg(feature = "stores")]
mod stores;
#[cfg(feature = "http3")]
mod types3;
