//! Generated modules, and calls of them.

use anyhow::{Context, Result};
use arbtest::arbitrary::Unstructured;
use conformance_list::{Action, Command, Invoke, List, Module, Value};
use wasm_smith::Config;
use wasmparser::{ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};

/// The number of loops and calls after which a module traps: not enough to exhaust the stack.
const TERMINATION_FUEL: u32 = 1000;

/// The module for a number, the same each time. Three of four modules can't trap on their own.
pub(crate) fn module(number: u64) -> Result<Vec<u8>> {
    let config = Config {
        export_everything: true,
        min_funcs: 8,
        max_funcs: 20,
        min_types: 5,
        max_instructions: 300,
        min_memories: 1,
        max_memories: 2,
        memory_max_size_required: true,
        table_max_size_required: true,
        max_memory32_bytes: 1 << 18,
        max_memory64_bytes: 1 << 18,
        min_globals: 5,
        max_globals: 20,
        max_imports: 0,
        max_tables: 2,
        max_table_elements: 100,
        allow_start_export: false,
        canonicalize_nans: true,
        disallow_traps: !number.is_multiple_of(4),
        wide_arithmetic_enabled: true,
        // Proposals that one of the backends lacks.
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        ..Config::default()
    };
    let mut choices = vec![0; 1 << 16];
    blake3::Hasher::new().update(&number.to_le_bytes()).finalize_xof().fill(&mut choices);
    let mut module = wasm_smith::Module::new(config, &mut Unstructured::new(&choices))?;
    module.ensure_termination(TERMINATION_FUEL)?;
    Ok(module.to_bytes())
}

/// The calls of a module's exports, each with three sets of arguments, and a report of the state after each.
pub(crate) fn calls(number: u64, wasm: &[u8]) -> Result<List> {
    let mut commands = vec![Action::Define { name: None, artifact: 0 }];
    let mut choices =
        blake3::Hasher::new_derive_key("arguments").update(&number.to_le_bytes()).finalize_xof();
    for (export, ty) in functions(wasm)? {
        for set in 0..3 {
            // A new instance has all of its loops and calls left.
            commands.push(Action::Instantiate { name: None, module: Module::Defined(None) });
            let argument = |ty: &ValType| {
                let mut bytes = [0; 16];
                choices.fill(&mut bytes);
                argument(*ty, set, u128::from_le_bytes(bytes))
            };
            let arguments = ty.params().iter().map(argument).collect::<Option<_>>();
            let arguments = arguments.context("a parameter of another type")?;
            let export = export.clone();
            commands.push(Action::Observe(Invoke { instance: None, export, arguments }));
            commands.push(Action::ObserveState);
        }
    }
    let commands = commands.into_iter().map(|action| Command { line: 0, action }).collect();
    Ok(List { commands, ..List::default() })
}

/// An argument: zero in the first set, an edge case in the second, any value in the third.
fn argument(ty: ValType, set: u32, choice: u128) -> Option<Value> {
    let edges = [
        0,
        1,
        u128::MAX,
        1 << 31 | 1 << 63 | 1 << 127,
        u128::from(f32::NAN.to_bits()) | u128::from(f64::NAN.to_bits()) << 64,
        u128::from(f64::INFINITY.to_bits()),
        u128::from(f32::NEG_INFINITY.to_bits()),
        u128::from((-0.0f64).to_bits()),
    ];
    let bits = match set {
        0 => 0,
        1 => edges[choice as usize % edges.len()],
        _ => choice,
    };
    Some(match ty {
        ValType::I32 => Value::I32(bits as i32),
        ValType::I64 => Value::I64(bits as i64),
        ValType::F32 => Value::F32(bits as u32),
        ValType::F64 => Value::F64(bits as u64),
        ValType::V128 => Value::V128(bits),
        ValType::Ref(_) => return None,
    })
}

/// The exported functions, with their types.
fn functions(wasm: &[u8]) -> Result<Vec<(String, FuncType)>> {
    let (mut types, mut functions, mut exports) = (Vec::new(), Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    types.push(ty?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let TypeRef::Func(index) = import?.ty {
                        functions.push(index);
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    functions.push(index?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        exports.push((export.name.to_string(), export.index));
                    }
                }
            }
            _ => {}
        }
    }
    let typed = |(name, index): (String, u32)| {
        let ty = functions.get(index as usize).and_then(|ty| types.get(*ty as usize));
        Ok((name, ty.context("an export of no function")?.clone()))
    };
    exports.into_iter().map(typed).collect()
}

/// The module with a planted fault in each function: the lowest bit of the first `i32.const` or `i64.const` is flipped.
/// A 1 stays, as it is the step of the count towards termination.
pub(crate) fn planted(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut changed = wasm.to_vec();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        let mut operators = body.get_operators_reader()?;
        let mut found = false;
        while !operators.eof() && !found {
            let offset = operators.original_position();
            use wasmparser::Operator::{I32Const, I64Const};
            if let I32Const { value: 2.. | ..=0 } | I64Const { .. } = operators.read()? {
                // The first byte of the number holds its lowest bits.
                changed[offset + 1] ^= 1;
                found = true;
            }
        }
    }
    Ok(changed)
}
