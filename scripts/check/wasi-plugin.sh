#!/usr/bin/env bash
# wasi-plugin.sh: the bare runner with WASI as a plugin renders resvg's picture as the default runner does, by both
# backends; without the plugin it names what is lacking, and the plugin.
source "$(dirname "$0")/../lib/common.sh"

build_precompile
cargo build -q -p precompile-runtime --profile runner
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$(target_dir)/runner/precompile-run" "$work/default"
cargo build -q -p precompile-runtime --profile runner --no-default-features --features messages,portable-digest,plugin
cp "$(target_dir)/runner/precompile-run" "$work/bare"
cargo build -q -p precompile-wasi-plugin --profile runner
plugin="$(target_dir)/runner/libprecompile_wasi.so"
cp tests/guests/picture.svg "$work"
module="$(scripts/lib/corpus.sh resvg)"
for backend in winch cranelift; do
    "$(target_dir)/debug/precompile" -q --backend "$backend" "$module" -o "$work/resvg.cwasm"
    (cd "$work" && ./default --dir . resvg.cwasm --zoom 2 picture.svg expected.png)
    (cd "$work" && ./bare --plugin "$plugin" --dir . resvg.cwasm --zoom 2 picture.svg found.png)
    cmp "$work/expected.png" "$work/found.png"
    # Another picture is not the same.
    (cd "$work" && ./bare --plugin "$plugin" --dir . resvg.cwasm --zoom 1 picture.svg other.png)
    ! cmp -s "$work/expected.png" "$work/other.png" || { echo 'error: two pictures are the same' >&2; exit 1; }
    ends_with 126 'WASI preview 1 is a plugin, too' "$work/bare" "$work/resvg.cwasm"
    ends_with 126 'wasi_snapshot_preview1.path_open' "$work/bare" "$work/resvg.cwasm"
    echo "ok: resvg, compiled by $backend, renders the same picture with WASI as a plugin"
done
echo "$(stat -c %s "$work/bare") bytes with plugins, $(stat -c %s "$plugin") bytes the plugin"
