//! The figures of the service, as Prometheus reads them.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// The labels of a request.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    component: String,
    status: u32,
}

/// The labels of a component.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Component {
    component: String,
}

/// The figures of the service.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    durations: Family<Component, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    instances: Gauge,
    replaced: Family<Component, Counter>,
    refused: Family<Component, Counter>,
    lost_lines: Counter,
}

/// Times from half a millisecond to 16 seconds.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("precompile");
        let requests = Family::default();
        let durations = Family::new_with_constructor(durations as fn() -> Histogram);
        let (in_flight, instances) = (Gauge::default(), Gauge::default());
        let (replaced, refused) = (Family::default(), Family::default());
        let lost_lines = Counter::default();
        registry.register("requests", "Requests that were answered", Clone::clone(&requests));
        registry.register_with_unit(
            "request_duration",
            "Times from a request to the end of its answer",
            Unit::Seconds,
            Clone::clone(&durations),
        );
        registry.register("requests_in_flight", "Requests without the end of an answer", in_flight.clone());
        registry.register("instances", "Instances that there are", instances.clone());
        registry.register("replaced", "Artifacts that were replaced", Clone::clone(&replaced));
        registry.register(
            "refused",
            "Files that took the place of an artifact, and can't serve",
            Clone::clone(&refused),
        );
        registry.register(
            "log_lines_lost",
            "Lines that couldn't be written as fast as they came",
            lost_lines.clone(),
        );
        Metrics { registry, requests, durations, in_flight, instances, replaced, refused, lost_lines }
    }
}

impl Metrics {
    /// Counts a request that began.
    pub(super) fn begin(&self) {
        self.in_flight.inc();
    }

    /// Counts a request that ended.
    pub(super) fn end(&self, component: Option<&str>, status: u16, took: Duration) {
        self.in_flight.dec();
        let component = component.unwrap_or_default().to_owned();
        self.requests.get_or_create(&Labels { component: component.clone(), status: status.into() }).inc();
        self.durations.get_or_create(&Component { component }).observe(took.as_secs_f64());
    }

    /// Counts an artifact that was replaced.
    pub(super) fn replaced(&self, component: &str) {
        self.replaced.get_or_create(&Component { component: component.into() }).inc();
    }

    /// Counts a file that can't take the place of an artifact.
    pub(super) fn refused(&self, component: &str) {
        self.refused.get_or_create(&Component { component: component.into() }).inc();
    }

    /// The number of lines that couldn't be written as fast as they came.
    pub(super) fn lost_lines(&self) -> Counter {
        self.lost_lines.clone()
    }

    /// The text, with the number of instances that there are now.
    pub(super) fn text(&self, instances: usize) -> String {
        self.instances.set(i64::try_from(instances).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing to a string doesn't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
