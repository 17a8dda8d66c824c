//! The columns of the matrix: a backend, a target, and their settings.

use anyhow::{Context, Result, bail};
use precompile::{Backend, Cpu, OptLevel, Options, Target};

/// A column. Its name is such as `cranelift-x86_64`, then any of `x86-64-v3`, `none`, `fuel` and `epochs`, each behind
/// a `+`.
#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// The part of the name that decides which modules can be compiled: fuel and epochs make no difference.
    pub(crate) group: String,
    pub(crate) options: Options,
}

/// The names of all columns.
pub(crate) const ALL: [&str; 25] = [
    "cranelift-x86_64",
    "cranelift-x86_64+none",
    "cranelift-x86_64+fuel",
    "cranelift-x86_64+epochs",
    "winch-x86_64",
    "winch-x86_64+fuel",
    "winch-x86_64+epochs",
    "winch-x86_64+x86-64-v3",
    "winch-x86_64+x86-64-v3+fuel",
    "winch-x86_64+x86-64-v3+epochs",
    "cranelift-pulley64",
    "cranelift-pulley64+none",
    "cranelift-pulley64+fuel",
    "cranelift-pulley64+epochs",
    "cranelift-aarch64",
    "cranelift-aarch64+none",
    "cranelift-aarch64+fuel",
    "cranelift-aarch64+epochs",
    "winch-aarch64",
    "winch-aarch64+fuel",
    "winch-aarch64+epochs",
    "cranelift-s390x",
    "cranelift-s390x+none",
    "cranelift-s390x+fuel",
    "cranelift-s390x+epochs",
];

impl Column {
    pub(crate) fn named(name: &str) -> Result<Column> {
        let mut parts = name.split('+');
        let base = parts.next().unwrap_or_default();
        let (backend, target) = base.split_once('-').context("a column is named like `winch-aarch64`")?;
        let backend: Backend = backend.parse()?;
        let target: Target = target.parse()?;
        let platform = target.default_platform(backend);
        let mut options = Options::new(backend, target, platform)?;
        options.parallel = false;
        let mut group = base.to_string();
        for part in parts {
            match part {
                "fuel" => options.contract.consume_fuel = true,
                "epochs" => options.contract.epoch_interruption = true,
                "none" => options.opt_level = OptLevel::None,
                level if level.starts_with("x86-64-v") => {
                    options.cpu = Cpu::parse(level, &options.target)?;
                    group = format!("{base}+{level}");
                }
                other => bail!("a column has no `{other}`"),
            }
        }
        Ok(Column { name: name.into(), group, options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_columns_have_options() {
        for name in ALL {
            let column = Column::named(name).unwrap();
            column.options.check().unwrap();
            assert!(name.starts_with(&column.group), "{name}: {}", column.group);
        }
        assert!(Column::named("winch-x86_64+fast").is_err());
    }
}
