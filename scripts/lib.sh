# shellcheck shell=bash
# Sourced by the other scripts: where things are, and how to install what is missing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Builds may live outside the clone, so that the next clone finds them.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/precompile-dev"
corpus="$cache/corpus"
mkdir -p "$cache" "$corpus"

# The folder that cargo builds into.
target_dir() {
    echo "${CARGO_TARGET_DIR:-$PWD/target}"
}

# apt_install PACKAGE...: those that are missing.
apt_install() {
    local missing=()
    for package in "$@"; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
