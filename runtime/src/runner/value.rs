//! WebAssembly values as text.

use precompile_runtime::wasmtime::{Val, ValType};
use std::str::FromStr;
use thiserror::Error;

/// The reason why a text is no argument.
#[derive(Debug, Error)]
pub(crate) enum ValueError {
    /// The text is no value of the type.
    #[error("`{text}` is no `{ty}`")]
    Value { text: String, ty: String },
    /// Values of the type have no text.
    #[error("an argument of type `{0}` can't be given on a command line")]
    Type(String),
}

/// Reads an argument of a function.
pub(crate) fn parse(ty: &ValType, text: &str) -> Result<Val, ValueError> {
    Ok(match ty {
        ValType::I32 => Val::I32(
            integer(text)
                .or_else(|| integer::<u32>(text).map(u32::cast_signed))
                .ok_or_else(|| wrong(ty, text))?,
        ),
        ValType::I64 => Val::I64(
            integer(text)
                .or_else(|| integer::<u64>(text).map(u64::cast_signed))
                .ok_or_else(|| wrong(ty, text))?,
        ),
        ValType::F32 => Val::F32(text.parse::<f32>().map_err(|_| wrong(ty, text))?.to_bits()),
        ValType::F64 => Val::F64(text.parse::<f64>().map_err(|_| wrong(ty, text))?.to_bits()),
        ValType::V128 => Val::V128(integer::<u128>(text).ok_or_else(|| wrong(ty, text))?.into()),
        ValType::Ref(_) => return Err(ValueError::Type(ty.to_string())),
    })
}

fn wrong(ty: &ValType, text: &str) -> ValueError {
    ValueError::Value { text: text.into(), ty: ty.to_string() }
}

/// A number in decimal, or in hexadecimal after `0x`.
fn integer<T: FromStr + TryFrom<u128>>(text: &str) -> Option<T> {
    match text.strip_prefix("0x") {
        // The standard library would accept a sign there.
        Some(digits) if digits.starts_with('+') => None,
        Some(digits) => u128::from_str_radix(digits, 16).ok()?.try_into().ok(),
        None => text.parse().ok(),
    }
}

/// A result of a function as text. Reading it as an argument gives the same value, but for references and NaN payloads.
pub(crate) fn text(value: &Val) -> String {
    match value {
        Val::I32(value) => value.to_string(),
        Val::I64(value) => value.to_string(),
        Val::F32(bits) => f32::from_bits(*bits).to_string(),
        Val::F64(bits) => f64::from_bits(*bits).to_string(),
        Val::V128(value) => format!("0x{:032x}", value.as_u128()),
        Val::FuncRef(None)
        | Val::ExternRef(None)
        | Val::AnyRef(None)
        | Val::ExnRef(None)
        | Val::ContRef(None) => "null".into(),
        _ => "<reference>".into(),
    }
}
