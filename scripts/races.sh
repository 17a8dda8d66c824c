#!/usr/bin/env bash
# races.sh [TIMES]: passes the tests that wait, race or are interrupted ten times, starved: each core has two programs
# beside them that never rest. The interrupted batches twice as often. Writes reports/races.md.
source "$(dirname "$0")/lib.sh"
times="${1:-10}"
cargo test -q --no-run

# seconds COMMAND...: the time that it takes.
seconds() {
    local start="$EPOCHREALTIME"
    "$@" >&2
    echo "$EPOCHREALTIME - $start" | bc
}

count() {
    local n=0
    while ((n < 1000000)); do n=$((n + 1)); done
}

apt_install bc >&2
alone="$(seconds count)"
hogs=()
trap 'kill "${hogs[@]}"' EXIT
for ((hog = 0; hog < 2 * $(nproc); hog++)); do
    (while :; do :; done) &
    hogs+=($!)
done
# Who isn't starved here shows nothing.
starved="$(echo "scale=2; $(seconds count) / $alone" | bc)"
if [ "$(echo "$starved < 1.5" | bc)" = 1 ]; then
    echo "error: beside ${#hogs[@]} others a program takes $starved of its time alone: nothing is starved" >&2
    exit 1
fi

work="$(mktemp -d)"
trap 'kill "${hogs[@]}"; rm -rf "$work"' EXIT
failed=0
# again TIMES NAME CARGO-ARGUMENTS...: a row of the table.
again() {
    local most="$1" name="$2" bad=0 start=$SECONDS run
    shift 2
    for ((run = 1; run <= most; run++)); do
        if ! cargo test -q "$@" >"$work/log" 2>&1; then
            bad=$((bad + 1)) failed=1
            tail -40 "$work/log" >&2
        fi
    done
    # A name that is no test's passes.
    grep -qE '^test result: ok. [1-9]' "$work/log" || [ $bad -gt 0 ] || { echo "error: $name is no test" >&2 && exit 1; }
    echo "| $name | $most | $bad | $(((SECONDS - start) / most)) |" | tee -a "$work/rows"
}

again $((2 * times)) 'interrupted batches' --test batch interrupt
for test in batch cache identity isolate local outputs pipeline signals; do
    again "$times" "$test" --test "$test"
done
again "$times" 'paths that change meanwhile' --test attack race

# It must see a test that fails.
(again 1 planted --test local no_such_test) >/dev/null 2>&1 && { echo 'error: a test that is none passed' >&2; exit 1; }

{
    printf '# What waits and races, starved\n\nMade by `scripts/races.sh %s` at `%s`, %s: each core has two programs beside the\n' \
        "$times" "$(git rev-parse --short HEAD)" "$(date -u +%F)"
    printf 'tests that never rest. A program that only counts took %s times as long as alone.\n\n' "$starved"
    printf '| tests | runs | failed | seconds a run |\n|-------|-----:|-------:|--------------:|\n'
    cat "$work/rows"
} >reports/races.md
exit $failed
