//! The keys and values of a store, within its limit.

use super::refusal::Refusal;
use super::wit::KeyResponse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The bytes of an entry beside its key and its value: more than these structures take. They bound the number of entries.
const ENTRY_BYTES: usize = 256;
/// The most keys that are listed at a time.
const PAGE_KEYS: usize = 1000;
/// The bytes of keys after which no further one is listed.
const PAGE_BYTES: usize = 64 << 10;

/// The bytes of a value, which an answer shares with the store.
pub(super) type Value = Arc<[u8]>;
/// A key with its value.
pub(super) type Pair = (Arc<str>, Value);

/// The keys and values of a store.
#[derive(Clone)]
pub(super) struct Content {
    limit_bytes: usize,
    used_bytes: usize,
    entries: HashMap<Arc<str>, Entry>,
    /// The keys by the numbers of their entries, by which they are listed.
    keys: BTreeMap<u64, Arc<str>>,
    /// The number of the next new entry.
    next: u64,
}

#[derive(Clone)]
struct Entry {
    number: u64,
    value: Value,
}

impl Content {
    /// No keys, and so many bytes at most.
    pub(super) fn new(limit_bytes: usize) -> Content {
        Content { limit_bytes, used_bytes: 0, entries: HashMap::new(), keys: BTreeMap::new(), next: 0 }
    }

    /// A key with its value.
    pub(super) fn find(&self, key: &str) -> Option<Pair> {
        let (key, entry) = self.entries.get_key_value(key)?;
        Some((Arc::clone(key), Arc::clone(&entry.value)))
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    ///
    /// If it doesn't fit. The key then keeps its value.
    pub(super) fn set(&mut self, key: &str, value: &[u8]) -> Result<(), Refusal> {
        let held = self.entries.get(key).map_or(0, |entry| entry_bytes(key, &entry.value));
        let wanted = (self.used_bytes - held).saturating_add(entry_bytes(key, value));
        if wanted > self.limit_bytes {
            return Err(Refusal::Full { limit: self.limit_bytes, wanted });
        }
        self.used_bytes = wanted;
        if let Some(entry) = self.entries.get_mut(key) {
            entry.value = value.into();
            return Ok(());
        }
        let (key, number) = (Arc::<str>::from(key), self.next);
        self.next += 1;
        self.keys.insert(number, Arc::clone(&key));
        self.entries.insert(key, Entry { number, value: value.into() });
        Ok(())
    }

    /// Deletes a key, if it is there.
    pub(super) fn delete(&mut self, key: &str) {
        if let Some(Entry { number, value }) = self.entries.remove(key) {
            self.keys.remove(&number);
            self.used_bytes -= entry_bytes(key, &value);
        }
    }

    /// Adds to the number of a key, in decimal digits, and returns the sum. A key that isn't there has 0.
    ///
    /// # Errors
    ///
    /// If the value is no number, or the sum doesn't fit.
    pub(super) fn increment(&mut self, key: &str, delta: u64) -> Result<u64, Refusal> {
        let held = self.entries.get(key).map_or(Ok(0), |entry| number(&entry.value))?;
        let sum = held.checked_add(delta).ok_or(Refusal::Overflow)?;
        self.set(key, sum.to_string().as_bytes())?;
        Ok(sum)
    }

    /// A part of the keys, from a cursor on. A key that stays is listed once, whatever happens to others meanwhile.
    pub(super) fn list(&self, cursor: u64) -> KeyResponse {
        let (mut keys, mut bytes) = (Vec::new(), 0);
        for (number, key) in self.keys.range(cursor..) {
            if keys.len() == PAGE_KEYS || bytes >= PAGE_BYTES {
                return KeyResponse { keys, cursor: Some(*number) };
            }
            bytes += key.len();
            keys.push(Arc::clone(key));
        }
        KeyResponse { keys, cursor: None }
    }
}

/// The bytes that an entry counts.
fn entry_bytes(key: &str, value: &[u8]) -> usize {
    ENTRY_BYTES.saturating_add(key.len()).saturating_add(value.len())
}

/// The number that a value has in decimal digits.
fn number(value: &[u8]) -> Result<u64, Refusal> {
    let text = str::from_utf8(value).map_err(|_| Refusal::NoNumber)?;
    // `parse` would accept a plus sign.
    text.parse().ok().filter(|_| !text.starts_with('+')).ok_or(Refusal::NoNumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(content: &Content, key: &str) -> Option<Vec<u8>> {
        content.find(key).map(|(_, value)| value.to_vec())
    }

    /// All keys, by as many lists as it takes, between which something may happen.
    fn all(content: &mut Content, mut between: impl FnMut(&mut Content)) -> (Vec<String>, usize) {
        let (mut found, mut lists, mut cursor) = (Vec::new(), 0, Some(0));
        while let Some(at) = cursor {
            let list = content.list(at);
            assert!(list.keys.len() <= PAGE_KEYS);
            found.extend(list.keys.iter().map(|key| key.to_string()));
            (lists, cursor) = (lists + 1, list.cursor);
            between(content);
        }
        (found, lists)
    }

    #[test]
    fn values_are_set_replaced_and_deleted() {
        let mut content = Content::new(1 << 10);
        assert_eq!(value(&content, "a"), None);
        content.set("a", b"1").unwrap();
        content.set("", b"").unwrap();
        content.set("a", b"22").unwrap();
        assert_eq!(value(&content, "a"), Some(b"22".into()));
        assert_eq!(value(&content, ""), Some(Vec::new()));
        content.delete("a");
        content.delete("a");
        assert_eq!(value(&content, "a"), None);
        assert_eq!(all(&mut content, |_| ()).0, [""]);
    }

    /// The bytes of keys and values are bounded, and those of what is replaced or deleted are given back.
    #[test]
    fn bytes_are_bounded() {
        let mut content = Content::new(2 * ENTRY_BYTES + 10);
        content.set("a", &[0; 4]).unwrap();
        assert_eq!(
            content.set("bb", &[0; 4]),
            Err(Refusal::Full { limit: 2 * ENTRY_BYTES + 10, wanted: 2 * ENTRY_BYTES + 11 })
        );
        content.set("b", &[0; 4]).unwrap();
        // In the place of the old value, which stays where the new one doesn't fit.
        assert!(content.set("b", &[1; 5]).is_err());
        assert_eq!(value(&content, "b"), Some(vec![0; 4]));
        content.set("b", &[1; 3]).unwrap();
        content.set("a", &[1; 5]).unwrap();
        content.delete("a");
        content.set("b", &[2; ENTRY_BYTES]).unwrap();
        content.delete("b");
        assert_eq!(content.used_bytes, 0);
        assert!(content.set("c", &[0; ENTRY_BYTES + 9]).is_ok());
    }

    /// So is the number of entries.
    #[test]
    fn entries_are_bounded() {
        let mut content = Content::new(100 * (ENTRY_BYTES + 2));
        let taken = (0..1000).take_while(|number| content.set(&format!("{number:02}"), b"").is_ok()).count();
        assert_eq!(taken, 100);
        assert_eq!(content.increment("new", 1), Err(Refusal::Full { limit: 25_800, wanted: 26_060 }));
    }

    #[test]
    fn numbers_are_incremented() {
        let mut content = Content::new(1 << 10);
        assert_eq!(content.increment("n", 0), Ok(0));
        assert_eq!(content.increment("n", 9), Ok(9));
        assert_eq!(content.increment("n", 1), Ok(10));
        assert_eq!(value(&content, "n"), Some(b"10".into()));
        assert_eq!(content.increment("n", u64::MAX), Err(Refusal::Overflow));
        assert_eq!(content.increment("n", u64::MAX - 10), Ok(u64::MAX));
        for text in ["", "+1", "-1", "1.5", " 1", "18446744073709551616", "ten"] {
            content.set("n", text.as_bytes()).unwrap();
            assert_eq!(content.increment("n", 1), Err(Refusal::NoNumber), "{text}");
            assert_eq!(value(&content, "n"), Some(text.into()));
        }
        content.set("n", b"\xff").unwrap();
        assert_eq!(content.increment("n", 1), Err(Refusal::NoNumber));
    }

    /// Each list is bounded, in keys and in bytes, and all of them have every key.
    #[test]
    fn keys_are_listed_in_parts() {
        let mut content = Content::new(1 << 20);
        assert_eq!(all(&mut content, |_| ()), (vec![], 1));
        let keys: Vec<_> = (0..2500).map(|number| format!("{number}")).collect();
        keys.iter().for_each(|key| content.set(key, b"").unwrap());
        assert_eq!(all(&mut content, |_| ()), (keys, 3));
        let beyond = content.list(u64::MAX);
        assert!(beyond.keys.is_empty() && beyond.cursor.is_none());
        let mut content = Content::new(1 << 20);
        (0..3).for_each(|_| content.set(&"long".repeat(PAGE_BYTES / 4 + content.keys.len()), b"").unwrap());
        assert_eq!(all(&mut content, |_| ()).1, 3);
    }

    /// A key that stays is listed once, although keys are set and deleted between the lists.
    #[test]
    fn keys_that_stay_are_listed_once() {
        let mut content = Content::new(1 << 20);
        let name = |number: usize| format!("{number:04}");
        (0..2500).for_each(|number| content.set(&name(number), b"").unwrap());
        let mut round = 0;
        let (mut found, _) = all(&mut content, |content| {
            // Even ones, of those that were listed and of those to come.
            (round..2500).step_by(14).for_each(|number| content.delete(&name(number)));
            content.set(&format!("new {round}"), b"").unwrap();
            content.set(&name(2499), b"again").unwrap();
            round += 2;
            assert!(round < 20);
        });
        found.retain(|key| key.parse::<usize>().is_ok_and(|number| number % 2 == 1));
        assert_eq!(found, (1..2500).step_by(2).map(name).collect::<Vec<_>>());
    }
}
