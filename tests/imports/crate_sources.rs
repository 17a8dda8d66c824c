//! The sources of a crate, and the imports among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The sources of a crate, without its tests: the text of each file by its module's path, such as `options::cpu`. The
/// root's path is empty.
pub(crate) struct CrateSources(BTreeMap<String, String>);

/// The imports of each file.
pub(crate) type Imports = BTreeMap<String, BTreeSet<String>>;

impl CrateSources {
    /// Reads the crate in a folder of the checkout, whose root is a file of this name.
    pub(crate) fn read(folder: &str, root: &str) -> CrateSources {
        let folder = support::root().join(folder);
        let text = fs::read_to_string(folder.join(root).with_extension("rs")).unwrap();
        let mut sources = CrateSources(BTreeMap::new());
        sources.add("", &text, &folder);
        sources
    }

    /// The sources in these texts, for tests.
    pub(crate) fn of(files: &[(&str, &str)]) -> CrateSources {
        CrateSources(files.iter().map(|(module, text)| ((*module).into(), shipped(text))).collect())
    }

    /// Adds a module, and the modules below it that it declares outside of tests.
    fn add(&mut self, module: &str, text: &str, folder: &Path) {
        let text = shipped(text);
        for child in declared(&text) {
            let path = folder.join(&child).with_extension("rs");
            if let Ok(text) = fs::read_to_string(&path) {
                self.add(&join(module, &child), &text, &folder.join(&child));
            }
        }
        self.0.insert(module.into(), text);
    }

    /// The files that each file imports: by `use`, or by a path in its code. An import of a re-exported name counts
    /// as an import from the file that has it.
    pub(crate) fn imports(&self) -> Imports {
        let imports = |(module, text): (&String, &String)| {
            let mut found: BTreeSet<_> =
                paths(text).iter().filter_map(|path| self.file(module, path)).collect();
            found.remove(module);
            (module.clone(), found)
        };
        self.0.iter().filter(|(module, _)| !module.is_empty()).map(imports).collect()
    }

    /// The file that a path in a module leads to; `None` where it leads out of the crate.
    fn file(&self, module: &str, path: &[String]) -> Option<String> {
        let (first, rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => String::new(),
            "self" => module.into(),
            "super" => parent(module),
            child if self.0.contains_key(&join(module, child)) => join(module, child),
            _ => return None,
        };
        for name in rest {
            at = match name.as_str() {
                "super" => parent(&at),
                _ if self.0.contains_key(&join(&at, name)) => join(&at, name),
                _ => self.reexported_from(&at, name).unwrap_or(at),
            };
        }
        (!at.is_empty()).then_some(at)
    }

    /// The file from which a module re-exports a name with `pub use`.
    fn reexported_from(&self, module: &str, name: &str) -> Option<String> {
        let text = self.0.get(module)?;
        let mut paths = uses(text).into_iter().filter(|(is_public, _)| *is_public);
        let (_, path) = paths.find(|(_, path)| path.last().is_some_and(|last| last == name))?;
        // A path of a single name would lead here again.
        (path.len() > 1).then(|| self.file(module, &path))?
    }
}

fn join(module: &str, child: &str) -> String {
    if module.is_empty() { child.into() } else { format!("{module}::{child}") }
}

fn parent(module: &str) -> String {
    module.rsplit_once("::").map_or(String::new(), |(parent, _)| parent.into())
}

/// A file without comments, and without code for tests or fuzzers.
fn shipped(text: &str) -> String {
    let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    let mut kept = String::new();
    let mut is_test = false;
    for line in lines {
        if line.starts_with("#[cfg(") {
            is_test = line.contains("test") && !line.contains("not(test)");
            // Code behind the tests of a file is for tests, too.
            if is_test && text.contains("mod tests {") && line.starts_with("#[cfg(all(test") {
                break;
            }
        }
        if is_test && line.starts_with("mod tests {") {
            break;
        }
        if !(is_test && line.starts_with("mod ")) {
            kept += line;
            kept.push('\n');
        }
        is_test &= line.starts_with("#[");
    }
    kept
}

/// The modules that a text declares in files of their own.
fn declared(text: &str) -> Vec<String> {
    let names = text.lines().filter_map(|line| {
        let (before, rest) = line.split_once("mod ")?;
        let is_declared = before.is_empty() || before.starts_with("pub");
        rest.strip_suffix(';').filter(|_| is_declared).map(String::from)
    });
    names.collect()
}

/// All paths in a text, as their segments: those of `use`, and those in code that begin in this crate.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found: Vec<_> = uses(text).into_iter().map(|(_, path)| path).collect();
    let children = declared(text);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    for word in text.split(|c| !is_name(c)) {
        let path: Vec<String> = word.split("::").map(String::from).collect();
        // A path that ends with colons is that of a group, whose names count.
        let is_whole = path.last().is_some_and(|last| !last.is_empty());
        if path.len() > 1
            && is_whole
            && (["crate", "super"].contains(&&*path[0]) || children.contains(&path[0]))
        {
            found.push(path);
        }
    }
    found
}

/// The paths of a text's `use` declarations, groups taken apart; `true` for re-exports.
fn uses(text: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        let statement = statement.rsplit_once("]\n").map_or(statement, |(_, rest)| rest).trim();
        let Some((before, tree)) = statement.split_once("use ") else { continue };
        if before.is_empty() || before.starts_with("pub") {
            expand(&mut Vec::new(), tree, &mut |path| found.push((!before.is_empty(), path)));
        }
    }
    found
}

/// Passes each path of a tree such as `a::{b, c::d}` to `give`.
fn expand(before: &mut Vec<String>, tree: &str, give: &mut dyn FnMut(Vec<String>)) {
    let tree = tree.trim();
    let length = before.len();
    match tree.split_once('{') {
        Some((path, group)) => {
            before.extend(
                path.split("::").filter(|name| !name.trim().is_empty()).map(|name| name.trim().into()),
            );
            let group = group.rsplit_once('}').map_or(group, |(group, _)| group);
            let (mut depth, mut start) = (0, 0);
            for (at, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        expand(before, &group[start..at], give);
                        start = at + 1;
                    }
                    _ => {}
                }
            }
            expand(before, &group[start..], give);
        }
        None if tree.is_empty() => {}
        None => {
            let path = tree.split(" as ").next().unwrap_or(tree);
            let names = path
                .split("::")
                .map(|name| name.trim().to_owned())
                .filter(|name| name != "self" || before.is_empty());
            give(before.iter().cloned().chain(names).collect());
        }
    }
    before.truncate(length);
}
