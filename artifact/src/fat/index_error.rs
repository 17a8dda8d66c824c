//! The error of an index that can't be read.

#[cfg(not(feature = "messages"))]
use crate::Code;
use crate::ErrorText;
use crate::fields::FieldError;
use thiserror::Error;

/// The error of an index that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(feature = "messages", error("index field `{field}` at offset {offset}: {problem}"))]
#[cfg_attr(not(feature = "messages"), error("{}", Code::FatIndex))]
pub struct IndexError {
    /// The field.
    pub field: &'static str,
    /// The start of the field, in bytes from the start of the file.
    pub offset: u64,
    /// The fault.
    pub problem: ErrorText,
}

impl From<FieldError> for IndexError {
    fn from(FieldError { field, offset, problem }: FieldError) -> IndexError {
        IndexError { field, offset, problem }
    }
}
