//! The test files that this build leaves out, because they need a cargo feature. Each is listed as an ignored test,
//! with the feature. `scripts/check/all-runtime-features.sh` runs them all.

macro_rules! left_out {
    ($($file:ident takes $feature:literal, $why:literal;)*) => {
        /// The files and their features.
        const FILES: &[(&str, &str)] = &[$((stringify!($file), $feature)),*];

        $(
            #[cfg(not(feature = $feature))]
            #[test]
            #[ignore = $why]
            fn $file() {}
        )*
    };
}

left_out! {
    async_calls takes "async", "left out: all of async_calls.rs takes the feature `async`";
    components takes "component-model", "left out: all of components.rs takes the feature `component-model`";
    fat takes "fat", "left out: all of fat.rs takes the feature `fat`";
    gc takes "gc", "left out: all of gc.rs takes the feature `gc`";
    pooling takes "pooling", "left out: all of pooling.rs takes the feature `pooling`";
    profile takes "profile", "left out: all of profile.rs takes the feature `profile`";
    pulley takes "pulley", "left out: all of pulley.rs takes the feature `pulley`";
    threads takes "threads", "left out: all of threads.rs takes the feature `threads`";
    trust takes "trust", "left out: all of trust.rs takes the feature `trust`";
}

/// The list has all files that need a feature.
#[test]
fn each_file_that_needs_a_feature_is_listed() {
    let quoted = |line: &'static str| line.split('"').nth(1);
    let block = |block: &'static str| {
        let mut lines = block.lines().skip(1).take_while(|line| !line.is_empty());
        let name = lines.next().and_then(quoted);
        Some((name?, lines.find(|line| line.starts_with("required-features"))?))
    };
    let files = include_str!("../Cargo.toml").split("[[test]]").skip(1).filter_map(block);
    let files: Vec<_> = files.map(|(name, features)| (name, quoted(features).unwrap())).collect();
    assert_eq!(files, FILES);
}

/// This test is in the runner's sources.
#[cfg(not(feature = "wasi-p2"))]
#[test]
#[ignore = "left out: the test in runner/preview2.rs takes the feature `wasi-p2`"]
fn preview2() {}

/// So is this one.
#[cfg(not(feature = "wasi-p3"))]
#[test]
#[ignore = "left out: the test in runner/preview3.rs takes the feature `wasi-p3`"]
fn preview3() {}

/// So are these.
#[cfg(not(feature = "wasi-config"))]
#[test]
#[ignore = "left out: the test in runner/config.rs takes the feature `wasi-config`"]
fn config() {}

/// So are those of stores.
#[cfg(not(feature = "wasi-keyvalue"))]
#[test]
#[ignore = "left out: the tests in runner/keyvalue/ take the feature `wasi-keyvalue`"]
fn keyvalue() {}

/// So are those of the addresses and servers that components reach, and of the server.
#[cfg(not(feature = "serve"))]
#[test]
#[ignore = "left out: the tests in runner/network/, runner/http/ and runner/serve/ take the feature `serve`"]
fn serve() {}
