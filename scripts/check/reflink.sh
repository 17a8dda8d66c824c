#!/usr/bin/env bash
# reflink.sh: an output shares its blocks with the cache's entry, where the file system can, and is still a file of its
# own: a change of the output is no change of the entry. Takes root, for a file system in a file. PRECOMPILE names the
# binary to check; it is built if it is not named.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
apt_install btrfs-progs
[ -n "${PRECOMPILE-}" ] || build_precompile
precompile="$(realpath "${PRECOMPILE:-$(target_dir)/debug/precompile}")"
module="$(scripts/lib/corpus.sh resvg)"
work="$(mktemp -d)"
trap 'umount "$work/mnt" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/mnt"
truncate -s 300M "$work/image"
mkfs.btrfs -q "$work/image"
if ! mount -o loop "$work/image" "$work/mnt"; then
    echo "not run: no file system can be mounted here"
    exit 0
fi
export PRECOMPILE_CACHE_DIR="$work/mnt/cache"
compile() { "$precompile" --backend winch "$module" -o "$1" 2>&1; }
compile "$work/mnt/cold.cwasm"
compile "$work/mnt/shared.cwasm" | tee "$work/out"
grep -q '^found ' "$work/out"
cp --reflink=never "$work/mnt/shared.cwasm" "$work/mnt/copy.cwasm"
sync
# shared FILE: whether it shares blocks with another.
shared() { [ "$(btrfs filesystem du --raw -s "$1" | awk 'END { print $3 }')" -gt 0 ]; }
shared "$work/mnt/shared.cwasm" || { echo "error: the output shares nothing with the entry"; exit 1; }
! shared "$work/mnt/copy.cwasm" || { echo "error: a copy counts as shared: the check is blind"; exit 1; }
printf 'x' | dd of="$work/mnt/shared.cwasm" conv=notrunc status=none
compile "$work/mnt/again.cwasm"
cmp "$work/mnt/cold.cwasm" "$work/mnt/again.cwasm"
echo "ok: the output shared its blocks with the entry, and its change did not reach it"
