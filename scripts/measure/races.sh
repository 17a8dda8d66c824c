#!/usr/bin/env bash
# races.sh [TIMES]: passes the tests that wait, race or are interrupted ten times, and the interrupted batches twice as
# often, on starved cores: beside the tests, each core has two programs that never rest. Writes reports/races.md.
source "$(dirname "$0")/../lib/common.sh"
times="${1:-10}"
# Of the beginning: a run takes long.
commit="$(revision)"
cargo test -q --no-run

work="$(mktemp -d)"
hogs=()
trap 'kill "${hogs[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
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

# It must see a run that fails, of two, and a name that is no test's.
one_fails() {
    local calls=0
    # shellcheck disable=SC2317 # `again` calls it.
    cargo() {
        calls=$((calls + 1))
        echo 'test result: ok. 1 passed'
        [ $calls != 1 ] || return 101
    }
    again 2 planted --test local
    echo "failed: $failed"
}
planted="$(one_fails 2>/dev/null)"
[[ "$planted" == '| planted | 2 | 1 | '*'failed: 1' ]] || { echo "error: a run that fails is not seen: $planted" >&2; exit 1; }
(again 1 planted --test local no_such_test) >/dev/null 2>&1 && { echo 'error: a test that is none passed' >&2; exit 1; }
rm "$work/rows"

# microseconds COMMAND...: the time that it takes.
microseconds() {
    local start="${EPOCHREALTIME/[.,]/}"
    "$@" >&2
    echo $((${EPOCHREALTIME/[.,]/} - start))
}

# shellcheck disable=SC2317 # `microseconds` calls it.
count() {
    local n=0
    while ((n < 1000000)); do n=$((n + 1)); done
}

alone="$(microseconds count)"
for ((hog = 0; hog < 2 * $(nproc); hog++)); do
    (while :; do :; done) &
    hogs+=($!)
done
# Who isn't starved here shows nothing.
hundredths=$((100 * $(microseconds count) / alone))
printf -v starved '%d.%02d' $((hundredths / 100)) $((hundredths % 100))
if ((hundredths < 150)); then
    echo "error: beside ${#hogs[@]} others a program takes $starved of its time alone: nothing is starved" >&2
    exit 1
fi

again $((2 * times)) 'interrupted batches' --test batch interrupt
for test in batch cache identity isolate local outputs pipeline signals; do
    again "$times" "$test" --test "$test"
done
again "$times" 'paths that change meanwhile' --test attack race

# shellcheck disable=SC2016 # The backticks are Markdown's.
{
    printf '# What waits and races, starved\n\nMade by `scripts/measure/races.sh %s` at `%s`, %s: each core has two programs beside the\n' \
        "$times" "$commit" "$(date -u +%F)"
    printf 'tests that never rest. A program that only counts took %s times as long as alone.\n\n' "$starved"
    printf '| tests | runs | failed | seconds a run |\n|-------|-----:|-------:|--------------:|\n'
    cat "$work/rows"
} >reports/races.md
exit $failed
