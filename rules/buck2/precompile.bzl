"""The rule that compiles a WebAssembly module or component ahead of time, and one for the command `precompile`."""

load("@precompile//:targets.bzl", "TARGETS")

def _command_impl(ctx):
    return [DefaultInfo(default_output = ctx.attrs.file), RunInfo(args = [ctx.attrs.file])]

precompile_command = rule(
    impl = _command_impl,
    attrs = {"file": attrs.source(doc = "The executable.")},
    doc = "The command, which is by default the target `toolchains//:precompile`.",
)

def _precompile_impl(ctx):
    if ctx.attrs.cpu and (ctx.attrs.cpu == "native" or ctx.attrs.cpu.startswith("native,")):
        fail("`cpu` names the machine that runs the action: name a level, such as x86-64-v3")
    artifact = ctx.actions.declare_output(ctx.label.name + ".cwasm")
    command = cmd_args(ctx.attrs.command[RunInfo], "compile", "--quiet", "--no-cache")
    command.add("--jobs", str(ctx.attrs.jobs))
    command.add("--backend", ctx.attrs.backend)
    command.add("--target", ctx.attrs.target)
    if ctx.attrs.cpu:
        command.add("--cpu", ctx.attrs.cpu)
    command.add(ctx.attrs.options)
    command.add("--output", artifact.as_output(), "--", ctx.attrs.src)
    ctx.actions.run(command, category = "precompile")
    return [DefaultInfo(default_output = artifact)]

# The target triple follows from the platform that is built for; another one can be given.
_TARGET_OF_PLATFORM = select({
    "precompile//platforms:{}-{}".format(processor, system): target
    for (system, processor), target in TARGETS.items()
})

precompile = rule(
    impl = _precompile_impl,
    attrs = {
        "backend": attrs.enum(["cranelift", "winch"], default = "cranelift"),
        "command": attrs.exec_dep(default = "toolchains//:precompile", providers = [RunInfo]),
        "cpu": attrs.option(attrs.string(), default = None, doc = "The minimum CPU, as `--cpu` takes it."),
        "jobs": attrs.int(default = 1, doc = "The number of threads, of which Buck2 knows nothing."),
        "options": attrs.list(attrs.string(), default = [], doc = "Further options of `precompile compile`."),
        "src": attrs.source(doc = "The module or component, a .wasm or a .wat."),
        "target": attrs.string(default = _TARGET_OF_PLATFORM, doc = "The machine, as `--target` takes it."),
    },
    doc = "An artifact, NAME.cwasm.",
)
