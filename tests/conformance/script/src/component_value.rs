//! Values of components in a script, in the form of a list.

use conformance_list::{ComponentValue, Payload};
use wast::component::WastVal;

pub(crate) fn value(value: &WastVal<'_>) -> ComponentValue {
    let all = |values: &[WastVal<'_>]| values.iter().map(self::value).collect();
    match value {
        WastVal::Bool(value) => ComponentValue::Bool(*value),
        WastVal::S8(value) => ComponentValue::S8(*value),
        WastVal::U8(value) => ComponentValue::U8(*value),
        WastVal::S16(value) => ComponentValue::S16(*value),
        WastVal::U16(value) => ComponentValue::U16(*value),
        WastVal::S32(value) => ComponentValue::S32(*value),
        WastVal::U32(value) => ComponentValue::U32(*value),
        WastVal::S64(value) => ComponentValue::S64(*value),
        WastVal::U64(value) => ComponentValue::U64(*value),
        WastVal::F32(value) => ComponentValue::F32(value.bits),
        WastVal::F64(value) => ComponentValue::F64(value.bits),
        WastVal::Char(value) => ComponentValue::Char(*value),
        WastVal::String(value) => ComponentValue::String((*value).into()),
        WastVal::List(values) => ComponentValue::List(all(values)),
        WastVal::Record(fields) => {
            let field = |(name, value): &(&str, WastVal<'_>)| ((*name).into(), self::value(value));
            ComponentValue::Record(fields.iter().map(field).collect())
        }
        WastVal::Tuple(values) => ComponentValue::Tuple(all(values)),
        WastVal::Variant(case, value) => ComponentValue::Variant((*case).into(), payload(value)),
        WastVal::Enum(case) => ComponentValue::Enum((*case).into()),
        WastVal::Option(value) => ComponentValue::Option(payload(value)),
        WastVal::Result(Ok(value)) => ComponentValue::Result(Ok(payload(value))),
        WastVal::Result(Err(value)) => ComponentValue::Result(Err(payload(value))),
        WastVal::Flags(names) => {
            // The player has them sorted, too.
            let mut names: Vec<String> = names.iter().map(|name| (*name).into()).collect();
            names.sort_unstable();
            ComponentValue::Flags(names)
        }
    }
}

fn payload(value: &Option<Box<WastVal<'_>>>) -> Payload {
    value.as_deref().map(|value| Box::new(self::value(value)))
}
