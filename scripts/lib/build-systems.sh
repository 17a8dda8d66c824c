# shellcheck shell=bash
# The build systems of rules/, for scripts/check/build-systems.sh: `about` describes one, and `build_SYSTEM [PROCESSOR]`
# builds its example, in whose folder it is called, for this machine or for Linux on that processor.
# shellcheck disable=SC2034,SC2154 # That script has `work` and `root`, and reads what `about` sets.

# install_build_systems: what the systems need, into PATH. Debian has no just, and an old Meson; neither has Buck2.
install_build_systems() {
    local tools="$cache/build-systems-1"
    apt_install bazel-bootstrap cmake make nix-bin
    [ -x "$tools/bin/just" ] || {
        python3 -m venv "$tools"
        "$tools/bin/python" -m pip install -q meson==1.12.1 ninja==1.13.2 rust-just==1.59.0 starlark-pyo3==2026.1.3
    }
    export PATH="$tools/bin:$PATH"
    # Bazel's own tools name rules that it would fetch, even where nothing uses them: these have what is named.
    local language rule rules
    for language in cc java; do
        mkdir -p "$work/rules_$language/$language"
        touch "$work/rules_$language"/{WORKSPACE,BUILD,"$language/BUILD"}
        case "$language" in
            cc) rules='binary library proto_library toolchain toolchain_suite' ;;
            java) rules='binary import library runtime toolchain' ;;
        esac
        for rule in $rules; do
            echo "${language}_$rule = native.${language}_$rule"
        done >"$work/rules_$language/$language/defs.bzl"
    done
    # A store that is this check's alone.
    export NIX_STORE_DIR="$work/nix/store" NIX_STATE_DIR="$work/nix/state" NIX_LOG_DIR="$work/nix/log"
    export NIX_CONF_DIR="$work/nix/conf" NIX_CONFIG=$'sandbox = false\nbuild-users-group =\nsubstitute = false'
}

# about SYSTEM: sets `file`, the build file of the example, and `style`, the quotes in it; `ran`, what a build prints
# that has compiled; `no_target` and `no_backend`, faults in the files `faulty`; `refused`, the number of hostile names
# that are refused; `unknown`, what is said of a platform without a target; `option`, an expression of sed that adds
# `--trust "$trust"` to the example, where a depfile names that file. just doesn't follow a command that has changed.
about() {
    follows_command=true rests=true refused=0 option=''
    unknown='no target of precompile follows from'
    case "$1" in
        bazel)
            file=BUILD.bazel style=json ran='process(es)?:.* [0-9]+ (linux-sandbox|processwrapper-sandbox|local)'
            faulty=../precompile.bzl no_target='/"--target"/d' no_backend='/"--backend"/d' ;;
        buck2)
            file=BUCK style=json ran='actions of .* were run' rests=false
            unknown='there is no precompile//platforms:ppc'
            faulty=../precompile.bzl no_target='/"--target"/d' no_backend='/"--backend"/d' ;;
        cmake-*)
            file=CMakeLists.txt style=cmake ran=Compiling refused=4
            option="s|OPTIONS|& --trust $trust|" faulty=../Precompile.cmake
            no_target='s/--target "\$\{arg_TARGET_TRIPLE\}"//'
            no_backend='s/--backend "\$\{arg_BACKEND\}"//' ;;
        meson)
            file=meson.build style=meson ran=Generating refused=2 option="s|'-W'|'--trust', '$trust', &|"
            faulty="precompile/meson.build $file"
            no_target="s/'--target', precompile_target//" no_backend="s/'--backend', 'winch',//" ;;
        nix)
            file=default.nix style=nix ran="^building '" faulty=../precompile.nix
            no_target='s/"--target" target//' no_backend='s/"--backend" backend//' ;;
        just)
            file=justfile style=json ran='^compiled ' follows_command=false unknown='is not a target triple'
            faulty="../precompile.just $file"
            no_target="s/\{\{ if target .* \}\} //" no_backend='s/"--backend" "winch"//' ;;
    esac
}

# take ARTIFACT ARTIFACT: by Cranelift and by Winch.
take() {
    rm -rf "$work/made" && mkdir "$work/made" &&
        cp -L -- "$1" "$work/made/cranelift" && cp -L -- "$2" "$work/made/winch"
}

# artifact FOLDER: the only one in it that isn't Winch's.
artifact() { find "$1" -maxdepth 1 -name '*.cwasm' ! -name '*-winch.cwasm'; }

bazel_with() {
    local verb="$1"
    shift
    bazel --batch --output_user_root="$work/bazel" --host_jvm_args=-Xmx1g "$verb" \
        --override_repository="rules_cc=$work/rules_cc" --override_repository="rules_java=$work/rules_java" "$@"
}

build_bazel() {
    bazel_with build ${1:+"--platforms=//:linux_$1"} //:hello //:hello_winch &&
        take bazel-bin/hello.cwasm bazel-bin/hello_winch.cwasm
}

build_buck2() {
    cp "$PRECOMPILE" ../toolchains/precompile
    python "$root/scripts/lib/buck2.py" .. precompile//example ${1:+"precompile//platforms:$1-linux"} &&
        take ../buck-out/example/hello.cwasm ../buck-out/example/hello_winch.cwasm
}

cmake_by() {
    local cross=(-DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=${2-}")
    cmake -G "$1" -B "build-${2-}" ${2:+"${cross[@]}"} && cmake --build "build-${2-}" &&
        take "$(artifact "build-${2-}")" "build-${2-}/winch/hello.cwasm"
}
build_cmake-make() { cmake_by 'Unix Makefiles' "$@"; }
build_cmake-ninja() { cmake_by Ninja "$@"; }

build_meson() {
    local folder="build-${1-}"
    printf "[host_machine]\nsystem = 'linux'\ncpu_family = '%s'\ncpu = ''\nendian = 'little'\n" "${1-}" >cross.ini
    { [ -e "$folder/build.ninja" ] || meson setup ${1:+--cross-file cross.ini} "$folder"; } && ninja -C "$folder" &&
        take "$(artifact "$folder")" "$folder/hello-winch.cwasm"
}

build_nix() {
    nix-build --arg command "$PRECOMPILE" ${1:+--argstr host "$1-linux"} && take result result-2
}

build_just() { just ${1:+"target=$1"} && take "$(artifact build)" build/winch/hello.cwasm; }

# documented SYSTEM: makes a project of the lines in docs/build-systems.md, in the current folder, and builds it. What
# the document doesn't show of a project stands here.
documented() {
    local rules="$root/rules/${1%%-*}"
    python3 - "$root/docs/build-systems.md" "${1%%-*}" <<'PYTHON'
import pathlib, re, sys
document, system = sys.argv[1:]
text = pathlib.Path(document).read_text()
section = re.search(rf"^## {system}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.IGNORECASE | re.MULTILINE)[1]
heads = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.20)\nproject(app LANGUAGES NONE)\n",
    "meson.build": "project('app')\n",
}
for name, lines in re.findall(r"^```\w+\n# ([\w.]+)[^\n]*\n(.*?)^```", section, re.DOTALL | re.MULTILINE):
    pathlib.Path(name).write_text(heads.get(name, "") + lines)
PYTHON
    case "$1" in
        bazel)
            mkdir third_party && cp -r "$rules" third_party/precompile
            bazel_with build //:app && take bazel-bin/app.cwasm bazel-bin/app.cwasm ;;
        buck2)
            cp -r "$rules" cell && cp "$PRECOMPILE" cell/toolchains/precompile
            printf '[cells]\nroot = .\nprecompile = cell\ntoolchains = cell/toolchains\n' >.buckconfig
            printf '[build]\nexecution_platforms = precompile//platforms:host\n' >>.buckconfig
            python "$root/scripts/lib/buck2.py" . root// && take buck-out/app.cwasm buck-out/app.cwasm ;;
        cmake-*)
            mkdir cmake && cp "$rules/Precompile.cmake" cmake
            cmake -B build && cmake --build build && take build/app.cwasm build/app.cwasm ;;
        meson)
            cp -r "$rules/example/precompile" .
            meson setup build && ninja -C build && take build/app.cwasm build/app.cwasm ;;
        nix)
            cp "$rules/precompile.nix" .
            mkdir -p package/bin nixpkgs && cp "$PRECOMPILE" package/bin
            echo '{ }: { stdenv.hostPlatform.system = builtins.currentSystem; }' >nixpkgs/default.nix
            NIX_PATH=nixpkgs="$PWD/nixpkgs" nix-build --arg precompile ./package && take result result ;;
        just)
            cp "$rules/precompile.just" .
            just build && take build/app.cwasm build/app.cwasm ;;
    esac
}
