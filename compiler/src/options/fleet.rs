//! The options for artifacts that fit all hosts of a fleet.

use crate::options::fit::{FitError, check_version, fit, target};
use crate::options::options::Options;
use precompile_artifact::{Backend, Host};
use std::collections::BTreeSet;

/// The options for artifacts that fit several hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetFit {
    /// The options.
    pub options: Options,
    /// The CPU features that some of the hosts have and not all, so that the code doesn't use them: sorted.
    pub unused_cpu_features: Vec<String>,
}

/// The options for artifacts that fit all of these hosts: [`fit`] for a host that offers what all of them offer, and
/// demands what any of them demands.
///
/// # Errors
///
/// Hosts of different targets, or of which one or all together fit no artifact. With these options, a module may still
/// not fit one of them: [`mismatches`](precompile_artifact::mismatch::mismatches) with each of them reports that.
///
/// # Panics
///
/// If there is no host.
pub fn fit_all(hosts: &[&Host], backend: Option<Backend>) -> Result<FleetFit, FitError> {
    let (first, others) = hosts.split_first().expect("a fleet has a host");
    let mut common = Host::clone(first);
    for other in others {
        check_version(other)?;
        common = both(common, other)?;
    }
    if !others.is_empty() && common.policy.backends.as_ref().is_some_and(Vec::is_empty) {
        return Err(FitError::NoCommonBackend);
    }
    let options = fit(&common, backend)?;
    if options.target.machine().is_pulley() {
        return Ok(FleetFit { options, unused_cpu_features: Vec::new() });
    }
    let features =
        |host: &&Host| -> BTreeSet<String> { host.cpu_features.iter().flatten().cloned().collect() };
    let all: BTreeSet<_> = hosts.iter().flat_map(features).collect();
    let used: BTreeSet<_> = common.cpu_features.into_iter().flatten().collect();
    Ok(FleetFit { options, unused_cpu_features: all.difference(&used).cloned().collect() })
}

/// A host that offers what both offer, and demands what either demands, as far as options follow from it.
fn both(one: Host, other: &Host) -> Result<Host, FitError> {
    // Environments such as musl's and glibc's take the same code.
    let code = |host: &Host| {
        let target = target(host)?;
        let (triple, is_pulley) = (target.triple(), target.machine().is_pulley());
        Ok::<_, FitError>(match is_pulley {
            true => (triple.architecture, None),
            false => (triple.architecture, Some(triple.operating_system)),
        })
    };
    if code(&one)? != code(other)? {
        let targets = [&one, other].map(|host| host.target.to_string());
        return Err(FitError::Targets { targets });
    }
    let cpu_features = match (one.cpu_features, &other.cpu_features) {
        (Some(one), Some(other)) => Some(one.into_iter().filter(|feature| other.contains(feature)).collect()),
        // What can't be detected isn't relied on.
        _ => Some(Vec::new()),
    };
    let mut policy = one.policy;
    policy.require_fuel |= other.policy.require_fuel;
    policy.require_epoch_interruption |= other.policy.require_epoch_interruption;
    policy.backends = match (policy.backends, other.policy.backends.clone()) {
        (Some(one), Some(other)) => Some(one.into_iter().filter(|backend| other.contains(backend)).collect()),
        (one, other) => one.or(other),
    };
    Ok(Host {
        cpu_features,
        features: one.features & other.features,
        signals: one.signals && other.signals,
        virtual_memory: one.virtual_memory && other.virtual_memory,
        native_code: one.native_code && other.native_code,
        soft_float: one.soft_float || other.soft_float,
        epochs: one.epochs && other.epochs,
        pulley: one.pulley && other.pulley,
        components: one.components && other.components,
        concurrency: one.concurrency && other.concurrency,
        fat: one.fat && other.fat,
        compiler: one.compiler || other.compiler,
        policy,
        ..one
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile_artifact::Platform;
    use precompile_artifact::features::WasmFeatures;

    /// A host with these CPU features, and what the function changes of it.
    fn host(cpu_features: &[&str], change: impl FnOnce(&mut Host)) -> Host {
        let mut host: Host = serde_json::from_str(
            r#"{"target":"x86_64-unknown-linux-gnu","cpu_features":[],"wasmtime_version":"","runtime_version":"0.1.0",
                "features":["simd","threads"],"signals":true,"virtual_memory":true,"pulley":false,"components":false,
                "concurrency":false}"#,
        )
        .unwrap();
        host.wasmtime_version = crate::version::WASMTIME_VERSION.into();
        host.cpu_features = Some(cpu_features.iter().map(|name| String::from(*name)).collect());
        change(&mut host);
        host
    }

    #[test]
    fn one_host_is_fitted_alone() {
        let host = host(&["sse3", "avx"], |_| ());
        let fitted = fit_all(&[&host], None).unwrap();
        assert_eq!(fitted.options, fit(&host, None).unwrap());
        assert_eq!(fitted.unused_cpu_features, [""; 0]);
    }

    #[test]
    fn offers_are_what_all_offer_and_demands_what_any_demands() {
        let plain = host(&["avx", "sse3"], |host| host.features.remove(WasmFeatures::THREADS));
        let strict = host(&["bmi1", "sse3"], |host| {
            host.policy.require_fuel = true;
            host.policy.backends = Some(vec![Backend::Winch]);
        });
        for hosts in [[&plain, &strict], [&strict, &plain]] {
            let FleetFit { options, unused_cpu_features } = fit_all(&hosts, None).unwrap();
            assert_eq!(unused_cpu_features, ["avx", "bmi1"]);
            assert_eq!((options.backend, options.platform), (Backend::Winch, Platform::Hosted));
            assert!(options.contract.consume_fuel);
            assert_eq!(options.cpu, fit(&host(&["sse3"], |_| ()), None).unwrap().cpu);
            assert!(options.proposals.forbidden().contains(WasmFeatures::THREADS));
        }
        let board = host(&[], |host| (host.signals, host.virtual_memory) = (false, false));
        assert_eq!(fit_all(&[&plain, &board], None).unwrap().options.platform, Platform::Freestanding);
        let unknown = host(&[], |host| host.cpu_features = None);
        assert_eq!(fit_all(&[&plain, &unknown], None).unwrap().unused_cpu_features, ["avx", "sse3"]);
    }

    #[test]
    fn hosts_without_a_common_artifact_are_refused() {
        let plain = host(&[], |_| ());
        let arm = host(&[], |host| host.target = "aarch64-unknown-linux-gnu".parse().unwrap());
        assert!(matches!(fit_all(&[&plain, &arm], None), Err(FitError::Targets { .. })));
        let interpreting = |mut host: Host| {
            (host.native_code, host.pulley) = (false, true);
            host
        };
        let [one, other] = [plain.clone(), arm].map(interpreting);
        assert!(fit_all(&[&one, &other], None).unwrap().options.target.machine().is_pulley());
        let musl = host(&[], |host| host.target = "x86_64-unknown-linux-musl".parse().unwrap());
        assert!(fit_all(&[&plain, &musl], None).is_ok());
        let old = host(&[], |host| host.wasmtime_version = "1.0.0".into());
        for hosts in [[&plain, &old], [&old, &plain]] {
            assert!(matches!(fit_all(&hosts, None), Err(FitError::Version { .. })));
        }
        let [winch, cranelift] =
            Backend::ALL.map(|backend| host(&[], |host| host.policy.backends = Some(vec![backend])));
        assert!(matches!(fit_all(&[&winch, &cranelift], None), Err(FitError::NoCommonBackend)));
    }
}
