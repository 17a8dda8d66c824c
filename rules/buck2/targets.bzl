"""The platforms that `precompile` compiles for, and the `--target` of each."""

# An operating system and a processor, and the target.
TARGETS = {
    ("linux", "aarch64"): "aarch64-unknown-linux-gnu",
    ("linux", "riscv64"): "riscv64gc-unknown-linux-gnu",
    ("linux", "s390x"): "s390x-unknown-linux-gnu",
    ("linux", "x86_64"): "x86_64-unknown-linux-gnu",
    ("macos", "aarch64"): "aarch64-apple-darwin",
    ("macos", "x86_64"): "x86_64-apple-darwin",
    ("windows", "aarch64"): "aarch64-pc-windows-msvc",
    ("windows", "x86_64"): "x86_64-pc-windows-msvc",
}
