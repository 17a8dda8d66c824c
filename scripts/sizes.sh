#!/usr/bin/env bash
# sizes.sh [--check]: builds the runner beside upstream's minimal command line, in one profile, and
# writes reports/sizes.md and .json. With --check, builds the runner alone, and fails where it is
# more than 2 % larger than the report says, or the bare one than 0.34 of upstream's.
source "$(dirname "$0")/lib.sh"

# Both of these share a path, so each is measured before the next is built.
build_runner() {
    cargo build -q --profile runner -p precompile-runtime "$@"
    stat -c %s "$(target_dir)/runner/precompile-run"
}

# The settings of the profile `runner`, for a package outside of the workspace.
build_upstream() {
    CARGO_PROFILE_RELEASE_OPT_LEVEL=s CARGO_PROFILE_RELEASE_LTO=true \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_RELEASE_PANIC=abort \
        CARGO_PROFILE_RELEASE_STRIP=true CARGO_TARGET_DIR="$cache/target-upstream" \
        cargo install -q --locked --force --root "$cache/upstream" --version 48.0.8 \
        --no-default-features --features run,disable-logging wasmtime-cli >&2
    stat -c %s "$cache/upstream/bin/wasmtime"
}

default="$(build_runner)"
bare="$(build_runner --no-default-features)"

if [ "${1-}" = --check ]; then
    failed=0
    for row in default:"$default" bare:"$bare"; do
        name=${row%%:*} bytes=${row#*:}
        known="$(sed -n "s/.*\"$name\": \([0-9]*\).*/\1/p" reports/sizes.json)"
        echo "precompile-run $name: $bytes bytes, $known in the report"
        [ $((bytes * 100)) -le $((known * 102)) ] || failed=1
    done
    upstream="$(sed -n 's/.*"upstream_minimal": \([0-9]*\).*/\1/p' reports/sizes.json)"
    [ $((bare * 100)) -le $((upstream * 34)) ] || failed=1
    [ $failed = 0 ] || echo "error: grown too much: make it smaller, or run scripts/sizes.sh and say why" >&2
    exit $failed
fi

upstream="$(build_upstream)"
mkdir -p reports
cat >reports/sizes.json <<JSON
{
  "rustc": "$(rustc -V)",
  "default": $default,
  "bare": $bare,
  "upstream_minimal": $upstream
}
JSON
ratio() { awk "BEGIN { printf \"%.3f\", $1 / $upstream }"; }
cat >reports/sizes.md <<MD
# Sizes

Made by \`scripts/sizes.sh\` in one run, with $(rustc -V) for $(rustc -vV | sed -n 's/^host: //p').
All rows: opt-level s, LTO, one codegen unit, panic=abort, stripped.

| binary | bytes | ratio | built with |
|--------|------:|------:|------------|
| upstream's minimal command line | $upstream | 1 | \`wasmtime-cli\` 48.0.8, \`--no-default-features --features run,disable-logging\` |
| \`precompile-run\`, default (WASI preview 1) | $default | $(ratio "$default") | \`cargo build --profile runner -p precompile-runtime\` |
| \`precompile-run\`, bare | $bare | $(ratio "$bare") | the same with \`--no-default-features\` |
MD
cat reports/sizes.md
