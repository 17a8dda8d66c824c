//! The page: one file that loads no other, and whose script draws the code.

use crate::explore::data::Data;
use crate::explore::script::{script_data, script_source};
use crate::explore::side::Side;
use crate::html_page::escaped;
use crate::units::count;
use anyhow::Result;
use askama::Template;
use precompile::WASMTIME_VERSION;
use precompile::artifact::Escaped;

/// The script of the page.
const SCRIPT: &str = include_str!("../../../templates/explore.js");

/// The facts at the top of the page.
pub(super) struct Head<'a> {
    /// The input's name.
    pub(super) input: &'a str,
    /// The target's triple.
    pub(super) target: &'a str,
    pub(super) sides: &'a [Side],
    /// Sentences on what the page lacks.
    pub(super) notes: &'a [String],
    /// The number of all functions.
    pub(super) functions: usize,
}

/// The page.
#[derive(Template)]
#[template(path = "explore.html")]
struct Page<'a> {
    head: &'a Head<'a>,
    input: String,
    functions: String,
    data: String,
    script: &'static str,
    script_source: String,
}

/// The page's text.
///
/// # Errors
///
/// None, as the template is well-formed and the data is plain.
pub(super) fn page(head: &Head<'_>, data: &Data) -> Result<String> {
    let page = Page {
        head,
        // On one line.
        input: Escaped(head.input).to_string(),
        functions: count(head.functions as f64),
        data: script_data(data)?,
        script: SCRIPT,
        script_source: script_source(SCRIPT)?,
    };
    Ok(escaped(&page.render()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters that are escaped would change the script, and its digest.
    #[test]
    fn the_script_stays_as_it_is() {
        assert_eq!(escaped(SCRIPT).trim_end(), SCRIPT.trim_end());
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("innerHTML"));
    }
}
