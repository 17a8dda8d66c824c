"""The rule that compiles a WebAssembly module or component ahead of time."""

load(":platforms.bzl", "target_of_platform")

# A string, as Bazel 4 takes no label here.
_TOOLCHAIN = str(Label("//:toolchain_type"))

def _precompile_impl(ctx):
    if ctx.attr.cpu == "native" or ctx.attr.cpu.startswith("native,"):
        fail("`cpu` names the machine that runs the action: name a level, such as x86-64-v3")
    artifact = ctx.actions.declare_file(ctx.label.name + ".cwasm")
    arguments = ctx.actions.args()
    arguments.add_all(["compile", "--quiet", "--no-cache"])
    arguments.add("--jobs", ctx.attr.jobs)
    arguments.add("--backend", ctx.attr.backend)
    arguments.add("--target", ctx.attr.target)
    if ctx.attr.cpu:
        arguments.add("--cpu", ctx.attr.cpu)
    arguments.add_all(ctx.attr.options)
    arguments.add("--output", artifact)

    # The name of a source may begin with a dash.
    arguments.add("--", ctx.file.src)
    ctx.actions.run(
        executable = ctx.toolchains[_TOOLCHAIN].command,
        arguments = [arguments],
        inputs = [ctx.file.src],
        outputs = [artifact],
        mnemonic = "Precompile",
        progress_message = "Compiling {} for {}".format(ctx.file.src.short_path, ctx.attr.target),
        env = {},
        execution_requirements = {"block-network": "1"},
    )
    return [DefaultInfo(
        files = depset([artifact]),
        runfiles = ctx.runfiles(files = [artifact]),
    )]

_precompile = rule(
    implementation = _precompile_impl,
    attrs = {
        "backend": attr.string(default = "cranelift", values = ["cranelift", "winch"]),
        "cpu": attr.string(),
        "jobs": attr.int(default = 1),
        "options": attr.string_list(),
        "src": attr.label(allow_single_file = [".wasm", ".wat"], mandatory = True),
        "target": attr.string(mandatory = True),
    },
    toolchains = [_TOOLCHAIN],
)

def precompile(name, src, target = None, backend = "cranelift", cpu = "", options = [], jobs = 1, **kwargs):
    """An artifact, NAME.cwasm.

    The action has no environment, no network and no cache but Bazel's.

    Args:
      name: The name of the target, and of the artifact.
      src: The module or component, a .wasm or a .wat.
      target: The machine, as `--target` takes it; by default the platform that is built for.
      backend: `cranelift` or `winch`.
      cpu: The minimum CPU, as `--cpu` takes it; by default the baseline of the architecture.
      options: Further options of `precompile compile`, such as `["-W", "fuel"]`.
      jobs: The number of threads, of which Bazel knows nothing.
      **kwargs: Attributes of all rules, such as `visibility`.
    """
    _precompile(
        name = name,
        src = src,
        backend = backend,
        cpu = cpu,
        jobs = jobs,
        options = options,
        target = target or target_of_platform(),
        **kwargs
    )
