#!/usr/bin/env bash
# Cross-builds precompile-run for 64-bit Arm Linux, and prints the command that runs it: under
# emulation where this machine is another. Needs Debian's packages, and root to install them.
#
# rustup's toolchain has no library for this target everywhere, so Debian's is used beside it.
source "$(dirname "$0")/lib.sh"

install() {
    dpkg --print-foreign-architectures | grep -qx arm64 || { dpkg --add-architecture arm64; apt-get update -qq; }
    apt_install rustc-web cargo-web gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
    if ! ls /usr/lib/rustlib/aarch64-unknown-linux-gnu/lib/libstd-*.rlib >/dev/null 2>&1; then
        # The package conflicts with the host's own, but only its library is needed.
        (cd "$cache" && apt-get download -qq libstd-rust-web-dev:arm64 && dpkg -x libstd-rust-web-dev_*_arm64.deb /)
    fi
    rustup toolchain list | grep -q '^debian' || rustup toolchain link debian /usr
}

if [ "$(uname -m)" = aarch64 ]; then
    cargo build -q --profile runner -p precompile-runtime
    echo "$(target_dir)/runner/precompile-run"
    exit
fi
install >&2
export CARGO_TARGET_DIR="$cache/target-aarch64"
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc
# Without link-time optimisation: it changes nothing that is tested here, and takes minutes.
cargo +debian build -q --profile runner -p precompile-runtime --target aarch64-unknown-linux-gnu \
    --config 'profile.runner.lto="off"' --config profile.runner.codegen-units=16 >&2
echo "qemu-aarch64 -L /usr/aarch64-linux-gnu $CARGO_TARGET_DIR/aarch64-unknown-linux-gnu/runner/precompile-run"
