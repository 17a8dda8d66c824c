#!/usr/bin/env bash
# large-modules.sh: compiles large real modules with both backends, and prints seconds and sizes.
source "$(dirname "$0")/../lib/common.sh"

cargo build -q --release -p precompile
precompile="$(target_dir)/release/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

printf '%-8s %10s  %-10s %8s %12s\n' module bytes backend seconds 'artifact'
for name in ruby esbuild sqlite quickjs; do
    module="$(scripts/lib/corpus.sh $name)"
    for backend in winch cranelift; do
        start=${EPOCHREALTIME/[.,]/}
        if "$precompile" -q --backend $backend "$module" -o "$work/out.cwasm" 2>"$work/error"; then
            took=$((${EPOCHREALTIME/[.,]/} - start))
            printf '%-8s %10d  %-10s %4d.%03d %12d\n' $name "$(stat -c %s "$module")" $backend \
                $((took / 1000000)) $((took / 1000 % 1000)) "$(stat -c %s "$work/out.cwasm")"
        else
            printf '%-8s %10d  %-10s refused: %s\n' $name "$(stat -c %s "$module")" $backend "$(head -n 1 "$work/error")"
        fi
    done
done
