//! Translating a script to artifacts and a list. Assertions that only the compiler's side can check are checked here.

use crate::column::Column;
use crate::suite::Script;
use crate::translated::Translated;
use crate::translator::Translator;
use anyhow::Result;
use conformance_list::{Failure, List};
use precompile::Backend;
use precompile::artifact::features::{CONCURRENT, WasmFeatures};
use std::path::Path;
use wast::Wast;
use wast::lexer::Lexer;
use wast::parser::{ParseBuffer, parse};

/// Compiles a script's modules into a folder, and writes its list there.
///
/// # Errors
///
/// If the folder can't be written.
pub(crate) fn translate(script: &Script, column: &Column, folder: &Path) -> Result<Translated> {
    let mut options = column.options.clone();
    let other =
        WasmFeatures::all().difference(script.features | WasmFeatures::FLOATS | WasmFeatures::GC_TYPES);
    options.proposals.forbid(other);
    options.nan_canonicalization = script.has_canonical_nans();
    // Whatever the script links is made for one engine.
    options.contract.concurrency_support |= script.features.intersects(CONCURRENT);
    let mut lexer = Lexer::new(&script.text);
    lexer.allow_confusing_unicode(true);
    let unparsed = |error: &wast::Error| -> Result<Translated> {
        let (line, _) = error.span().linecol_in(&script.text);
        let error = format!("it can't be parsed: {}", error.message());
        let failed = vec![Failure { line: line as u32 + 1, error, assertion: true }];
        List::default().write(folder)?;
        Ok(Translated { failed, ..Translated::default() })
    };
    let buffer = match ParseBuffer::new_with_lexer(lexer) {
        Ok(buffer) => buffer,
        Err(error) => return unparsed(&error),
    };
    let wast: Wast<'_> = match parse(&buffer) {
        Ok(wast) => wast,
        Err(error) => return unparsed(&error),
    };

    if script.has_canonical_nans() && options.backend == Backend::Winch {
        List::default().write(folder)?;
        return Ok(Translated::without_canonical_nans(&wast));
    }
    let mut translator = Translator::new(script, &options, folder)?;
    for directive in wast.directives {
        translator.directive(directive);
    }
    let (list, translated) = translator.end();
    list.write(folder)?;
    Ok(translated)
}
