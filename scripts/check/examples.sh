#!/usr/bin/env bash
# examples.sh: builds and runs the examples, and the README's from an empty folder, as a user would. Tries both ways to
# keep a compiler out of a workspace.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
build_precompile
PRECOMPILE="$(target_dir)/debug/precompile"
export PRECOMPILE CARGO_TERM_QUIET=true
root="$PWD"
wasmtime="$(wasmtime_version)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Outside the clone, like all builds.
export CARGO_TARGET_DIR="$cache/examples" PRECOMPILE_CACHE_DIR="$work/cache"

# shows WORDS COMMAND...: the command must succeed and print these words.
shows() {
    local words="$1" output
    shift
    output="$("$@")"
    grep -qF -- "$words" <<<"$output" || { printf "error: \`%s\` is not in: %s\n" "$words" "$output" >&2; return 1; }
}

# holds_no_compiler PACKAGE: among the normal dependencies in this folder.
holds_no_compiler() {
    local found
    found="$(cargo tree -p "$1" -e normal --prefix none | grep -oE '^(cranelift-codegen|cranelift-frontend|regalloc2|winch-codegen|wasmtime-internal-(cranelift|winch)) ' | sort -u)" || true
    [ -z "$found" ] || { printf 'error: %s holds %s\n' "$1" "$found" >&2; return 1; }
}

example() { cd "$root/examples/$1"; }

(example plugin-host
    shows 'plugins/fibonacci by winch' cargo run --locked
    shows 'plugins/fibonacci by cranelift' cargo run --locked --release
    cargo test --locked >/dev/null
    holds_no_compiler plugin-host)
echo 'plugin-host: Winch in debug and Cranelift in release builds; no compiler in either'

apt_install clang-14 lld-14 wasi-libc libclang-rt-14-dev-wasm32
(example wasi-command
    shows 'sample: 3 words' env CLANG=clang-14 cargo run --locked -- sample <<<'one two three')
echo 'wasi-command: one executable'

(example component && shows 'Hello, reader!' cargo run --locked -- reader)
echo 'component: called through bindgen'

scripts/lib/cross.sh aarch64 >/dev/null
(example cross-build
    shows '12586269025 on aarch64-unknown-linux-gnu' env CARGO_TARGET_DIR="$cache/examples-aarch64" cargo +debian run --locked
    artifact="$(find "$cache/examples-aarch64" -path '*/out/fibonacci.cwasm' | head -1)"
    shows 'aarch64-unknown-linux-gnu' "$PRECOMPILE" inspect "$artifact")
echo 'cross-build: the artifact is for aarch64, and runs under emulation'

# Where rustup has no library for WebAssembly, Debian's toolchain builds one from its sources.
cp -r examples/rust-guest "$work/rust-guest"
sed -i "s#\.\./\.\./#$root/#" "$work/rust-guest/Cargo.toml"
cd "$work/rust-guest"
toolchain=()
if [ ! -d "$(rustc --print target-libdir --target wasm32-unknown-unknown)" ]; then
    debian_toolchain rust-web-src lld-14
    mkdir guest/.cargo
    printf '[unstable]\nbuild-std = ["std", "panic_abort"]\n[target.wasm32-unknown-unknown]\nlinker = "wasm-ld-14"\n' >guest/.cargo/config.toml
    export RUSTC_BOOTSTRAP=1
    toolchain=(+debian)
fi
shows '1229 primes' cargo "${toolchain[@]}" run --locked
# Its sources are as they were: the script doesn't run.
CARGO_TERM_QUIET=false cargo "${toolchain[@]}" build -v 2>&1 | grep -q 'Fresh rust-guest' || { echo 'error: the build script runs again' >&2; exit 1; }
unset RUSTC_BOOTSTRAP
echo 'rust-guest: built from source'
cd "$root"

# The README's, as it stands there, with the checkout beside it.
mkdir -p "$work/host"
ln -s "$root" "$work/precompile"
(cd "$work/host"
    cargo init -q --name host
    # Each block is a file, which its first line names.
    python3 - "$root/README.md" <<'EOF'
import re, sys
text = open(sys.argv[1]).read()
text = text[text.index("### Embed"):]
blocks = re.findall(r"```\w+\n(?:#|//|;;) ([\w/.]+)(?:, instead of its \[dependencies\])?\n(.*?)```", text, re.S)[:4]
code = 0
for name, body in blocks:
    if name == "Cargo.toml":
        body = open(name).read().replace("[dependencies]\n", "") + body
    if name.endswith(".rs"):
        code += sum(1 for line in body.splitlines() if line.strip())
    open(name, "w").write(body)
names = [name for name, _ in blocks]
assert names == ["Cargo.toml", "build.rs", "src/main.rs", "plugin.wat"], names
assert code < 30, f"{code} lines"
print(f"the README's program has {code} lines of code")
EOF
    cp "$root/Cargo.lock" .
    shows 'the host hears 42' cargo run
    holds_no_compiler host)
echo 'the README: from an empty folder'

# That of docs/embedding.md: the same guest, and the same dependencies.
cp -r "$work/host" "$work/embedding"
mkdir "$work/embedding/plugins"
cp "$work/host/plugin.wat" "$work/embedding/plugins/other.wat"
(cd "$work/embedding"
    python3 - "$root/docs/embedding.md" <<'EOF'
import re, sys
blocks = re.findall(r"```rust\n// ([\w/.]+)\n(.*?)```", open(sys.argv[1]).read(), re.S)
assert [name for name, _ in blocks] == ["build.rs", "src/main.rs"], blocks
for name, body in blocks:
    open(name, "w").write(body)
EOF
    shows 'the host hears 42' cargo run)
echo 'docs/embedding.md: its build script and its program'

# A workspace in which another member compiles. Together they would share its compiler.
mkdir -p "$work/both/tools/src"
cp -r "$work/host" "$work/both/host"
(cd "$work/both"
    sed -i "s#\.\./precompile/#$root/#" host/Cargo.toml
    rm -f host/Cargo.lock
    mkdir -p host/tests
    echo '#[test] fn no_compiler_is_shipped() { precompile_runtime::assert_no_compiler!(); }' >host/tests/no_compiler.rs
    printf '[package]\nname = "tools"\nedition = "2024"\n[dependencies]\nwasmtime = { version = "%s", default-features = false, features = ["winch", "runtime"] }\n' "$wasmtime" >tools/Cargo.toml
    echo 'fn main() {}' >tools/src/main.rs
    cp "$root/Cargo.lock" .
    printf '[workspace]\nresolver = "3"\nmembers = ["host", "tools"]\ndefault-members = ["host"]\n' >Cargo.toml
    # Together: the test finds it. This also shows that it can.
    ends_with 101 'wasmtime was built with a compiler, for another package of this build' cargo test --workspace --test no_compiler -- --nocapture
    # Alone, the first way.
    cargo test -p host --test no_compiler >/dev/null
    cargo test --test no_compiler >/dev/null
    # Apart, the second.
    printf '[workspace]\nresolver = "3"\nmembers = ["host"]\nexclude = ["tools"]\n' >Cargo.toml
    cargo test --workspace --test no_compiler >/dev/null)
echo 'unification: found together; kept apart in both ways'
