#!/usr/bin/env bash
# lock-files.sh [update]: checks that every workspace here has a lock file, and that cargo would change none; with
# `update`, has cargo bring them up to date. With a stale one, a build takes other versions than were tested.
source "$(dirname "$0")/../lib/common.sh"
export CARGO_TERM_QUIET=true
stale=0
while read -r manifest; do
    folder="$(dirname "$manifest")"
    if [ "${1-}" = update ]; then
        cargo update --workspace --manifest-path "$manifest"
    elif ! git ls-files --error-unmatch "$folder/Cargo.lock" >/dev/null 2>&1; then
        echo "error: $folder has no Cargo.lock: run scripts/check/lock-files.sh update, and commit it" >&2
        stale=1
    elif ! said="$(cargo update --workspace --locked --manifest-path "$manifest" 2>&1)"; then
        # Elsewhere than in its lock file, something may be wrong, too.
        printf 'error: %s is stale: run scripts/check/lock-files.sh update, and commit it\n%s\n' "$folder/Cargo.lock" "$said" >&2
        stale=1
    fi
done < <(git grep -l '^\[workspace\]' -- '*Cargo.toml')
exit $stale
