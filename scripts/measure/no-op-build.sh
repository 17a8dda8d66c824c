#!/usr/bin/env bash
# no-op-build.sh [PAIRS]: what it takes to find out that nothing is to be compiled, beside what `b3sum` takes to
# read the same files. Writes reports/no-op-build.md.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
cargo build -q --release -p precompile --bins --example modules
bin="$(target_dir)/release"
b3sum="$cache/b3sum/bin/b3sum"
[ -x "$b3sum" ] || cargo install -q --locked --root "$cache/b3sum" b3sum@1.8.7

# 996 modules of some 150 KB and four real programs: 200 MB.
modules="$cache/modules"
if [ ! -f "$modules/done" ]; then
    rm -rf "$modules"
    "$bin/examples/modules" "$modules/in" 996
    for name in resvg ruby esbuild quickjs; do
        cp "$(scripts/lib/corpus.sh "$name")" "$modules/in/$name.wasm"
    done
    touch "$modules/done"
fi
python3 scripts/measure/no-op-build.py "${1:-100}" "$bin/precompile" "$b3sum" "$modules/in" >reports/no-op-build.md.new ||
    { cat reports/no-op-build.md.new; exit 1; }
mv reports/no-op-build.md.new reports/no-op-build.md
cat reports/no-op-build.md
