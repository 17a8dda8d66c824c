//! Values of a list, as values of the runtime.

use crate::check::Ended;
use conformance_list::{ComponentValue, Expected, Heap, Value};
use precompile_runtime::wasmtime::{AnyRef, ExternRef, Store, Val};
use precompile_runtime::wasmtime::{Result, bail};

/// The runtime's value for a list's.
pub(crate) fn argument(store: &mut Store<()>, value: &Value) -> Result<Val> {
    Ok(match *value {
        Value::I32(value) => Val::I32(value),
        Value::I64(value) => Val::I64(value),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::V128(vector) => Val::V128(vector.into()),
        Value::Null(Heap::Func) => Val::FuncRef(None),
        Value::Null(Heap::Extern) => Val::ExternRef(None),
        Value::Null(Heap::Exn) => Val::ExnRef(None),
        Value::Null(Heap::Any) => Val::AnyRef(None),
        Value::Extern(number) => Val::ExternRef(Some(ExternRef::new(store, number)?)),
        Value::Host(number) => {
            let reference = ExternRef::new(&mut *store, number)?;
            Val::AnyRef(Some(AnyRef::convert_extern(store, reference)?))
        }
        Value::Component(ref value) => bail!("the argument {value:?} is a component's"),
    })
}

/// Tells whether a result is as expected.
pub(crate) fn matches(store: &mut Store<()>, result: &Val, expected: &Expected) -> Result<bool> {
    Ok(match (expected, result) {
        (Expected::I32(expected), Val::I32(value)) => value == expected,
        (Expected::I64(expected), Val::I64(value)) => value == expected,
        (Expected::F32(expected), Val::F32(bits)) => expected.matches(*bits),
        (Expected::F64(expected), Val::F64(bits)) => expected.matches(*bits),
        (Expected::V128(expected), Val::V128(vector)) => expected.matches(vector.as_u128()),
        (Expected::Null(None | Some(Heap::Func)), Val::FuncRef(reference)) => reference.is_none(),
        (Expected::Null(None | Some(Heap::Extern)), Val::ExternRef(reference)) => reference.is_none(),
        (Expected::Null(None | Some(Heap::Any)), Val::AnyRef(reference)) => reference.is_none(),
        (Expected::Null(None | Some(Heap::Exn)), Val::ExnRef(reference)) => reference.is_none(),
        (Expected::Func, Val::FuncRef(reference)) => reference.is_some(),
        (Expected::Extern(None), Val::ExternRef(reference)) => reference.is_some(),
        (Expected::Extern(Some(number)), Val::ExternRef(Some(reference))) => {
            // A reference without data is the guest's own, made external.
            match reference.data(&*store)? {
                Some(data) => data.downcast_ref::<u32>() == Some(number),
                None => false,
            }
        }
        (Expected::Host(number), Val::AnyRef(Some(reference))) => {
            let reference = ExternRef::convert_any(&mut *store, *reference)?;
            let data = reference.data(&*store)?;
            data.and_then(|data| data.downcast_ref::<u32>()) == Some(number)
        }
        (Expected::Any, Val::AnyRef(reference)) => reference.is_some(),
        (Expected::Eq, Val::AnyRef(Some(reference))) => reference.is_eqref(&*store)?,
        (Expected::Array, Val::AnyRef(Some(reference))) => reference.is_array(&*store)?,
        (Expected::Struct, Val::AnyRef(Some(reference))) => reference.is_struct(&*store)?,
        (Expected::I31, Val::AnyRef(Some(reference))) => reference.is_i31(&*store)?,
        (Expected::Either(cases), result) => {
            for case in cases {
                if matches(store, result, case)? {
                    return Ok(true);
                }
            }
            false
        }
        _ => false,
    })
}

/// Checks that a call has returned, and that all its results are as expected.
///
/// # Errors
///
/// Tells the results that it has.
pub(crate) fn all_match(store: &mut Store<()>, ended: &Ended, expected: &[Expected]) -> Result<()> {
    ended.has_returned()?;
    let right = match ended {
        Ended::Returned(results) => {
            let mut right = results.len() == expected.len();
            for (result, expected) in results.iter().zip(expected) {
                right &= matches(store, result, expected)?;
            }
            right
        }
        Ended::Answered(results) => {
            let is_right = |(result, expected): (&Option<ComponentValue>, &Expected)| match (result, expected)
            {
                (Some(result), Expected::Component(expected)) => result == expected,
                // Scripts write floats alike for both.
                (Some(ComponentValue::F32(bits)), Expected::F32(expected)) => expected.matches(*bits),
                (Some(ComponentValue::F64(bits)), Expected::F64(expected)) => expected.matches(*bits),
                _ => false,
            };
            results.len() == expected.len() && results.iter().zip(expected).all(is_right)
        }
        _ => false,
    };
    if !right {
        bail!("{}, and not {expected:?}", ended.text());
    }
    Ok(())
}
