//! The lists in a manifest.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use serde::{Deserialize, Serialize, Serializer};

/// An item of a list: a text, or a struct of a few texts.
pub trait Item {
    /// The number of texts in an item.
    const TEXTS: usize;
    /// The item's type, borrowed from the list.
    type Of<'a>: Serialize + Deserialize<'a> + fmt::Debug;
}

impl Item for &'static str {
    const TEXTS: usize = 1;
    type Of<'a> = &'a str;
}

/// A list of items in postcard's encoding, in one piece of memory. Items are decoded when they are used, because
/// opening an artifact uses few of them.
#[derive(Clone, PartialEq, Eq)]
pub struct List<T> {
    length: usize,
    encoded: Vec<u8>,
    of: PhantomData<fn() -> T>,
}

/// A list of names.
pub type Names = List<&'static str>;

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List { length: 0, encoded: Vec::new(), of: PhantomData }
    }
}

impl<T: Item> List<T> {
    /// Appends an item.
    pub fn push(&mut self, item: T::Of<'_>) {
        self.encoded.extend(postcard::to_allocvec(&item).expect("postcard can encode any texts"));
        self.length += 1;
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Returns true if there are no items.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// An iterator over the items.
    pub fn iter(&self) -> Items<'_, T> {
        Items { left: self.length, rest: &self.encoded, of: PhantomData }
    }

    /// Reads an encoded list at the start of some bytes, and returns it with the bytes that follow. Any bytes may be
    /// given.
    pub(crate) fn take(bytes: &[u8]) -> postcard::Result<(List<T>, &[u8])> {
        let (length, items) = postcard::take_from_bytes::<usize>(bytes)?;
        let (encoded, rest) = take_texts(items, length.saturating_mul(T::TEXTS))?;
        Ok((List { length, encoded: encoded.to_vec(), of: PhantomData }, rest))
    }
}

/// Splits the bytes after this number of encoded texts. It isn't generic, so that its code exists once: the runtime
/// must be small.
fn take_texts(bytes: &[u8], count: usize) -> postcard::Result<(&[u8], &[u8])> {
    let mut rest = bytes;
    for _ in 0..count {
        // Each text takes at least a byte, so a false count ends the loop early.
        (_, rest) = postcard::take_from_bytes::<&[u8]>(rest)?;
    }
    let texts = &bytes[..bytes.len() - rest.len()];
    // ASCII needs no further check, and most texts are ASCII.
    if !texts.is_ascii() {
        let mut left = texts;
        while !left.is_empty() {
            (_, left) = postcard::take_from_bytes::<&str>(left)?;
        }
    }
    Ok((texts, rest))
}

impl Names {
    /// Returns true if the list has this name.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|other| other == name)
    }

    /// The names as one text, with a separator.
    pub fn join(&self, between: &str) -> String {
        self.iter().collect::<Vec<_>>().join(between)
    }
}

impl<S: AsRef<str>> FromIterator<S> for Names {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Names {
        let mut list = Names::default();
        names.into_iter().for_each(|name| list.push(name.as_ref()));
        list
    }
}

impl<'a, T: Item> IntoIterator for &'a List<T> {
    type Item = T::Of<'a>;
    type IntoIter = Items<'a, T>;

    fn into_iter(self) -> Items<'a, T> {
        self.iter()
    }
}

impl<T: Item> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: Item> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

/// An iterator over the items of a list.
pub struct Items<'a, T> {
    left: usize,
    rest: &'a [u8],
    of: PhantomData<fn() -> T>,
}

impl<'a, T: Item> Iterator for Items<'a, T> {
    type Item = T::Of<'a>;

    fn next(&mut self) -> Option<T::Of<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (item, rest) = postcard::take_from_bytes(self.rest).expect("it was read before, or written here");
        self.rest = rest;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T: Item> ExactSizeIterator for Items<'_, T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec;

    #[test]
    fn a_list_is_encoded_and_read_as_a_vector_is() {
        for names in [vec![], vec!["simd"], vec!["a", "", "é"]] {
            let list: Names = names.iter().collect();
            assert_eq!((list.len(), list.is_empty()), (names.len(), names.is_empty()));
            assert_eq!(list.iter().collect::<Vec<_>>(), names);
            assert_eq!(format!("{list:?}"), format!("{names:?}"));
            let mut encoded = postcard::to_allocvec(&names).unwrap();
            assert_eq!(postcard::to_allocvec(&list).unwrap(), encoded);
            encoded.push(7);
            assert_eq!(Names::take(&encoded), Ok((list, &[7][..])));
        }
    }

    #[test]
    fn names_are_found_joined_and_counted() {
        let list: Names = ["simd", "threads"].iter().collect();
        assert!(list.contains("threads") && !list.contains("thread"));
        assert_eq!(list.join(", "), "simd, threads");
        let mut items = list.iter();
        assert_eq!((items.len(), items.next()), (2, Some("simd")));
        assert_eq!((items.size_hint(), items.next()), ((1, Some(1)), Some("threads")));
        assert_eq!((items.len(), items.next(), items.next()), (0, None, None));
    }

    /// All texts of the items are read, and none of those that follow.
    #[test]
    fn items_of_several_texts_are_encoded_as_a_vector_is() {
        use crate::manifest::Export;
        let exports = ["one", "two"].map(|name| Export { name, ty: "(func)" });
        let mut list: List<Export<'static>> = List::default();
        exports.iter().for_each(|export| list.push(*export));
        let mut encoded = postcard::to_allocvec(&exports.to_vec()).unwrap();
        assert_eq!(postcard::to_allocvec(&list).unwrap(), encoded);
        encoded.extend([3, b'o', b'n', b'e']);
        let (read, rest) = List::<Export<'static>>::take(&encoded).unwrap();
        assert_eq!((read.iter().collect::<Vec<_>>(), rest.len()), (exports.to_vec(), 4));
    }

    #[test]
    fn false_lengths_are_refused() {
        for bytes in [&[][..], &[1], &[2, 1, b'a'], &[1, 2, b'a'], &[1, 1, 0xff], &[0xff; 10]] {
            assert!(Names::take(bytes).is_err(), "{bytes:?}");
        }
    }
}
