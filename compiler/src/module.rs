//! Modules and components as they are given: facts read from their bytes. Nothing here knows what they are compiled
//! for.

pub(crate) mod code_bytes;
pub(crate) mod function_names;
pub(crate) mod instruction_name;
pub(crate) mod interface;
pub(crate) mod kind;
pub(crate) mod memories;
pub(crate) mod needs;
pub(crate) mod object;
pub(crate) mod text;
