//! The reader of trust files.

use super::keys::{Trust, TrustedKey};
use super::limits::{Limit, Limits};
use super::public_key::{PublicKey, PublicKeyError};
use crate::version;
use alloc::string::String;
use alloc::vec::Vec;
use target_lexicon::Triple;
use thiserror::Error;

/// The most keys of a trust file.
const MOST_KEYS: usize = 1024;

/// The error of a trust file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(feature = "messages", error("line {line}: {problem}"))]
#[cfg_attr(not(feature = "messages"), error("{}", crate::Code::TrustFile))]
pub struct TrustError {
    /// The number of the line, from 1.
    pub line: usize,
    /// The problem.
    pub problem: TrustProblem,
}

/// The problem of a line of a trust file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(not(feature = "messages"), error("{}", crate::Code::TrustFile))]
pub enum TrustProblem {
    /// It begins with something that is no key.
    #[cfg_attr(feature = "messages", error("`{word}`: {problem}"))]
    Key {
        /// The word.
        word: String,
        /// The fault of the word.
        problem: PublicKeyError,
    },
    /// It begins with something that is longer than a key, and may be a secret one: it isn't kept.
    #[cfg_attr(
        feature = "messages",
        error("it is longer than a public key, and may be a secret one: name the public key")
    )]
    LongKey,
    /// The word behind the key is no limit.
    #[cfg_attr(
        feature = "messages",
        error(
            "`{0}` is no limit: use `backends=NAME[,NAME]`, `targets=TARGET[,TARGET]`, `min-wasmtime=VERSION` or \
             `not-after=VERSION`, with a version like `1.2.3`"
        )
    )]
    Limit(String),
    /// The limit stands there twice.
    #[cfg_attr(feature = "messages", error("`{}` stands there twice", .0.name()))]
    LimitTwice(Limit),
    /// The key stands there twice. It would count once.
    #[cfg_attr(
        feature = "messages",
        error("the key stands there twice, and counts once: remove one of the lines")
    )]
    KeyTwice,
    /// The threshold is no number from 1.
    #[cfg_attr(
        feature = "messages",
        error("`{0}` is no threshold: use a number from 1, as in `threshold=2`")
    )]
    Threshold(String),
    /// There are two thresholds.
    #[cfg_attr(feature = "messages", error("there are two thresholds: remove one"))]
    ThresholdTwice,
    /// There are fewer keys than must have signed.
    #[cfg_attr(
        feature = "messages",
        error(
            "`threshold={threshold}` is more than the number of keys, {keys}, so nothing could be trusted: lower it, or add keys"
        )
    )]
    TooFewKeys {
        /// The threshold.
        threshold: usize,
        /// The number of keys.
        keys: usize,
    },
    /// There is no key at all.
    #[cfg_attr(
        feature = "messages",
        error("there is no key, so nothing could be trusted: add one, as a line of its own")
    )]
    NoKey,
    /// There are more than 1,024 keys.
    #[cfg_attr(feature = "messages", error("there are more than {MOST_KEYS} keys"))]
    TooManyKeys,
}

impl Trust {
    /// Reads a trust file: a key a line, in minisign's form, each with optional limits behind it, and optionally a line
    /// `threshold=K`, without which one of the keys must have signed. `#` begins a comment. Empty lines, and minisign's
    /// `untrusted comment:`, are skipped, so that a public key's file is a trust file.
    ///
    /// # Errors
    ///
    /// Names the first line that is wrong, and the last one if too few keys are there. Nothing is skipped that isn't
    /// understood.
    pub fn parse(text: &str) -> Result<Trust, TrustError> {
        let mut threshold = None;
        let mut keys = Vec::new();
        let mut last = 1;
        for (at, line) in text.lines().enumerate() {
            last = at + 1;
            read_line(line, &mut threshold, &mut keys)
                .map_err(|problem| TrustError { line: last, problem })?;
        }
        let (threshold, problem) =
            (threshold.unwrap_or(1), |problem| Err(TrustError { line: last, problem }));
        match keys.len() {
            0 => problem(TrustProblem::NoKey),
            keys if keys < threshold => problem(TrustProblem::TooFewKeys { threshold, keys }),
            _ => Ok(Trust { threshold, keys }),
        }
    }
}

fn read_line(
    line: &str,
    threshold: &mut Option<usize>,
    keys: &mut Vec<TrustedKey>,
) -> Result<(), TrustProblem> {
    if line.starts_with("untrusted comment:") {
        return Ok(());
    }
    let content = line.split('#').next().unwrap_or_default();
    let mut words = content.split_ascii_whitespace();
    let Some(first) = words.next() else { return Ok(()) };
    if let Some(number) = first.strip_prefix("threshold=") {
        if words.next().is_some() {
            return Err(TrustProblem::Threshold(content.trim_ascii().into()));
        }
        let number = number.parse().ok().filter(|&number| number > 0);
        let number = number.ok_or_else(|| TrustProblem::Threshold(first.into()))?;
        return match threshold.replace(number) {
            None => Ok(()),
            Some(_) => Err(TrustProblem::ThresholdTwice),
        };
    }
    if first.len() > PublicKey::LETTERS {
        return Err(TrustProblem::LongKey);
    }
    let key = first.parse().map_err(|problem| TrustProblem::Key { word: first.into(), problem })?;
    let mut limits = Limits::default();
    words.try_for_each(|word| add(&mut limits, word))?;
    let key = TrustedKey { key, limits };
    // The number is no part of the key: the same key under two numbers would sign twice.
    if keys.iter().any(|known| known.key.bytes() == key.key.bytes()) {
        return Err(TrustProblem::KeyTwice);
    }
    if keys.len() == MOST_KEYS {
        return Err(TrustProblem::TooManyKeys);
    }
    keys.push(key);
    Ok(())
}

/// Adds a limit, written as `NAME=VALUE`.
fn add(limits: &mut Limits, word: &str) -> Result<(), TrustProblem> {
    let wrong = || TrustProblem::Limit(word.into());
    let (name, value) = word.split_once('=').ok_or_else(wrong)?;
    match name {
        "backends" => {
            let backends: Result<_, _> = value.split(',').map(str::parse).collect();
            once(&mut limits.backends, backends.map_err(|_| wrong())?, Limit::Backends)
        }
        "targets" => {
            let is_target = |name: &str| !name.is_empty() && name.parse::<Triple>().is_ok();
            if !value.split(',').all(is_target) {
                return Err(wrong());
            }
            once(&mut limits.targets, value.split(',').map(String::from).collect(), Limit::Targets)
        }
        "min-wasmtime" => {
            once(&mut limits.min_wasmtime, version::numbers(value).ok_or_else(wrong)?, Limit::MinWasmtime)
        }
        "not-after" => {
            once(&mut limits.not_after, version::numbers(value).ok_or_else(wrong)?, Limit::NotAfter)
        }
        _ => Err(wrong()),
    }
}

fn once<T>(limit: &mut Option<T>, value: T, name: Limit) -> Result<(), TrustProblem> {
    match limit.replace(value) {
        None => Ok(()),
        Some(_) => Err(TrustProblem::LimitTwice(name)),
    }
}
