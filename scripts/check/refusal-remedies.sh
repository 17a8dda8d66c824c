#!/usr/bin/env bash
# refusal-remedies.sh: has each backend refuse real programs. Each refusal must name the missing feature and its place,
# and each printed remedy must work.
source "$(dirname "$0")/../lib/common.sh"

build_precompile
cargo build -q --profile runner -p precompile-runtime --features full
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$(target_dir)/runner/precompile-run" "$work/precompile-run"
for name in micropython pyodide onnxruntime; do
    cp "$(scripts/lib/corpus.sh $name)" "$work/$name.wasm"
done
precompile="$(realpath "$(target_dir)/debug/precompile")"
cd "$work"

# says WORDS: standard input holds these words.
says() {
    local words="$1" text
    text="$(cat)"
    grep -qF -- "$words" <<<"$text" || { echo "error: no \`$words\` in: $text" >&2; return 1; }
}

winch=("$precompile" --backend winch --target x86_64)
ends_with 1 "winch can't compile \`exceptions\`" "${winch[@]}" micropython.wasm
ends_with 1 "function 178 uses it in \`block\` at offset 0x9063; use \`--backend cranelift\`" "${winch[@]}" micropython.wasm
"${winch[@]}" --fallback cranelift micropython.wasm 2>&1 | says "compiled \`micropython.wasm\` with cranelift"
"${winch[@]}" --fallback cranelift --message-format json micropython.wasm | says '"backend":"cranelift"'
"$precompile" --backend winch --fallback cranelift -q micropython.wasm
imports="$("$precompile" inspect --message-format json micropython.cwasm | grep -o '"module":"[^"]*"' | sort -u | tr '\n' ' ')"
echo "ok: Winch refuses micropython for its exceptions, and the fallback compiles it; it imports $imports"

for backend in winch cranelift; do
    code=0
    report="$("$precompile" --backend $backend --target x86_64 pyodide.wasm 2>&1)" || code=$?
    [ $code = 1 ] && says 'legacy-exceptions' <<<"$report"
    says "translate it to the standard's exceptions" <<<"$report"
    echo "ok: $report"
done

ends_with 1 "without the CPU feature \`avx\`" "${winch[@]}" onnxruntime.wasm
ends_with 1 "use \`--cpu x86-64-v3\`" "${winch[@]}" onnxruntime.wasm
"${winch[@]}" --cpu x86-64-v3 onnxruntime.wasm
echo '(module (func (export "f") (param i32 i32) (result i32)
    (i32x4.extract_lane 3 (i32x4.mul (i32x4.splat (local.get 0)) (i32x4.splat (local.get 1))))))' >simd.wat
ends_with 1 "use \`--cpu x86-64-v3\`" "${winch[@]}" simd.wat
"${winch[@]}" --cpu x86-64-v3 simd.wat
if grep -qw avx2 /proc/cpuinfo; then
    [ "$(./precompile-run --invoke f simd.cwasm 6 7)" = 42 ]
    echo "ok: SIMD compiled by Winch for x86-64-v3 runs"
else
    echo "not run: this machine has no AVX2"
fi
