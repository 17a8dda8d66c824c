//! A line of wasmtime's backtraces: `    0: 0x1a2b - app.wasm!func`.

/// A frame on a line of a backtrace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TrapFrame<'a> {
    /// The text before the number and its padding, as of a log.
    pub(super) before: &'a str,
    /// The line up to the module.
    pub(super) head: &'a str,
    /// The offset in the module, which an artifact without a map of addresses doesn't tell.
    pub(super) offset: Option<usize>,
    /// The module's name.
    pub(super) module: &'a str,
    /// The function's name or index.
    pub(super) function: &'a str,
}

/// The spaces that wasmtime writes before the number of a frame, and the width to which it pads the number.
const MARGIN: usize = 2;
const NUMBER_WIDTH: usize = 3;

impl<'a> TrapFrame<'a> {
    /// The frame on a line; `None` if there is none, or one with its lines already.
    pub(super) fn parse(line: &'a str) -> Option<TrapFrame<'a>> {
        line.match_indices(": ").find_map(|(colon, _)| {
            let digits = line[..colon].bytes().rev().take_while(u8::is_ascii_digit).count();
            let start = colon - digits;
            if digits == 0 || !line[..start].chars().next_back().is_none_or(char::is_whitespace) {
                return None;
            }
            let spaces = start - line[..start].trim_end_matches(' ').len();
            let before = &line[..start - spaces.min(MARGIN + NUMBER_WIDTH.saturating_sub(digits))];
            let rest = line[colon + 2..].trim_start();
            let (offset, named) = match rest.strip_prefix("0x") {
                Some(rest) => {
                    let (digits, named) = rest.split_once(" - ")?;
                    (Some(usize::from_str_radix(digits, 16).ok()?), named)
                }
                None => (None, rest),
            };
            let (module, function) = named.split_once('!')?;
            let head = &line[..line.len() - named.len()];
            // Without an offset, many a line looks like a frame, and a log may number its lines.
            let is_module = !module.is_empty() && (offset.is_some() || !module.contains(char::is_whitespace));
            (is_module && !function.is_empty()).then_some(TrapFrame {
                before,
                head,
                offset,
                module,
                function,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_from_other_lines() {
        let frame = |before, head, offset, module, function| {
            Some(TrapFrame { before, head, offset, module, function })
        };
        for (line, expected) in [
            ("    0:   0x40 - app.wasm!f", frame("", "    0:   0x40 - ", Some(0x40), "app.wasm", "f")),
            ("     12:   0x40 - a!f!g", frame("  ", "     12:   0x40 - ", Some(0x40), "a", "f!g")),
            ("  123456: 0x1 - a!f", frame("", "  123456: 0x1 - ", Some(1), "a", "f")),
            ("0: <unknown>!<wasm function 3>", frame("", "0: ", None, "<unknown>", "<wasm function 3>")),
            ("pod: log     0: 0x1 - a!f", frame("pod: log ", "pod: log     0: 0x1 - ", Some(1), "a", "f")),
            ("pod 7:     0: 0x1 - a!f", frame("pod 7: ", "pod 7:     0: 0x1 - ", Some(1), "a", "f")),
            ("12: hello, world!", None),
            ("12: a b!c", None),
            ("    0:   0x40 - nested::share", None),
            ("    0: ", None),
            ("    0: a!", None),
            ("    x0: 0x1 - a!f", None),
            ("    0: 0xfffffffffffffffff - a!f", None),
            ("    0: 0x1- a!f", None),
            ("", None),
            ("error: the guest trapped: error while executing at wasm backtrace:", None),
        ] {
            assert_eq!(TrapFrame::parse(line), expected, "{line}");
        }
    }
}
