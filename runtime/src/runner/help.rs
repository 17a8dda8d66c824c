//! The help of this build.

use Line::{Both, Long};

/// A line of the help.
enum Line {
    /// A line of `-h`, which fits a screen, and of `--help`.
    Both(&'static str),
    /// A line of `--help` only.
    Long(&'static str),
}

/// The lines, each a string: a string with a continued line would lose its indentation.
const LINES: &[Line] = &[
    Both("Run WebAssembly that precompile compiled ahead of time"),
    Both(""),
    Both("Usage: precompile-run [OPTIONS] ARTIFACT [ARGS...]"),
    #[cfg(feature = "serve")]
    Both("       precompile-run serve [OPTIONS] COMPONENT"),
    Both(""),
    Long("Arguments:"),
    Long(
        "  ARTIFACT               a .cwasm file made by precompile; `-`: standard input, of which the guest then finds",
    ),
    Long("                         the end"),
    Long("  [ARGS...]              arguments for the guest, or for the function to invoke"),
    Long(""),
    Both("Options:"),
    #[cfg(feature = "wasi-any")]
    Both("      --dir HOST[::GUEST[::ro]]"),
    #[cfg(feature = "wasi-any")]
    Both(
        "                           give the guest a folder, under the path GUEST [default: HOST]; `ro`: to be read only",
    ),
    #[cfg(feature = "wasi-any")]
    Both("      --env NAME[=VALUE]   give the guest an environment variable [default: this process' value]"),
    #[cfg(feature = "wasi-p2")]
    Both(
        "      --tcp ADDRESS        let a component's sockets use IP, IP/BITS or NAME, with `:PORT` or all ports",
    ),
    #[cfg(feature = "wasi-p2")]
    Both("      --udp ADDRESS        the same for datagrams"),
    #[cfg(feature = "wasi-http")]
    Both(
        "      --http SERVER        let a component send requests to HOST, `*.DOMAIN` or `*`, with `:PORT` or all",
    ),
    #[cfg(feature = "wasi-config")]
    Both("      --config NAME=VALUE  give a component a variable of `wasi:config`"),
    #[cfg(feature = "wasi-keyvalue")]
    Both("      --keyvalue           give a component a store in memory, by `wasi:keyvalue`"),
    #[cfg(feature = "wasi-keyvalue")]
    Long("      --keyvalue-data NAME=VALUE"),
    #[cfg(feature = "wasi-keyvalue")]
    Long("                           the same, with a key and its value"),
    #[cfg(feature = "wasi-keyvalue")]
    Long("      --max-keyvalue SIZE  refuse more there, with some bytes for each key [default: 16M, or"),
    #[cfg(feature = "wasi-keyvalue")]
    Long("                           `--max-memory` where that is less]"),
    #[cfg(feature = "invoke")]
    Both("      --invoke FUNCTION    call this export with ARGS, and print its results"),
    #[cfg(feature = "wave")]
    Long("                           of a component: ARGS in WAVE, and INSTANCE#FUNCTION within an instance"),
    #[cfg(feature = "preload")]
    Both("      --preload NAME=FILE  link the exports of this .cwasm file as the module NAME, in order"),
    #[cfg(feature = "plugin")]
    Both(
        "      --plugin FILE.so     load functions for the guest, as native code with all rights of this process",
    ),
    #[cfg(feature = "limits")]
    Both(
        "      --fuel N             trap after this much, most instructions taking 1 (compile with `-W fuel`)",
    ),
    #[cfg(feature = "limits")]
    Both("      --timeout DURATION   end after this long: seconds, or with us, ms, s, m, h, as in `500ms`"),
    #[cfg(feature = "limits")]
    Both("      --max-memory SIZE    refuse memories and tables beyond: bytes, or with K, M, G, T"),
    #[cfg(feature = "measure")]
    Both("      --measure CALLS      call so often, and print how long each phase takes, as JSON"),
    #[cfg(feature = "measure")]
    Long("                           the guest's output is thrown away; a command is instantiated for each"),
    #[cfg(feature = "measure")]
    Long("                           call, a function is called in one instance"),
    #[cfg(feature = "profile")]
    Both(
        "      --profile FORM       tell perf of the code: `perfmap`, in /tmp, or `jitdump`, in this folder",
    ),
    #[cfg(feature = "describe")]
    Both("      --policy DEMAND      refuse artifacts that don't meet it, and what was demanded before:"),
    #[cfg(feature = "describe")]
    Both("                           `epoch-interruption`, `fuel`, `memory-max=SIZE`, `no-debug`,"),
    #[cfg(all(feature = "describe", not(feature = "audit")))]
    Both("                           `min-wasmtime=VERSION`, `backend=NAME[,NAME]`"),
    #[cfg(all(feature = "describe", feature = "audit"))]
    Both("                           `min-wasmtime=VERSION`, `backend=NAME[,NAME]`, `audited`"),
    #[cfg(feature = "describe")]
    Both("      --describe           print what this machine and this build offer and demand, as JSON"),
    #[cfg(feature = "describe")]
    Both(
        "      --check              load the artifact by all demands, compare its imports, and run nothing of it",
    ),
    #[cfg(feature = "trust")]
    Both("      --trust FILE         refuse artifacts that the keys of this trust file haven't signed"),
    #[cfg(feature = "trust")]
    Both("      --allow-unsigned     run artifacts without any signature nevertheless, and say so"),
    Both(
        "      --map                map ARTIFACT, which shares its pages: nobody may write to it while it runs",
    ),
    #[cfg(feature = "serve")]
    Long(""),
    #[cfg(feature = "serve")]
    Long("Options of `serve`, where the limits are those of each request:"),
    #[cfg(feature = "serve")]
    Long("      --addr IP:PORT       listen on this address [default: 127.0.0.1:8080]"),
    #[cfg(feature = "serve")]
    Long("      --reuse N            have an instance serve N requests, one after the other [default: 1]"),
    #[cfg(feature = "serve")]
    Long("      --max-instances N    the most instances at a time; further requests wait [default: 64]"),
    #[cfg(feature = "serve")]
    Long("      --max-connections N  the most clients at a time; further ones wait [default: at least 1024]"),
    #[cfg(feature = "serve")]
    Long("      --sites FILE         serve the components that this TOML file lists by host and path"),
    #[cfg(feature = "serve")]
    Long(
        "      --tier FILE          an artifact of the same component that takes over as soon as it is there",
    ),
    #[cfg(feature = "serve")]
    Long(
        "      --tier-from CACHE    have the fastest artifact of the component in precompile's cache take over",
    ),
    #[cfg(feature = "serve")]
    Long("      --access-log FILE    add a line of JSON for each request; `-`: to standard output"),
    #[cfg(feature = "serve")]
    Long("      --health PATH        answer this path as long as the server serves"),
    #[cfg(feature = "serve")]
    Long("      --metrics PATH       answer this path with figures for Prometheus"),
    #[cfg(feature = "serve")]
    Long("      --admin IP:PORT      have health and metrics on this address alone"),
    #[cfg(feature = "serve")]
    Long(""),
    Both("  -h, --help               print help: `-h` is shorter"),
    Both("  -V, --version            print version"),
    Both(""),
    Both("Exit codes: the guest's own; 124 its time was up, 125 this command failed, 126 the artifact was"),
    Both("refused, 134 the guest trapped"),
];

/// The text of the help, long or short.
pub(crate) fn text(is_long: bool) -> String {
    let lines = LINES.iter().filter_map(|line| match line {
        Both(line) => Some(*line),
        Long(line) => is_long.then_some(*line),
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}
