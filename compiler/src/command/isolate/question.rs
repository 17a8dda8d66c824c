//! Questions to a process.

use super::frame;
use anyhow::Result;
use precompile::artifact::features::{WasmFeatures, named, names};
use precompile::{Backend, Contract, Cpu, OptLevel, Options, Platform, Proposals, Regalloc, Target};
use serde::{Deserialize, Serialize};
use std::io::Read;

/// A question about a module, which follows.
#[derive(Serialize, Deserialize)]
pub(super) enum Question {
    /// About none: the confinement of the process.
    Confinement,
    /// The size of its code.
    CodeBytes,
    /// Its artifact.
    Compiled(Box<How>),
}

/// A question, as it is sent: the module follows.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) module_bytes: u64,
}

impl Asked {
    /// So many bytes are enough for any question.
    const MOST_BYTES: u64 = 64 << 10;

    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        frame::encode(self)
    }

    /// # Errors
    ///
    /// Where there is none.
    pub(super) fn decode(from: &mut impl Read) -> Result<Asked> {
        frame::decode(from, Asked::MOST_BYTES)
    }
}

/// Options, as they are sent. The fallback is no part of them: it is the other side's.
#[derive(Serialize, Deserialize)]
pub(super) struct How {
    backend: Backend,
    target: String,
    cpu: Vec<String>,
    platform: Platform,
    opt_level: OptLevel,
    single_pass: bool,
    nan_canonicalization: bool,
    native_unwind_info: bool,
    function_names: bool,
    dense_image_max_bytes: u64,
    required: Vec<String>,
    forbidden: Vec<String>,
    contract: Contract,
    parallel: bool,
}

impl How {
    pub(super) fn of(options: &Options) -> How {
        // So that a new option can't be forgotten.
        let Options {
            backend,
            target,
            cpu,
            platform,
            opt_level,
            regalloc,
            nan_canonicalization,
            native_unwind_info,
            function_names,
            dense_image_max_bytes,
            proposals,
            contract,
            fallback: _,
            parallel,
        } = options;
        How {
            backend: *backend,
            target: target.to_string(),
            cpu: cpu.names().map(String::from).collect(),
            platform: *platform,
            opt_level: *opt_level,
            single_pass: *regalloc == Regalloc::SinglePass,
            nan_canonicalization: *nan_canonicalization,
            native_unwind_info: *native_unwind_info,
            function_names: *function_names,
            dense_image_max_bytes: *dense_image_max_bytes,
            required: names(proposals.required()),
            forbidden: names(proposals.forbidden()),
            contract: contract.clone(),
            parallel: *parallel,
        }
    }

    /// The options.
    ///
    /// # Errors
    ///
    /// Where they are none.
    pub(super) fn options(self) -> Result<Options> {
        let target: Target = self.target.parse()?;
        let features =
            |names: &[String]| -> WasmFeatures { names.iter().filter_map(|name| named(name)).collect() };
        let mut proposals = Proposals::default();
        proposals.require(features(&self.required));
        proposals.forbid(features(&self.forbidden));
        Ok(Options {
            backend: self.backend,
            cpu: Cpu::of(self.cpu.iter(), &target),
            target,
            platform: self.platform,
            opt_level: self.opt_level,
            regalloc: if self.single_pass { Regalloc::SinglePass } else { Regalloc::Backtracking },
            nan_canonicalization: self.nan_canonicalization,
            native_unwind_info: self.native_unwind_info,
            function_names: self.function_names,
            dense_image_max_bytes: self.dense_image_max_bytes,
            proposals,
            contract: self.contract,
            fallback: None,
            parallel: self.parallel,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile::setting;

    /// What arrives is what was sent, whatever was set.
    #[test]
    fn nothing_is_lost() {
        let mut sent = Vec::new();
        for (backend, target) in
            [(Backend::Cranelift, "x86_64"), (Backend::Winch, "aarch64"), (Backend::Cranelift, "pulley32")]
        {
            let target: Target = target.parse().unwrap();
            let platform = target.default_platform(backend);
            sent.push(Options::new(backend, target, platform).unwrap());
        }
        let plain = sent[0].clone();
        sent.push(Options { cpu: Cpu::parse("x86-64-v3,-avx2", &plain.target).unwrap(), ..plain.clone() });
        sent.push(Options { opt_level: OptLevel::None, regalloc: Regalloc::SinglePass, ..plain.clone() });
        sent.push(Options {
            nan_canonicalization: true,
            native_unwind_info: false,
            parallel: false,
            ..plain.clone()
        });
        sent.push(Options { dense_image_max_bytes: 7, ..plain.clone() });
        for text in ["simd=n", "gc", "threads=n,tail-call", "fuel=1", "epoch-interruption"] {
            let mut options = plain.clone();
            setting::apply(&mut options, 'W', text).unwrap();
            sent.push(options);
        }
        for (index, options) in sent.iter().enumerate() {
            assert!(!sent[..index].contains(options), "{options:?}");
            let question = Question::Compiled(Box::new(How::of(options)));
            let mut bytes = Asked { question, module_bytes: 6 }.encode().unwrap();
            bytes.extend(b"module");
            let mut rest = &*bytes;
            let asked = Asked::decode(&mut rest).unwrap();
            let Question::Compiled(how) = asked.question else { panic!("it is another question") };
            assert_eq!((&how.options().unwrap(), asked.module_bytes, rest), (options, 6, &b"module"[..]));
        }
    }
}
