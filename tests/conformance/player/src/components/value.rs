//! Values of a list, as values of components.

use conformance_list::{ComponentValue, Payload, Value};
use precompile_runtime::wasmtime::component::Val;
use precompile_runtime::wasmtime::{Result, bail};

/// The runtime's value for a list's.
pub(super) fn argument(value: &Value) -> Result<Val> {
    match value {
        Value::Component(value) => Ok(val(value)),
        // Scripts write floats alike for both.
        Value::F32(bits) => Ok(Val::Float32(f32::from_bits(*bits))),
        Value::F64(bits) => Ok(Val::Float64(f64::from_bits(*bits))),
        other => bail!("the argument {other:?} is a module's"),
    }
}

fn val(value: &ComponentValue) -> Val {
    let all = |values: &[ComponentValue]| values.iter().map(val).collect();
    let payload = |payload: &Payload| payload.as_deref().map(val).map(Box::new);
    match value {
        ComponentValue::Bool(value) => Val::Bool(*value),
        ComponentValue::S8(value) => Val::S8(*value),
        ComponentValue::U8(value) => Val::U8(*value),
        ComponentValue::S16(value) => Val::S16(*value),
        ComponentValue::U16(value) => Val::U16(*value),
        ComponentValue::S32(value) => Val::S32(*value),
        ComponentValue::U32(value) => Val::U32(*value),
        ComponentValue::S64(value) => Val::S64(*value),
        ComponentValue::U64(value) => Val::U64(*value),
        ComponentValue::F32(bits) => Val::Float32(f32::from_bits(*bits)),
        ComponentValue::F64(bits) => Val::Float64(f64::from_bits(*bits)),
        ComponentValue::Char(value) => Val::Char(*value),
        ComponentValue::String(value) => Val::String(value.clone()),
        ComponentValue::List(values) => Val::List(all(values)),
        ComponentValue::Record(fields) => {
            Val::Record(fields.iter().map(|(name, value)| (name.clone(), val(value))).collect())
        }
        ComponentValue::Tuple(values) => Val::Tuple(all(values)),
        ComponentValue::Variant(case, value) => Val::Variant(case.clone(), payload(value)),
        ComponentValue::Enum(case) => Val::Enum(case.clone()),
        ComponentValue::Option(value) => Val::Option(payload(value)),
        ComponentValue::Result(value) => Val::Result(value.as_ref().map(payload).map_err(payload)),
        ComponentValue::Flags(names) => Val::Flags(names.clone()),
    }
}

/// The list's value for the runtime's; `None` for one that no script can expect, such as a handle.
pub(super) fn answer(value: &Val) -> Option<ComponentValue> {
    let all = |values: &[Val]| -> Option<Vec<_>> { values.iter().map(answer).collect() };
    Some(match value {
        Val::Bool(value) => ComponentValue::Bool(*value),
        Val::S8(value) => ComponentValue::S8(*value),
        Val::U8(value) => ComponentValue::U8(*value),
        Val::S16(value) => ComponentValue::S16(*value),
        Val::U16(value) => ComponentValue::U16(*value),
        Val::S32(value) => ComponentValue::S32(*value),
        Val::U32(value) => ComponentValue::U32(*value),
        Val::S64(value) => ComponentValue::S64(*value),
        Val::U64(value) => ComponentValue::U64(*value),
        Val::Float32(value) => ComponentValue::F32(value.to_bits()),
        Val::Float64(value) => ComponentValue::F64(value.to_bits()),
        Val::Char(value) => ComponentValue::Char(*value),
        Val::String(value) => ComponentValue::String(value.clone()),
        Val::List(values) | Val::FixedLengthList(values) => ComponentValue::List(all(values)?),
        Val::Record(fields) => {
            let field = |(name, value): &(String, Val)| Some((name.clone(), answer(value)?));
            ComponentValue::Record(fields.iter().map(field).collect::<Option<_>>()?)
        }
        Val::Tuple(values) => ComponentValue::Tuple(all(values)?),
        Val::Variant(case, value) => ComponentValue::Variant(case.clone(), payload(value)?),
        Val::Enum(case) => ComponentValue::Enum(case.clone()),
        Val::Option(value) => ComponentValue::Option(payload(value)?),
        Val::Result(Ok(value)) => ComponentValue::Result(Ok(payload(value)?)),
        Val::Result(Err(value)) => ComponentValue::Result(Err(payload(value)?)),
        Val::Flags(names) => {
            let mut names = names.clone();
            names.sort_unstable();
            ComponentValue::Flags(names)
        }
        Val::Map(_) | Val::Resource(_) | Val::Future(_) | Val::Stream(_) | Val::ErrorContext(_) => {
            return None;
        }
    })
}

/// A value within another one; `None` where it is one that no script can expect.
fn payload(value: &Option<Box<Val>>) -> Option<Payload> {
    match value {
        Some(value) => answer(value).map(|value| Some(Box::new(value))),
        None => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each kind of value comes back as it was.
    #[test]
    fn values_come_back() {
        use ComponentValue::*;
        let some = |value| Some(Box::new(value));
        let value = Tuple(vec![
            Bool(true),
            List(vec![S8(-1), U8(1), S16(-2), U16(2), S32(-3), U32(3), S64(-4), U64(4)]),
            Record(vec![("a".into(), F32(1)), ("b".into(), F64(2)), ("c".into(), Char('é'))]),
            String("text".into()),
            Variant("case".into(), some(Enum("one".into()))),
            Option(None),
            Option(some(Option(None))),
            Result(Ok(None)),
            Result(Err(some(Flags(vec!["a".into(), "b".into()])))),
        ]);
        assert_eq!(answer(&val(&value)), Some(value));
        let flags = Val::Flags(vec!["b".into(), "a".into()]);
        assert_eq!(answer(&flags), Some(Flags(vec!["a".into(), "b".into()])));
        assert_eq!(answer(&Val::Tuple(vec![Val::Map(Vec::new())])), None);
        assert!(argument(&Value::I32(1)).is_err());
    }
}
