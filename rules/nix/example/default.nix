# nix-build --arg command "$(command -v precompile)" -A hello [--argstr host aarch64-linux]
{ command, host ? builtins.currentSystem }:
let
  precompileWasm = import ../precompile.nix { inherit command host; };
in
{
  hello = precompileWasm { src = ./hello.wat; };
  hello-winch = precompileWasm {
    src = ./hello.wat;
    backend = "winch";
    options = [ "-W" "fuel" ];
  };
}
