//! Values and expectations of a script, in the form of a list.

use crate::component_value;
use anyhow::{Result, bail};
use conformance_list::{Expected, Float, Heap, Lanes, Value};
use wast::core::{AbstractHeapType, HeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::token::{F32, F64};
use wast::{WastArg, WastRet};

pub(crate) fn argument(argument: &WastArg<'_>) -> Result<Value> {
    let argument = match argument {
        WastArg::Core(argument) => argument,
        WastArg::Component(value) => return Ok(Value::Component(component_value::value(value))),
        other => bail!("the argument {other:?}"),
    };
    Ok(match argument {
        WastArgCore::I32(value) => Value::I32(*value),
        WastArgCore::I64(value) => Value::I64(*value),
        WastArgCore::F32(value) => Value::F32(value.bits),
        WastArgCore::F64(value) => Value::F64(value.bits),
        WastArgCore::V128(vector) => Value::V128(u128::from_le_bytes(vector.to_le_bytes())),
        WastArgCore::RefNull(heap) => Value::Null(hierarchy(heap)?),
        WastArgCore::RefExtern(number) => Value::Extern(*number),
        WastArgCore::RefHost(number) => Value::Host(*number),
    })
}

fn hierarchy(heap: &HeapType<'_>) -> Result<Heap> {
    use AbstractHeapType::*;
    let HeapType::Abstract { ty, .. } = heap else { bail!("a null of a type of the module's") };
    Ok(match ty {
        Func | NoFunc => Heap::Func,
        Extern | NoExtern => Heap::Extern,
        Exn | NoExn => Heap::Exn,
        Any | Eq | Struct | Array | I31 | None => Heap::Any,
        other => bail!("a null of the type {other:?}"),
    })
}

pub(crate) fn expected(expected: &WastRet<'_>) -> Result<Expected> {
    match expected {
        WastRet::Core(expected) => core(expected),
        WastRet::Component(value) => Ok(Expected::Component(component_value::value(value))),
        other => bail!("the expectation {other:?}"),
    }
}

fn core(expected: &WastRetCore<'_>) -> Result<Expected> {
    Ok(match expected {
        WastRetCore::I32(value) => Expected::I32(*value),
        WastRetCore::I64(value) => Expected::I64(*value),
        WastRetCore::F32(pattern) => Expected::F32(f32(pattern)),
        WastRetCore::F64(pattern) => Expected::F64(f64(pattern)),
        WastRetCore::V128(pattern) => Expected::V128(lanes(pattern)),
        WastRetCore::RefNull(heap) => Expected::Null(heap.as_ref().map(hierarchy).transpose()?),
        WastRetCore::RefExtern(number) => Expected::Extern(*number),
        WastRetCore::RefHost(number) => Expected::Host(*number),
        WastRetCore::RefFunc(_) => Expected::Func,
        WastRetCore::RefAny => Expected::Any,
        WastRetCore::RefEq => Expected::Eq,
        WastRetCore::RefArray => Expected::Array,
        WastRetCore::RefStruct => Expected::Struct,
        WastRetCore::RefI31 => Expected::I31,
        WastRetCore::Either(cases) => Expected::Either(cases.iter().map(core).collect::<Result<_>>()?),
        other => bail!("the expectation {other:?}"),
    })
}

fn f32(pattern: &NanPattern<F32>) -> Float<u32> {
    match pattern {
        NanPattern::CanonicalNan => Float::CanonicalNan,
        NanPattern::ArithmeticNan => Float::ArithmeticNan,
        NanPattern::Value(value) => Float::Bits(value.bits),
    }
}

fn f64(pattern: &NanPattern<F64>) -> Float<u64> {
    match pattern {
        NanPattern::CanonicalNan => Float::CanonicalNan,
        NanPattern::ArithmeticNan => Float::ArithmeticNan,
        NanPattern::Value(value) => Float::Bits(value.bits),
    }
}

fn lanes(pattern: &V128Pattern) -> Lanes {
    let bits = |bytes: Vec<u8>| bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u128::from(*byte));
    match pattern {
        V128Pattern::I8x16(lanes) => Lanes::Bits(bits(lanes.iter().flat_map(|l| l.to_le_bytes()).collect())),
        V128Pattern::I16x8(lanes) => Lanes::Bits(bits(lanes.iter().flat_map(|l| l.to_le_bytes()).collect())),
        V128Pattern::I32x4(lanes) => Lanes::Bits(bits(lanes.iter().flat_map(|l| l.to_le_bytes()).collect())),
        V128Pattern::I64x2(lanes) => Lanes::Bits(bits(lanes.iter().flat_map(|l| l.to_le_bytes()).collect())),
        V128Pattern::F32x4(lanes) => Lanes::F32(lanes.each_ref().map(f32)),
        V128Pattern::F64x2(lanes) => Lanes::F64(lanes.each_ref().map(f64)),
    }
}
