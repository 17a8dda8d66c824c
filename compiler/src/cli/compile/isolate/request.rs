//! Requests to an isolated process.

use super::frame;
use anyhow::Result;
use precompile::Options;
use serde::{Deserialize, Serialize};
use std::io::Read;

/// The task of a process.
#[derive(Serialize, Deserialize)]
pub(super) enum Task {
    /// To describe its confinement, without a module.
    Confinement,
    /// To count the bytes of the module's code.
    CodeBytes,
    /// To compile the module.
    Compile(Box<Options>),
}

/// A request, as it is sent: the module follows.
#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) task: Task,
    pub(super) module_bytes: u64,
}

impl Request {
    /// The maximum size of a request, in bytes.
    const MAX_BYTES: u64 = 64 << 10;

    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        frame::encode(self)
    }

    /// Reads a request.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(super) fn decode(from: &mut impl Read) -> Result<Request> {
        frame::decode(from, Request::MAX_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile::{Backend, Cpu, OptLevel, Regalloc, Target, settings};

    /// All options arrive as they were sent.
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
            settings::apply(&mut options, 'W', text).unwrap();
            sent.push(options);
        }
        for (index, options) in sent.iter().enumerate() {
            assert!(!sent[..index].contains(options), "{options:?}");
            let task = Task::Compile(Box::new(options.clone()));
            let mut bytes = Request { task, module_bytes: 6 }.encode().unwrap();
            bytes.extend(b"module");
            let mut rest = &*bytes;
            let request = Request::decode(&mut rest).unwrap();
            let Task::Compile(arrived) = request.task else { panic!("it is another task") };
            assert_eq!((&*arrived, request.module_bytes, rest), (options, 6, &b"module"[..]));
        }
    }
}
