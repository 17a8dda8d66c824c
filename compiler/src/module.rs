//! Facts that are read from the bytes of modules and components. Nothing here depends on options or targets.

pub(crate) mod code_size;
pub(crate) mod function_names;
pub(crate) mod instruction_name;
pub(crate) mod interface;
pub(crate) mod kind;
pub(crate) mod memories;
pub(crate) mod needs;
pub(crate) mod object;
pub(crate) mod text;
pub(crate) mod traced;
