"""The platforms that `precompile` compiles for, and the `--target` of each."""

# An operating system and a processor, as @platforms names them, and the target.
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

def target_of_platform():
    """The target triple of the platform that is built for.

    Returns:
      A `select` by the settings of this package.
    """
    return select(
        {
            str(Label("//:{}-{}".format(processor, system))): target
            for (system, processor), target in TARGETS.items()
        },
        no_match_error = "no target of precompile follows from the platform: give `target`",
    )
