#!/usr/bin/env bash
# Builds examples/custom-platform in each of its forms, as a shared library without an operating system, runs each
# in its host, measures them beside upstream's smallest embedding, and writes reports/custom-platform.md.
source "$(dirname "$0")/../lib/common.sh"
apt_install binutils gcc >&2
debian_toolchain rust-web-src lld-14 >&2
build_precompile
precompile="$(target_dir)/debug/precompile"
example="$PWD/examples/custom-platform"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR="$cache/examples-custom-platform" RUSTC_BOOTSTRAP=1
# The linker by the name under which gcc looks for it.
ln -s "$(command -v ld.lld-14)" "$work/ld.lld"

# Settings that change the size, for ours and for upstream's alike.
best="-Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort"
best_link=(-B"$work" -fuse-ld=lld -Wl,--icf=all -Wl,--pack-dyn-relocs=relr -Wl,-z,norelro -Wl,--build-id=none
    -Wl,--hash-style=gnu -Wl,--no-rosegment -Wl,-z,noseparate-code)

# library PACKAGE FEATURES ENTRY OUTPUT SETTINGS [TARGET]: a shared library, with the entry for its only export.
library() {
    local folder="$1" features="$2" entry="$3" output="$4" settings="$5" target="${6-x86_64-unknown-none}" flags="" level=s link=()
    if [ "$settings" = best ]; then flags="$best" level=z link=("${best_link[@]}"); fi
    local json=()
    [[ "$target" != *.json ]] || json=(-Zjson-target-spec)
    (cd "$folder" && RUSTFLAGS="$flags" CARGO_PROFILE_RELEASE_OPT_LEVEL=$level cargo +debian build -q --locked --release "${json[@]}" \
        --features "$features" --target "$target" -Zbuild-std=core,alloc -Zbuild-std-features=compiler-builtins-mem)
    local archive
    archive="lib$(basename "$folder" | tr - _).a"
    echo "{ global: $entry; local: *; };" >"$work/exports"
    gcc -shared -nostdlib -Wl,--gc-sections -Wl,-u,"$entry" -Wl,-s -Wl,--version-script="$work/exports" "${link[@]}" \
        -o "$output" "$CARGO_TARGET_DIR/$(basename "$target" .json)/release/$archive"
}

needs() { nm -Du "$1" | awk '{print $2}' | sort; }

# What each form may ask for, and nothing else.
always="host_allocate host_fail host_free host_log host_opened host_report wasmtime_tls_get wasmtime_tls_set"
virtual_memory="wasmtime_memory_image_free wasmtime_memory_image_map_at wasmtime_memory_image_new wasmtime_mmap_new
    wasmtime_mprotect wasmtime_munmap wasmtime_page_size"
locks="wasmtime_sync_lock_acquire wasmtime_sync_lock_free wasmtime_sync_lock_release wasmtime_sync_rwlock_free
    wasmtime_sync_rwlock_read wasmtime_sync_rwlock_read_release wasmtime_sync_rwlock_write wasmtime_sync_rwlock_write_release"
declare -A allowed=(
    [pulley]="$always"
    [code-memory]="$always host_make_executable host_make_writable"
    [virtual-memory]="$always $virtual_memory"
    [signals]="$always $virtual_memory wasmtime_init_traps"
    [pulley,sync-primitives]="$always $locks"
)
declare -A defines=(
    [pulley]=""
    [code-memory]="-DPLATFORM_CODE_MEMORY"
    [virtual-memory]="-DPLATFORM_VIRTUAL_MEMORY"
    [signals]="-DPLATFORM_VIRTUAL_MEMORY -DPLATFORM_NATIVE_SIGNALS"
)
declare -A options=(
    [pulley]="--target pulley64 --platform freestanding"
    [code-memory]="--target x86_64-unknown-none --cpu x86-64-v3 --platform freestanding"
    [virtual-memory]="--target x86_64-unknown-none --cpu x86-64-v3 --platform freestanding"
    [signals]="--target x86_64-unknown-none --cpu x86-64-v3 --backend winch"
)

# only_these FORM LIBRARY SETTINGS: the library asks for these functions, and for no others. A panic that aborts at
# once tells nobody.
only_these() {
    local functions="${allowed[$1]}"
    [ "$3" != best ] || functions="${functions/host_fail /}"
    diff <(tr -s ' \n' '\n' <<<"$functions" | sort) <(needs "$2")
}

# compile OUTPUT OPTION...: without room for memories to grow into, which would be allocated.
compile() { "$precompile" -q -O memory-reservation-for-growth=0 "${@:2}" "$example/guest.wat" -o "$1"; }

# run_all FORM LIBRARY SETTINGS: the guest's results, its traps, and what happens where there is no memory.
run_all() {
    local form="$1" guest="$work/$1.cwasm" host="$work/host"
    cp "$2" "$work/libguest.so"
    # shellcheck disable=SC2086
    gcc -O2 -Wall -Wextra -Werror ${defines[$form]} -rdynamic -o "$host" "$example"/host/{main,platform}.c -L"$work" -lguest -Wl,-rpath,"$work"
    [ "$("$host" "$guest" 1000 2>"$work/$form.memory")" = 20615 ]
    # Unreachable, divided by zero, out of bounds, too deep.
    local trap
    for trap in -1:E509 -2:E507 -3:E501 -4:E500; do ends_with 1 "error: ${trap#*:}" "$host" "$guest" "${trap%:*}"; done
    [ "$("$host" "$guest" -5 2>/dev/null)" = 1 ]
    # The host has no more: for the guest's growth, for its instance, for an engine.
    [ "$("$host" "$guest" -5 2000000 2>/dev/null)" = -1 ]
    ends_with 1 'error: E30' "$host" "$guest" 10 50000
    if [ "$3" = best ]; then
        ends_with 132 '' "$host" "$guest" 10 1000
    else
        ends_with 3 'failed: memory allocation of' "$host" "$guest" 10 1000
    fi
    # Machine code for a processor that may lack instructions calls functions, which pass numbers otherwise.
    [ "${4-}" = hard-float ] || ends_with 1 "$([ "$form" = pulley ] && echo E204 E206 || echo E206)" "$host" "$work/baseline.cwasm" 10
    echo "ok: $form runs, traps, and comes to its end without memory"
}

compile "$work/baseline.cwasm" --target x86_64-unknown-none --platform freestanding
for form in pulley code-memory virtual-memory signals; do
    # shellcheck disable=SC2086
    compile "$work/$form.cwasm" ${options[$form]}
    for settings in guide best; do
        library "$example" "$form" guest_work "$work/$form.$settings.so" $settings
        only_these "$form" "$work/$form.$settings.so" $settings
        run_all "$form" "$work/$form.$settings.so" $settings
    done
done

# Locks are asked for where they are wanted, and the look finds what is not allowed.
library "$example" pulley,sync-primitives guest_work "$work/locks.so" guide
only_these pulley,sync-primitives "$work/locks.so" guide
if only_these pulley "$work/locks.so" guide >/dev/null; then echo 'error: functions that are not allowed were not found' >&2; exit 1; fi
echo 'ok: each form asks for its functions and for no others'

# A target that a file describes: one whose functions pass floating-point numbers in registers.
library "$example" code-memory guest_work "$work/json.so" guide x86_64-guest-none.json
only_these code-memory "$work/json.so" guide
run_all code-memory "$work/json.so" guide hard-float
[ "$("$work/host" "$work/baseline.cwasm" 1000 2>/dev/null)" = 20615 ]
echo 'ok: a target in JSON works, and its floating-point registers make any processor do'

for settings in guide best; do
    library "$PWD/benches/smallest-upstream" "" run "$work/yardstick.$settings.so" $settings
    library "$PWD/benches/smallest-upstream" custom run "$work/yardstick-custom.$settings.so" $settings
done
python3 scripts/measure/custom-platform.py "$work" "$(rustc +debian -V)" >reports/custom-platform.md
cat reports/custom-platform.md
