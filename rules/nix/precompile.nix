# import ./precompile.nix { command; system ? ...; host ? system; }: a function that compiles a WebAssembly module or
# component ahead of time, as a derivation whose only output is the artifact.
#
# command  the executable `precompile` of a package, such as "${precompile}/bin/precompile", or of a path
# system   the system that compiles
# host     the system that the artifacts are for; another target can be named for each
#
# The command is the builder: no shell and no packages are needed.
{ command, system ? builtins.currentSystem, host ? system }:
let
  targets = {
    aarch64-darwin = "aarch64-apple-darwin";
    aarch64-linux = "aarch64-unknown-linux-gnu";
    riscv64-linux = "riscv64gc-unknown-linux-gnu";
    s390x-linux = "s390x-unknown-linux-gnu";
    x86_64-darwin = "x86_64-apple-darwin";
    x86_64-linux = "x86_64-unknown-linux-gnu";
    x86_64-windows = "x86_64-pc-windows-msvc";
  };
  # A file goes into the store under one name: its own may hold what Nix refuses.
  stored = name: file: if builtins.isPath file then builtins.path { path = file; inherit name; } else file;
in
{ src
, name ? "module.cwasm"
, backend ? "cranelift"
, target ? targets.${host} or (throw "no target of precompile follows from the system `${host}`: give `target`")
, cpu ? null
, options ? [ ]
}:
derivation {
  inherit name system;
  builder = stored "precompile" command;
  args = [ "compile" "--quiet" "--no-cache" "--backend" backend "--target" target ]
    ++ (if cpu == null then [ ] else [ "--cpu" cpu ])
    ++ options
    ++ [ "--output" (placeholder "out") "--" (stored "module" src) ];
}
