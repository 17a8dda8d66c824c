#!/usr/bin/env bash
# build-systems.sh [SYSTEM...]: builds the example of each build system in rules/, and compares the artifacts with those
# that the command makes by hand: for this machine, for another, after a change, from sources with hostile names, and by
# the lines in docs/build-systems.md. A build where nothing has changed must compile nothing; a broken module, and a
# platform without a target, must fail it. Faults that are planted in the rules must be found. Buck2 can't be had:
# scripts/lib/buck2.py stands in for it. Installs Bazel, CMake, Meson, Nix and just; needs node and npm. PRECOMPILE
# names a binary; it is built if it is not named.
source "$(dirname "$0")/../lib/common.sh"
source scripts/lib/build-systems.sh
unset PRECOMPILE_NO_CACHE
[ -n "${PRECOMPILE-}" ] || { build_precompile && PRECOMPILE="$(target_dir)/debug/precompile"; }
root="$PWD"
work="$(mktemp -d)"
# Stores are read-only.
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/right"
cp "$PRECOMPILE" "$work/bin/precompile"
PRECOMPILE="$work/bin/precompile"
export PRECOMPILE
trust="$work/precompile.pub"
(cd "$work" && "$PRECOMPILE" keygen --no-password >/dev/null 2>&1)
install_build_systems
export PATH="$work/bin:$PATH"

# Starlark is as buildifier wants it.
for tool in node npm; do
    command -v "$tool" >/dev/null || { echo "error: \`$tool\` is missing; install Node.js" >&2; exit 1; }
done
buildifier="$cache/buildifier-8.2.1/node_modules/.bin/buildifier"
[ -x "$buildifier" ] ||
    npm install --silent --no-audit --no-fund --prefix "$cache/buildifier-8.2.1" @bazel/buildifier@8.2.1 >&2
lint=("$buildifier" -mode=check -lint=warn -warnings=all)
find rules/bazel rules/buck2 \( -name '*.bzl' -o -name '*.bazel' -o -name WORKSPACE \) -exec "${lint[@]}" {} +
find rules/buck2 -name BUCK -exec "${lint[@]}" -type=build {} +
found="$("${lint[@]}" -type=bzl <<<'load(":planted.bzl", "planted")' 2>&1)" || true
grep -qF 'Loaded symbol "planted" is unused' <<<"$found" ||
    { echo "error: buildifier finds no planted fault" >&2; exit 1; }

# The artifacts that are right, by hand: hello.wat, and with another greeting hallo.wat.
cp rules/bazel/example/hello.wat "$work/right"
sed 's/Hello/Hallo/' "$work/right/hello.wat" >"$work/right/hallo.wat"
for module in hello hallo; do
    for processor in '' aarch64; do
        for options in '--backend cranelift' '--backend winch -W fuel'; do
            read -ra options <<<"$options"
            "$PRECOMPILE" -q --no-cache "${options[@]}" ${processor:+--target "$processor"} "$work/right/$module.wat" \
                -o "$work/right/$module-$processor-${options[1]}"
        done
    done
done

# Bazel and Buck2 know the same platforms, each by a file of its own: neither can read the other's.
platforms() { sed -n '/^TARGETS/,/^}/p' "$1"; }
diff <(platforms rules/bazel/platforms.bzl) <(platforms rules/buck2/targets.bzl) ||
    { echo "error: the rules for Bazel and Buck2 know other platforms" >&2; exit 1; }
[ "$(platforms rules/bazel/platforms.bzl | wc -l)" -gt 2 ] || { echo "error: no platforms are found" >&2; exit 1; }

# Each target that the rules name is one.
grep -rhoE "[a-z0-9_]+-(unknown|apple|pc)-[a-z-]+" rules --include='*.bzl' --include=meson.build --include='*.nix' |
    sort -u >"$work/targets"
while read -r target; do
    "$PRECOMPILE" -q --no-cache --target "$target" "$work/right/hello.wat" -o "$work/right/$target"
done <"$work/targets"

# fresh: a copy of the rules, in whose example the following works.
fresh() {
    rm -rf "$work/copy"
    cp -r "$root/rules" "$work/copy"
    cd "$work/copy/${system%%-*}/example"
}

# is_right MODULE PROCESSOR: the artifacts of the last build.
is_right() {
    cmp "$work/right/$1-$2-cranelift" "$work/made/cranelift" && cmp "$work/right/$1-$2-winch" "$work/made/winch"
} >>"$work/log" 2>&1

wrong() {
    echo "error: $system: $1:" >&2
    tail -30 "$work/log" >&2
    exit 1
}

# builds WHAT MODULE [PROCESSOR]: the artifacts must be right.
builds() {
    "build_$system" "${@:3}" >"$work/log" 2>&1 || wrong "$1: the build fails"
    is_right "$2" "${3-}" || wrong "$1: an artifact differs"
}
compiles() { builds "$@" && { grep -qE "$ran" "$work/log" || wrong "$1: nothing is compiled"; }; }
rests() { builds "$@" && { ! grep -qE "$ran" "$work/log" || wrong "$1: something is compiled"; }; }

# fails WHAT WORDS [PROCESSOR]: the build must, with these words, which CMake breaks into lines.
fails() {
    if "build_$system" "${@:3}" >"$work/log" 2>&1; then wrong "$1: the build passes"; fi
    tr -s '\n ' ' ' <"$work/log" | grep -qF -- "$2" || wrong "$1: the message is another"
}

# finds FAULT: a fault in the rules, an expression of sed, builds artifacts that are not right.
finds() {
    local processor before files found=false
    fresh
    read -ra files <<<"$faulty"
    before="$(cat "${files[@]}")"
    sed -E -i "$1" "${files[@]}"
    [ "$before" != "$(cat "${files[@]}")" ] || wrong "the fault $1 is not planted"
    for processor in '' aarch64; do
        "build_$system" ${processor:+"$processor"} >"$work/log" 2>&1 || wrong "with the fault $1 nothing is built"
        is_right hello "$processor" || found=true
    done
    "$found" || wrong "the fault $1 is not found"
}

# quoted_source NAME: the first source in the build file has this name, quoted as the system wants it.
quoted_source() {
    cp hello.wat "./$1.wat"
    python3 - "$style" "$file" "$1.wat" <<'PYTHON'
import json, pathlib, sys
style, file, name = sys.argv[1:]
plain, quoted = {
    "json": ('"hello.wat"', json.dumps(name)),
    "cmake": ("hello.wat", f"[==[{name}]==]"),
    "meson": ("'hello.wat'", "'" + name.replace("'", "\\'") + "'"),
    "nix": ("./hello.wat", f"(./. + {json.dumps('/' + name)})"),
}[style]
text = pathlib.Path(file).read_text()
assert plain in text, text
pathlib.Path(file).write_text(text.replace(plain, quoted, 1))
PYTHON
}

# hostile NAME: the artifact is right, or the name is refused.
hostile() {
    fresh
    quoted_source "$1"
    if "build_$system" >"$work/log" 2>&1; then
        is_right hello '' || wrong "the name \`$1\`: an artifact differs"
    else
        tr -s '\n ' ' ' <"$work/log" | grep -qF 'rename it' || wrong "the name \`$1\`: the message is another"
        refusals=$((refusals + 1))
    fi
}

# example SYSTEM: all that is checked of one.
example() {
    local system="$1" name refusals=0 names=('two words' "\$HOME" "it's" 'a "quote"' '-dash' "\$(touch planted)")
    local file style ran faulty no_target no_backend follows_command rests refused unknown option
    about "$system"
    # Nothing is there that another system has compiled.
    export PRECOMPILE_CACHE_DIR="$work/cache-$system"
    fresh
    compiles 'the first build' hello
    if "$rests"; then rests 'the second build' hello; fi
    cp "$work/right/hallo.wat" hello.wat
    compiles 'a changed source' hallo
    echo '(module (func (result i32)))' >hello.wat
    fails 'a broken module' 'not valid WebAssembly: type mismatch: expected i32 but nothing on stack'
    cp "$work/right/hello.wat" .
    builds 'a mended module' hello
    if "$rests" && "$follows_command"; then
        # What stands behind an ELF file is not read.
        echo >>"$PRECOMPILE"
        compiles 'another command' hello
        rests 'the build after that' hello
    fi
    if [ -n "$option" ]; then
        sed -i "$option" "$file"
        compiles 'an option with a file' hello
        touch "$trust"
        compiles 'a newer file of an option' hello
        rests 'the build after that' hello
    fi
    compiles 'another platform' hello aarch64
    if [ "$system" = bazel ]; then
        sed -n '/^platform(/,$ s/aarch64/ppc/; /^platform(/,$ p' "$file" >"$work/platform"
        cat "$work/platform" >>"$file"
    fi
    fails 'a platform without a target' "$unknown" ppc
    for name in "${names[@]}"; do hostile "$name"; done
    [ "$refusals" = "$refused" ] || wrong "$refusals names are refused, not $refused"
    [ -z "$(find "$work" -name planted)" ] || wrong "a name was run as a command"
    finds "$no_target"
    finds "$no_backend"
    documented_lines
    echo "$system: the command's artifacts; of ${#names[@]} hostile names $refused are refused; 2 faults are found"
}

# documented_lines: those of docs/build-systems.md build what the command makes of their source and options.
documented_lines() {
    local options=(--backend winch)
    [[ "$system" != cmake-* ]] || options+=(-W fuel)
    rm -rf "$work/copy" && mkdir "$work/copy" && cd "$work/copy"
    cp "$work/right/hello.wat" app.wasm
    cp "$work/right/hello.wat" plugin.wat
    documented "$system" >"$work/log" 2>&1 || wrong 'the lines of the document build nothing'
    "$PRECOMPILE" -q --no-cache "${options[@]}" app.wasm -o right.cwasm
    cmp right.cwasm "$work/made/winch" >>"$work/log" 2>&1 || wrong 'the lines of the document build another artifact'
}

# hermetic: Bazel's action has no environment. A planted variable is found.
hermetic() {
    local system=bazel
    fresh
    bazel_with aquery //:hello >"$work/log" 2>&1
    ! grep -q Environment: "$work/log" || wrong 'the action has an environment'
    sed -i 's/env = {}/env = {"PLANTED": "1"}/' ../precompile.bzl
    bazel_with aquery //:hello >"$work/log" 2>&1
    grep -q 'Environment: .*PLANTED' "$work/log" || wrong 'a planted variable is not found'
    echo "bazel: the action has no environment"
}

systems=("$@")
[ $# != 0 ] || systems=(bazel buck2 cmake-make cmake-ninja meson nix just)
for system in "${systems[@]}"; do
    (example "$system")
    [ "$system" != bazel ] || (hermetic)
done
echo "not run: Buck2, in no registry (its rules are, by stand-ins), and Bazel's modules, for which Debian's is too old"
echo "ok: the examples of rules/ build what the command makes, and faults in them are found"
