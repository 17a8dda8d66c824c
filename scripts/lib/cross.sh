#!/usr/bin/env bash
# cross.sh aarch64|s390x [PACKAGE BINARY]: cross-builds precompile-run, or another command of this workspace, for
# 64-bit Arm or s390x Linux, and prints the command that runs it: under emulation where this machine is another. Needs
# Debian's packages, and root to install them. Debian's toolchain is used beside rustup's, which lacks a library for
# these targets in some places.
source "$(dirname "$0")/common.sh"
arch="$1" package="${2-precompile-runtime}" binary="${3-precompile-run}"
if [ "$(uname -m)" = "$arch" ]; then
    cargo build -q --profile runner -p "$package"
    echo "$(target_dir)/runner/$binary"
    exit
fi

install_aarch64() {
    dpkg --print-foreign-architectures | grep -qx arm64 || { dpkg --add-architecture arm64; apt-get update -qq; }
    debian_toolchain gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
    if ! ls /usr/lib/rustlib/aarch64-unknown-linux-gnu/lib/libstd-*.rlib >/dev/null 2>&1; then
        # The package conflicts with the host's own, but only its library is needed.
        (cd "$cache" && apt-get download -qq libstd-rust-web-dev:arm64 && dpkg -x libstd-rust-web-dev_*_arm64.deb /)
    fi
}
# There is no library for it: it is built from its sources.
install_s390x() { debian_toolchain rust-web-src gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user; }

"install_$arch" >&2
export CARGO_TARGET_DIR="$cache/target-$arch"
target="$arch-unknown-linux-gnu" variable="${arch^^}_UNKNOWN_LINUX_GNU"
export "CARGO_TARGET_${variable}_LINKER=$arch-linux-gnu-gcc" "CC_${target//-/_}=$arch-linux-gnu-gcc"
std=()
if [ "$arch" = s390x ]; then
    export RUSTC_BOOTSTRAP=1
    std=("-Zbuild-std=std,panic_abort")
fi
# Without link-time optimisation: it changes nothing that is tested here, and takes minutes.
cargo +debian build -q --profile runner -p "$package" --target "$target" "${std[@]}" \
    --config 'profile.runner.lto="off"' --config profile.runner.codegen-units=16 >&2
echo "qemu-$arch -L /usr/$arch-linux-gnu $CARGO_TARGET_DIR/$target/runner/$binary"
