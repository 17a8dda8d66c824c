//! The reasons for people.

use super::reasons::Reasons;
use precompile::artifact::install::{RUNNER_HINT, full_runner_helps};
use precompile::artifact::{Escaped, Host, escaped_path};
use std::path::Path;

/// The lines on an artifact and a host, which is named where there are several.
pub(super) fn text(
    artifact: &Path,
    host_file: Option<&Path>,
    host: &Host,
    reasons: &Result<Option<String>, Vec<Reasons>>,
) -> String {
    let name = escaped_path(artifact);
    let host_file = host_file.map(|file| format!("`{}`", escaped_path(file)));
    let reasons = match reasons {
        Ok(slice) => {
            let which = host_file.as_deref().unwrap_or("this host");
            let target = host.target.to_string();
            let slice = slice.as_ref().map(|slice| format!("; it runs the slice {}", Escaped(slice)));
            return format!("`{name}` loads on {which}: {}{}\n", Escaped(&target), slice.unwrap_or_default());
        }
        Err(reasons) => reasons,
    };
    let on = host_file.map(|file| format!(" on {file}")).unwrap_or_default();
    let all: Vec<_> = reasons.iter().flat_map(|reasons| &reasons.mismatches).collect();
    let mut text = match (&reasons[..], all.len()) {
        ([_, _, ..], _) => {
            format!("`{name}` does not load{on}: none of its {} slices fits\n", reasons.len())
        }
        (_, 1) => format!("`{name}` does not load{on}, for one reason:\n"),
        (_, count) => format!("`{name}` does not load{on}, for {count} reasons:\n"),
    };
    for Reasons { slice, mismatches } in reasons {
        let indent = match slice {
            None => "  ",
            Some(slice) => {
                text += &format!("  {}:\n", Escaped(slice));
                "    "
            }
        };
        text.extend(mismatches.iter().map(|reason| format!("{indent}{}\n", Escaped(&reason.to_string()))));
    }
    if all.iter().any(|mismatch| full_runner_helps(host, mismatch)) {
        text += &format!("{RUNNER_HINT}\n");
    }
    text
}
