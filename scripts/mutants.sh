#!/usr/bin/env bash
# mutants.sh [artifact] [cache]: changes these crates in one place after the other, and sees whether their own tests
# notice; writes what it finds of each to reports/mutants.md. Too few that are noticed are a failure, and so is a
# survivor without a reason in scripts/mutants.txt, or a reason without a survivor. Changes of a function whose
# tests are left out must be found the same way. Installs cargo-mutants for the user, where it isn't there.
source "$(dirname "$0")/lib.sh"
version=27.1.0
[ "$(cargo mutants --version 2>/dev/null)" = "cargo-mutants $version" ] ||
    cargo install -q --locked cargo-mutants --version "$version"

# Apart, since what is built of a copy of the sources would be built again for the sources themselves.
export CARGO_TARGET_DIR
CARGO_TARGET_DIR="$(target_dir)/mutants"
# The tests sleep more than they work. They end with the first that fails, which only a nightly's test harness
# does, or one that takes itself for such.
export RUST_TEST_THREADS=64 RUSTC_BOOTSTRAP=1 RUST_BACKTRACE=0
until_one_fails=(-- -Z unstable-options --fail-fast)
# What came of each is kept, to be looked at.
work="$CARGO_TARGET_DIR/outcomes"
mkdir -p "$work"

# mutants NAME CRATE OPTION...: leaves what came of each in the folder NAME. That some survive is judged elsewhere.
mutants() {
    local name="$1" crate="$2" code=0
    shift 2
    cargo mutants -o "$work/$name" -p "precompile-$crate" --test-package "precompile-$crate" --gitignore true -j1 \
        --minimum-test-timeout 20 --no-shuffle --colors never "$@" "${until_one_fails[@]}" || code=$?
    # Some were missed, or took too long.
    case "$code" in 0 | 2 | 3) ;; *) exit "$code" ;; esac
}

mutants planted artifact -f artifact/src/const_manifest.rs -F 'replace same -> bool' -- --lib
ends_with 1 "survived, and has no reason: artifact/src/const_manifest.rs: replace same -> bool with true" \
    python3 scripts/mutants.py artifact "$work/planted"
echo "a function without its tests is found"

# Of the beginning: a run takes long.
commit="$(git describe --always --exclude='*')"
git diff --quiet HEAD -- . ':!reports' || commit+=-dirty
failed=0
[ $# -gt 0 ] || set -- artifact cache
for crate in "$@"; do
    case "$crate" in
    artifact) mutants artifact artifact -- --lib --tests ;;
    cache)
        # The shared store takes long to build, so that only what concerns it is tested with it.
        shared=(cache/src/remote.rs 'cache/src/remote/**' cache/src/cache.rs cache/src/object.rs)
        mutants cache cache "${shared[@]/#/--exclude=}" --exclude cache/src/planted_fault.rs -- --lib --tests
        mutants cache-shared cache "${shared[@]/#/--file=}" --features remote -- --lib --tests
        ;;
    *) echo "error: there are no mutants of \`$crate\`" >&2; exit 2 ;;
    esac
    python3 scripts/mutants.py "$crate" "$work/$crate"* --report reports/mutants.md --commit "$commit" || failed=1
done
exit $failed
