//! The key of a cache entry: a recipe and a source.

use crate::digest::Digest;
use std::fmt;
use std::sync::Arc;

/// The context of keys' digests, which separates them from all other digests.
const CONTEXT: &str = "precompile-cache 2026-11 key: recipe, source";
/// The context of the digests of keys within a scope.
const SCOPED: &str = "precompile-cache 2026-11 key: shared key, scope";

/// The recipe by which a blob is made from a source: named fields in a fixed order, as readable text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    fields: Vec<(String, String)>,
    digest: Digest,
}

impl Recipe {
    /// A recipe of these fields. The `context` separates it from the recipes of other programs, and of other versions
    /// of this program in which the same fields mean something else.
    pub fn new(context: &str, fields: Vec<(String, String)>) -> Recipe {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        fields.iter().for_each(|field| update(&mut hasher, field));
        Recipe { fields, digest: hasher.finalize().into() }
    }

    /// The names and values of the fields.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }
}

/// Adds a field to a digest: each part after its length, so that no two lists of fields give the same bytes.
fn update(hasher: &mut blake3::Hasher, (name, value): &(String, String)) {
    for part in [name.as_bytes(), value.as_bytes()] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
}

/// A field that keeps apart, on this machine, the entries of keys that are the same in the shared store: name and value.
pub type Scope = (String, String);

/// The key of a cache entry: a recipe, and the digest of the source that it is applied to.
#[derive(Clone, Debug)]
pub struct Key {
    recipe: Arc<Recipe>,
    source: Digest,
    scope: Option<Arc<Scope>>,
    /// The digest without the scope.
    shared: Digest,
    digest: Digest,
}

impl Key {
    /// The key for a recipe and a source.
    pub fn new(recipe: &Arc<Recipe>, source: Digest) -> Key {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        hasher.update(recipe.digest.bytes()).update(source.bytes());
        let digest = hasher.finalize().into();
        Key { recipe: Arc::clone(recipe), source, scope: None, shared: digest, digest }
    }

    /// The same key within a scope. The store on this machine has other entries for it than without the scope, and
    /// than within another; the shared store has the same.
    #[must_use]
    pub fn within(self, scope: &Arc<Scope>) -> Key {
        let mut hasher = blake3::Hasher::new_derive_key(SCOPED);
        hasher.update(self.shared.bytes());
        update(&mut hasher, scope);
        Key { scope: Some(Arc::clone(scope)), digest: hasher.finalize().into(), ..self }
    }

    /// The digest of the whole key, by which entries are found on this machine.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The digest without the scope, by which entries are found in the shared store.
    #[cfg(any(test, feature = "remote"))]
    pub(crate) fn shared(&self) -> Digest {
        self.shared
    }

    /// The digest of the source.
    pub fn source(&self) -> Digest {
        self.source
    }

    /// The recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The names and values of the fields of the recipe, and of the scope.
    pub fn fields(&self) -> impl Iterator<Item = &(String, String)> {
        self.recipe.fields.iter().chain(self.scope.as_deref())
    }
}

impl fmt::Display for Key {
    /// One line for each field.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "source: {}", self.source)?;
        self.fields().try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(fields: &[(&str, &str)], source: &[u8]) -> Digest {
        let fields = fields.iter().map(|(name, value)| (String::from(*name), String::from(*value))).collect();
        Key::new(&Arc::new(Recipe::new("test", fields)), Digest::of(source)).digest()
    }

    #[test]
    fn a_recipe_names_its_fields() {
        let fields = vec![("a".into(), "b".into()), ("c".into(), String::new())];
        assert_eq!(Recipe::new("test", fields.clone()).fields(), fields);
    }

    #[test]
    fn adjacent_fields_are_not_confused() {
        let all = [
            digest(&[], b""),
            digest(&[("a", "")], b""),
            digest(&[("", "a")], b""),
            digest(&[("a", "bc")], b""),
            digest(&[("ab", "c")], b""),
            digest(&[("a", "b"), ("c", "")], b""),
            digest(&[("a", "b"), ("", "c")], b""),
            digest(&[("c", ""), ("a", "b")], b""),
            digest(&[], b"a"),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[..at].contains(one), "{at}");
        }
    }

    #[test]
    fn a_key_is_shown_as_its_fields() {
        let recipe =
            Recipe::new("test", vec![("language".into(), "en".into()), ("case".into(), "up".into())]);
        let (source, recipe) = (Digest::of(b"text"), Arc::new(recipe));
        let key = Key::new(&recipe, source);
        assert_eq!(key.to_string(), format!("source: {source}\nlanguage: en\ncase: up\n"));
        assert_eq!((key.source(), key.recipe()), (source, &*recipe));
    }

    #[test]
    fn a_scope_separates_keys_on_this_machine_alone() {
        let key = Key::new(&Arc::new(Recipe::new("test", vec![])), Digest::of(b""));
        let scope = |name: &str, value: &str| Arc::new((name.into(), value.into()));
        let all = [("a", "b"), ("a", ""), ("", "a"), ("ab", "")];
        let within = |(name, value)| key.clone().within(&scope(name, value));
        let digests: Vec<_> = all.into_iter().map(|field| within(field).digest()).collect();
        for (at, digest) in digests.iter().enumerate() {
            assert!(*digest != key.digest() && !digests[..at].contains(digest), "{at}");
        }
        assert!(all.into_iter().all(|field| within(field).shared() == key.digest()));
        // A second scope replaces the first.
        assert_eq!(within(("a", "b")).within(&scope("a", "")).digest(), digests[1]);
        assert_eq!(within(("a", "b")).to_string(), format!("{key}a: b\n"));
    }

    #[test]
    fn keys_of_different_contexts_differ() {
        let key = |context| Key::new(&Arc::new(Recipe::new(context, vec![])), Digest::of(b"")).digest();
        assert_ne!(key("one"), key("another"));
        assert_eq!(key("one"), key("one"));
    }
}
