//! The options of `precompile-run`, for its completions and its manual page. A test compares them with the runner's
//! own help.

use clap::{Arg, ArgAction, Command, ValueHint};

/// The runner's command line, with every feature.
pub(crate) fn command() -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("precompile-run")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Run WebAssembly that precompile compiled ahead of time")
        .arg(
            option("dir", "HOST[::GUEST[::ro]]", "Give the guest a folder, under the path GUEST")
                .action(ArgAction::Append),
        )
        .arg(
            option("env", "NAME[=VALUE]", "Give the guest an environment variable").action(ArgAction::Append),
        )
        .arg(
            option(
                "tcp",
                "ADDRESS",
                "Let a component's sockets use an address: IP, IP/BITS or NAME, with a port or all",
            )
            .action(ArgAction::Append),
        )
        .arg(option("udp", "ADDRESS", "The same for datagrams").action(ArgAction::Append))
        .arg(
            option(
                "http",
                "SERVER",
                "Let a component send requests to HOST, `*.DOMAIN` or `*`, with a port or all",
            )
            .action(ArgAction::Append),
        )
        .arg(
            option("config", "NAME=VALUE", "Give a component a variable of `wasi:config`")
                .action(ArgAction::Append),
        )
        .arg(
            Arg::new("keyvalue")
                .long("keyvalue")
                .action(ArgAction::SetTrue)
                .help("Give a component a store in memory, by `wasi:keyvalue`"),
        )
        .arg(
            option("keyvalue-data", "NAME=VALUE", "The same, with a key and its value")
                .action(ArgAction::Append),
        )
        .arg(option("max-keyvalue", "SIZE", "The most that the store of `wasi:keyvalue` may hold"))
        .arg(option("invoke", "FUNCTION", "Call this export with ARGS, and print its results"))
        .arg(
            option(
                "preload",
                "NAME=FILE",
                "Link the exports of this .cwasm file as the module NAME, in order",
            )
            .action(ArgAction::Append),
        )
        .arg(
            option("plugin", "FILE.so", "Load functions for the guest, as native code (feature `plugin`)")
                .value_hint(ValueHint::FilePath)
                .action(ArgAction::Append),
        )
        .arg(option("fuel", "N", "The fuel that the guest may consume"))
        .arg(option("timeout", "DURATION", "End the guest after this time, with exit code 124"))
        .arg(option("max-memory", "SIZE", "The most that all memories and tables may hold together"))
        .arg(
            Arg::new("map")
                .long("map")
                .action(ArgAction::SetTrue)
                .help("Map ARTIFACT, which shares its pages: nobody may write to it while it runs"),
        )
        .arg(option("measure", "CALLS", "Call so often, and print how long each phase takes, as JSON"))
        .arg(
            option("profile", "FORM", "Tell perf of the code (feature `profile`)")
                .value_parser(["perfmap", "jitdump"]),
        )
        .arg(
            option("policy", "DEMAND", "Refuse artifacts that don't meet a demand").action(ArgAction::Append),
        )
        .arg(
            option("trust", "FILE", "Refuse artifacts that the keys of this trust file haven't signed")
                .value_hint(ValueHint::FilePath),
        )
        .arg(
            Arg::new("allow-unsigned")
                .long("allow-unsigned")
                .action(ArgAction::SetTrue)
                .help("Run artifacts without any signature nevertheless, and say so"),
        )
        .arg(
            Arg::new("describe")
                .long("describe")
                .action(ArgAction::SetTrue)
                .help("Print what this machine and this build offer to artifacts, as JSON"),
        )
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Load the artifact by all demands, compare its imports, and run nothing of it"),
        )
        .arg(option("addr", "IP:PORT", "With `serve`: listen on this address"))
        .arg(option("reuse", "N", "With `serve`: have an instance serve N requests, one after the other"))
        .arg(option("max-instances", "N", "With `serve`: the most instances at a time"))
        .arg(option("max-connections", "N", "With `serve`: the most clients at a time"))
        .arg(
            option(
                "sites",
                "FILE",
                "With `serve`: the components that this TOML file lists by host and path",
            )
            .value_hint(ValueHint::FilePath),
        )
        .arg(
            option(
                "tier",
                "FILE",
                "With `serve`: an artifact of the same component that takes over when it is there",
            )
            .value_hint(ValueHint::FilePath),
        )
        .arg(
            option(
                "tier-from",
                "CACHE",
                "With `serve`: precompile's cache, whose fastest artifact of the component takes over",
            )
            .value_hint(ValueHint::DirPath),
        )
        .arg(
            option("access-log", "FILE", "With `serve`: add a line of JSON for each request")
                .value_hint(ValueHint::FilePath),
        )
        .arg(option("health", "PATH", "With `serve`: answer this path as long as the server serves"))
        .arg(option("metrics", "PATH", "With `serve`: answer this path with figures for Prometheus"))
        .arg(option("admin", "IP:PORT", "With `serve`: have health and metrics on this address alone"))
        .arg(
            Arg::new("ARTIFACT")
                .required(true)
                .value_hint(ValueHint::FilePath)
                .help("A .cwasm file made by precompile"),
        )
        .arg(
            Arg::new("ARGS")
                .num_args(0..)
                .trailing_var_arg(true)
                .help("Arguments for the guest, or for the function to invoke"),
        )
        .after_help(
            "Exit codes: the guest's own; 124 its time was up, 125 this command failed, 126 the artifact was \
             refused, 134 the guest trapped",
        )
}
