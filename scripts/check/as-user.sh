#!/usr/bin/env bash
# as-user.sh [all]: passes the tests as a user without rights, in a locale in which I is no capital of i: the tests that
# touch files, permissions, users and the cache, or all. It takes root, since `cargo test` is otherwise run as root.
# scripts/test.sh must have passed before, so that nothing is left to be built. Each test that is not run is named in a
# line.
source "$(dirname "$0")/../lib/common.sh"

user=65533
[ "$(id -u)" = 0 ] || { echo "not run: only root can be another user"; exit 0; }
# In a namespace of its own, in which nothing that is mounted stays.
if [ "${AS_USER_INSIDE:-}" != yes ]; then
    for program in unshare setpriv mountpoint python3; do
        command -v "$program" >/dev/null || { echo "not run: there is no $program here"; exit 0; }
    done
    unshare -m true 2>/dev/null || { echo "not run: nothing can be mounted here"; exit 0; }
    AS_USER_INSIDE=yes exec unshare -m "$PWD/scripts/check/as-user.sh" "$@"
fi

root="$PWD"
target="$(realpath "${CARGO_TARGET_DIR:-target}")"
cargo_home="$(realpath "${CARGO_HOME:-$HOME/.cargo}")"
rustup_home="$(realpath "${RUSTUP_HOME:-$HOME/.rustup}")"
work="$(mktemp -d)"
# Below it are the user's own folders, as long as they are mounted there: what is still in use is detached, nothing is
# deleted before, and nothing on another file system.
clean_up() {
    cd /
    if mountpoint -q "$work/held"; then
        umount -R "$work/held" 2>/dev/null || umount -Rl "$work/held" || true
    fi
    if mountpoint -q "$work/held"; then
        echo "error: \`$work/held\` stays mounted, and \`$work\` as it is" >&2
    else
        rm -rf --one-file-system "$work"
    fi
}
trap clean_up EXIT
chmod 755 "$work"

# What is run, each with the folder that cargo runs it in.
list() {
    cargo test -q --no-run --message-format json-render-diagnostics "$@" | python3 -c '
import json, os, sys
for line in sys.stdin:
    it = json.loads(line)
    if it.get("executable") and it["profile"]["test"]:
        print(it["executable"], os.path.dirname(it["manifest_path"]), it["target"]["name"], sep="\t")'
}
few="batch cache cargo-precompile command const_manifest faults golden identity isolate local mismatch names outputs precompile precompile_artifact precompile_cache read scarcity signals unmet"
list >"$work/tests"
if [ "${1:-}" = all ]; then
    list -p precompile-runtime >>"$work/tests"
else
    for name in $few; do
        awk -F'\t' -v name="$name" '$3 == name { found = 1 } END { exit !found }' "$work/tests" ||
            { echo "error: there is no test program \`$name\`" >&2; exit 1; }
    done
    awk -F'\t' -v few=" $few " 'index(few, " " $3 " ")' "$work/tests" >"$work/few"
    mv "$work/few" "$work/tests"
fi

for program in debug/precompile debug/cargo-precompile tests/run-default; do
    [ -x "$target/$program" ] || { echo "error: there is no \`$target/$program\`: run scripts/test.sh before" >&2; exit 1; }
done

# A copy of the checkout that is the user's, and of what the tests share, which is newer than what it is copied from.
mkdir "$work/checkout" "$work/home"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp -a --parents -t "$work/checkout"
cp -a "$target/tests" "$work/shared"
cp "$target/debug/precompile" "$target/debug/cargo-precompile" "$work/shared"
find "$work/shared" -type f -exec touch {} +
# Build scripts are built there, by cargo, which writes.
mkdir -p "$target/embedding" "$work/embedding"
if [ "${1:-}" = all ]; then cp -a "$target/embedding/." "$work/embedding"; fi
# The toolchain's own cargo and rustc, as cargo gives them to tests, and not rustup's, which obey RUSTUP_TOOLCHAIN.
rustc="$(rustup which rustc 2>/dev/null || command -v rustc)"
# All is built; where a test has something built nevertheless, it is what is there.
cat >"$work/cargo" <<END
#!/bin/sh
case "\$1 \$*" in test*--no-run* | build*--profile\ runner*) exit 0 ;; esac
exec "$(rustup which cargo 2>/dev/null || command -v cargo)" "\$@"
END
chmod 755 "$work/cargo"
chown -R $user:$user "$work/checkout" "$work/home" "$work/shared" "$work/embedding"

# The same paths, also below folders that are root's alone: these are covered by empty ones.
mkdir "$work/held"
mount -t tmpfs tmpfs "$work/held"
hold() {
    mkdir "$work/held/$1"
    mount --bind "$2" "$work/held/$1"
}
hold checkout "$work/checkout"
hold target "$target"
hold shared "$work/shared"
hold embedding "$work/embedding"
hold cargo "$cargo_home"
hold rustup "$rustup_home"
cd /
show() {
    local path="" part
    IFS=/ read -ra parts <<<"${2#/}"
    for part in "${parts[@]}"; do
        path="$path/$part"
        if [ -d "$path" ] && ! setpriv --reuid $user --regid $user --clear-groups test -x "$path"; then
            mount -t tmpfs -o mode=755 tmpfs "$path"
        fi
        mkdir -p "$path"
    done
    mount --bind "$work/held/$1" "$2"
}
show checkout "$root"
show target "$target"
show shared "$target/tests"
show embedding "$target/embedding"
show cargo "$cargo_home"
show rustup "$rustup_home"

# Programs such as ssh-keygen ask for the user's name.
{ cat /etc/passwd && echo "as-user:x:$user:$user::$work/home:/bin/sh"; } >"$work/held/passwd"
mount --bind "$work/held/passwd" /etc/passwd

locale=tr_TR.UTF-8
if ! locale -a 2>/dev/null | grep -qix 'tr_TR\.utf-\?8'; then
    echo "not run: the Turkish locale, which this machine hasn't; it is the locale C"
    locale=C
fi

# as_user FOLDER COMMAND...: what cargo gives to a test, and nothing of root's.
as_user() {
    # Where the answer is asked for, no failure ends the script.
    cd "$1" || return 1
    shift
    setpriv --reuid $user --regid $user --clear-groups --inh-caps=-all env -i --default-signal=INT,QUIT,HUP \
        PATH="$PATH" HOME="$work/home" LC_ALL=$locale CARGO="$work/cargo" CARGO_HOME="$cargo_home" \
        RUSTUP_HOME="$rustup_home" RUSTC="$rustc" CARGO_TARGET_DIR="$target" CARGO_MANIFEST_DIR="$PWD" CARGO_NET_OFFLINE=true "$@"
}

failed=0
test_one() {
    local name="$1" start=$SECONDS
    shift
    if as_user "$@" --nocapture >"$work/log" 2>&1; then
        echo "passed: $name ($((SECONDS - start)) s)"
    else
        tail -n 40 "$work/log"
        echo "failed: $name ($((SECONDS - start)) s)"
        failed=$((failed + 1))
    fi
    # shellcheck disable=SC2016 # The backticks are the message's.
    { grep -oaE 'not (run|tried|shown here|tried with `[^`]*`)[:,].*' "$work/log" || true; } | sort -u
}

# That it is this user, who has no rights, and that failures are seen.
as_user / sh -c "test \$(id -u) = $user && grep -q '^CapEff:.0*\$' /proc/self/status && ! test -w '$target'"
test_one "planted" / false >/dev/null
[ $failed = 1 ] || { echo "error: a test that fails is not seen" >&2; exit 1; }
failed=0

[ -s "$work/tests" ] || { echo "error: there are no tests" >&2; exit 1; }
while IFS=$'\t' read -r executable folder name; do
    test_one "$name" "$folder" "$executable" </dev/null
done <"$work/tests"
[ $failed = 0 ] || { echo "error: $failed test programs failed" >&2; exit 1; }
echo "as user $user: $(wc -l <"$work/tests") test programs passed in $SECONDS s"
