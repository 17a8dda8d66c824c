"""Platforms without a prelude: constraints, platforms of them, and the one that builds."""

def _setting_impl(ctx):
    return [DefaultInfo(), ConstraintSettingInfo(label = ctx.label.raw_target())]

setting = rule(
    impl = _setting_impl,
    attrs = {},
    doc = "A property of platforms, such as the operating system.",
    is_configuration_rule = True,
)

def _value_impl(ctx):
    value = ConstraintValueInfo(
        label = ctx.label.raw_target(),
        setting = ctx.attrs.setting[ConstraintSettingInfo],
    )
    return [
        DefaultInfo(),
        value,
        ConfigurationInfo(constraints = {value.setting.label: value}, values = {}),
    ]

value = rule(
    impl = _value_impl,
    attrs = {"setting": attrs.dep(providers = [ConstraintSettingInfo])},
    doc = "A value of such a property.",
    is_configuration_rule = True,
)

def _platform_impl(ctx):
    constraints = {}
    for one in ctx.attrs.values:
        constraints.update(one[ConfigurationInfo].constraints)
    configuration = ConfigurationInfo(constraints = constraints, values = {})
    return [
        DefaultInfo(),
        configuration,
        PlatformInfo(configuration = configuration, label = str(ctx.label.raw_target())),
    ]

platform = rule(
    impl = _platform_impl,
    attrs = {"values": attrs.list(attrs.dep(providers = [ConfigurationInfo]))},
    doc = "A platform, for `--target-platforms` and as a condition of `select`.",
    is_configuration_rule = True,
)

def _host_impl(ctx):
    label = ctx.label.raw_target()
    configuration = ctx.attrs.platform[ConfigurationInfo]
    platform = ExecutionPlatformInfo(
        configuration = configuration,
        executor_config = CommandExecutorConfig(
            local_enabled = True,
            remote_enabled = False,
            use_windows_path_separators = ctx.attrs.windows,
        ),
        label = label,
    )
    return [
        DefaultInfo(),
        ExecutionPlatformRegistrationInfo(platforms = [platform]),
        PlatformInfo(configuration = configuration, label = str(label)),
    ]

host = rule(
    impl = _host_impl,
    attrs = {
        "platform": attrs.dep(providers = [ConfigurationInfo]),
        "windows": attrs.bool(default = False),
    },
    doc = "The platform on which actions run.",
    is_configuration_rule = True,
)

def host_name():
    """The name of this machine's platform in the package `platforms`.

    Returns:
      A text such as `x86_64-linux`.
    """
    info = host_info()
    processor = "aarch64" if info.arch.is_aarch64 else "x86_64"
    system = "macos" if info.os.is_macos else "windows" if info.os.is_windows else "linux"
    return "{}-{}".format(processor, system)
