"""The toolchain that holds the command `precompile`."""

def _precompile_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(command = ctx.attr.command[DefaultInfo].files_to_run)]

precompile_toolchain = rule(
    implementation = _precompile_toolchain_impl,
    doc = "The command, for a `toolchain` of the type `//:toolchain_type`.",
    attrs = {
        "command": attr.label(
            doc = "The executable, such as a file of the repository, of an archive, or built by another rule.",
            allow_files = True,
            cfg = "exec",
            executable = True,
            mandatory = True,
        ),
    },
)

_INSTALLED = """\
load("{rules}", "precompile_toolchain")

precompile_toolchain(
    name = "installed",
    command = "{command}",
)

toolchain(
    name = "toolchain",
    toolchain = ":installed",
    toolchain_type = "{type}",
)
"""

def _installed_precompile_impl(ctx):
    path = ctx.attr.path or ctx.which("precompile")
    if not path:
        fail("there is no `precompile` in PATH: install it, or give `path`")
    command = "precompile.exe" if ctx.os.name.startswith("windows") else "precompile"
    ctx.symlink(path, command)
    ctx.file("BUILD.bazel", _INSTALLED.format(
        command = command,
        rules = Label("//:toolchain.bzl"),
        type = Label("//:toolchain_type"),
    ))

installed_precompile = repository_rule(
    implementation = _installed_precompile_impl,
    doc = "The command that is installed on this machine, as a toolchain `@NAME//:toolchain`.",
    attrs = {"path": attr.string(doc = "The command's path; by default it is searched in PATH.")},
    environ = ["PATH"],
    local = True,
)
