//! Writing the page.

use crate::explore::bodies::bodies;
use crate::explore::data::Parts;
use crate::explore::listing;
use crate::explore::opts::Opts;
use crate::explore::page::{self, Head};
use crate::explore::side::Side;
use crate::explore::subject::Subject;
use crate::html_page::HtmlOutput;
use crate::kind::Kind;
use crate::message::{Format, Message, print, print_bytes, tell, tell_warning};
use crate::units::{count, size};
use crate::unreadable;
use anyhow::{Context, Result};
use precompile::artifact::{escaped_path, trailer};
use std::io::{Read, stdin};
use std::path::Path;

/// The name of standard input.
const STANDARD: &str = "-";

impl Opts {
    /// Compiles or reads, and writes the page.
    pub(crate) fn run(&self) -> Result<()> {
        if let Some(help) = self.setting_args().help() {
            return Ok(print_bytes(help.as_bytes())?);
        }
        let name = || format!("`{}`", escaped_path(&self.input));
        let html = HtmlOutput::new(&self.html, &self.input);
        html.check(self.message_format)?;
        let bytes = self.read()?;
        let source = self.source.as_deref().map(unreadable::read).transpose()?;
        let Subject { wasm, sides, mut notes } = match trailer::image(&bytes).is_ok() {
            true => self.artifact(&bytes, source.as_deref())?,
            false => self.module(&bytes).with_context(name)?,
        };
        let codes = sides.iter().map(Side::code).collect::<Result<Vec<_>>>()?;
        let bodies = wasm.as_deref().map(bodies).transpose()?.unwrap_or_default();
        let rows = listing::rows(&codes, &bodies);
        if rows.is_empty() {
            let words =
                "holds no function that can be shown: it has no code, or was compiled with `--strip symbols`";
            return Err(Kind::Other.error(format!("{} {words}", name())));
        }
        let shown: Vec<_> = match self.functions.is_empty() {
            true => (0..listing::largest(&rows, self.largest)).collect(),
            false => listing::meant(&rows, &self.functions).with_context(name)?,
        };
        notes.extend(self.limit(shown.len(), rows.len()));
        let wasm = wasm.as_deref();
        let parts = Parts { sides: &sides, codes: &codes, wasm, bodies: &bodies, rows: &rows, shown: &shown };
        let target = sides.first().map_or("", |side| side.target.as_str());
        let input = self.input.display().to_string();
        let head = Head { input: &input, target, sides: &sides, notes: &notes, functions: rows.len() };
        let page = page::page(&head, &parts.data()?)?;
        html.write(&page)?;
        match self.message_format {
            Format::Json => print(&Message::Explored {
                input: &self.input,
                output: &self.html,
                target,
                backends: sides.iter().map(Side::name).collect(),
                functions: rows.len() as u64,
                shown: shown.len() as u64,
                page_bytes: page.len() as u64,
                notes: &notes,
            })?,
            Format::Human => {
                sides.iter().flat_map(|side| &side.warnings).for_each(|warning| tell_warning(warning));
                let names: Vec<_> = sides.iter().map(Side::name).collect();
                let page_bytes = size(page.len() as u64);
                let place = if html.is_standard() {
                    String::new()
                } else {
                    format!(": `{}`", escaped_path(&self.html))
                };
                tell(&format!(
                    "explored {} with {} for {target}{place}, {page_bytes}",
                    name(),
                    names.join(" and ")
                ));
                notes.iter().for_each(|note| tell(&format!("  {note}")));
            }
        }
        Ok(())
    }

    fn read(&self) -> Result<Vec<u8>> {
        if self.input != Path::new(STANDARD) {
            return unreadable::read(&self.input);
        }
        let mut bytes = Vec::new();
        stdin().lock().read_to_end(&mut bytes).map_err(|error| unreadable::unreadable(&error))?;
        Ok(bytes)
    }

    /// The sentence on functions whose code isn't on the page.
    fn limit(&self, shown: usize, all: usize) -> Option<String> {
        let (shown_text, all_text) = (count(shown as f64), count(all as f64));
        let way = match self.functions.is_empty() {
            true => "the largest ones: `--function NAME` shows others, `--largest N` more",
            false => "those that `--function` names",
        };
        (shown < all).then(|| format!("the page has the code of {shown_text} of {all_text} functions, {way}"))
    }
}
