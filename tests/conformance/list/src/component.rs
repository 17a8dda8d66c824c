//! Values of components.

use serde::{Deserialize, Serialize};

/// A component's value: an argument, or an expected result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ComponentValue {
    /// A boolean.
    Bool(bool),
    /// An integer.
    S8(i8),
    /// An integer.
    U8(u8),
    /// An integer.
    S16(i16),
    /// An integer.
    U16(u16),
    /// An integer.
    S32(i32),
    /// An integer.
    U32(u32),
    /// An integer.
    S64(i64),
    /// An integer.
    U64(u64),
    /// A float's bits.
    F32(u32),
    /// A float's bits.
    F64(u64),
    /// A character.
    Char(char),
    /// A text.
    String(String),
    /// The elements of a list.
    List(Vec<ComponentValue>),
    /// The fields of a record, with their names.
    Record(Vec<(String, ComponentValue)>),
    /// The elements of a tuple.
    Tuple(Vec<ComponentValue>),
    /// The case of a variant, and what it holds.
    Variant(String, Payload),
    /// The case of an enumeration.
    Enum(String),
    /// An optional value.
    Option(Payload),
    /// A success or a failure, and what it holds.
    Result(Result<Payload, Payload>),
    /// The flags that are set, in any order.
    Flags(Vec<String>),
}

/// A value within another one, if there is one.
pub type Payload = Option<Box<ComponentValue>>;
