#!/usr/bin/env bash
# built-in-trust.sh: builds a runner with a trust file as a part of it. It runs what the file's key has signed, refuses
# the rest, and no option changes that. A build that would ignore the file must fail.
source "$(dirname "$0")/../lib/common.sh"

build_precompile
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '(module (func (export "answer") (result i32) (i32.const 42)))' >app.wat
"$precompile" -q app.wat
cp app.cwasm unsigned.cwasm
"$precompile" keygen --no-password 2>/dev/null
"$precompile" sign --key precompile.key app.cwasm 2>/dev/null
cd "$OLDPWD"

# build FEATURES FILE: a runner with these features, and this trust file.
build() {
    PRECOMPILE_TRUST="$2" cargo build -q --profile runner -p precompile-runtime --no-default-features \
        --features "messages,portable-digest,runner,invoke,$1"
}
build trust "$work/precompile.pub"
run="$(target_dir)/runner/precompile-run"
[ "$("$run" --invoke answer "$work/app.cwasm")" = 42 ]
echo "ok: what the key has signed runs"
ends_with 126 'unsigned' "$run" --invoke answer "$work/unsigned.cwasm"
for option in --allow-unsigned --map "--trust=$work/precompile.pub"; do
    ends_with 125 'leave out `--' "$run" "$option" --invoke answer "$work/unsigned.cwasm"
done
echo "ok: the rest is refused, and no option changes that"
echo '# nobody' >"$work/empty.trust"
# fails FEATURES FILE WORDS: such a build must fail, and say these words.
fails() {
    if build "$1" "$2" 2>"$work/log" || ! grep -qF -- "$3" "$work/log"; then
        printf "error: a build that must fail with \`%s\`: %s\n" "$3" "$(cat "$work/log")" >&2
        return 1
    fi
}
fails trust "$work/empty.trust" 'has no key'
fails trust "$work/none.trust" "can't read"
fails runner "$work/precompile.pub" 'add the feature'
echo "ok: a build that would ignore the file fails"
