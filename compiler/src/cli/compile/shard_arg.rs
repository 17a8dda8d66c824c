//! The value of `--shard`.

use crate::hinted::Hinted;

/// One of the equal parts of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// The number of this part, from 1 on.
    pub(crate) number: u32,
    /// The number of all parts.
    pub(crate) of: u32,
}

/// The value of `--shard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShardArg {
    Shard(Shard),
    /// The part that a scheduler's variables name.
    Auto,
}

/// The name that stands for [`ShardArg::Auto`].
const AUTO: &str = "auto";

pub(crate) const PARSER: Hinted<ShardArg> = Hinted::new(parse, || vec![AUTO.into()]);

fn parse(text: &str) -> Result<ShardArg, String> {
    if text == AUTO {
        return Ok(ShardArg::Auto);
    }
    let numbers =
        text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    match numbers {
        None => Err("it takes `K/N`, as `1/16` for the first of 16 parts, or `auto`".into()),
        Some((number, of)) => Shard::new(number, of).map(ShardArg::Shard),
    }
}

impl Shard {
    /// The part with a number from 1 on, of so many.
    ///
    /// # Errors
    ///
    /// If there is no such part.
    pub(crate) fn new(number: u32, of: u32) -> Result<Shard, String> {
        match (number, of) {
            (_, 0) => Err("there is no part of 0: use `1/1` for all".into()),
            (0, _) => Err(format!("parts are counted from 1: the first is `1/{of}`")),
            _ if number > of => Err(format!("there is no part {number} of {of}: the last is `{of}/{of}`")),
            _ => Ok(Shard { number, of }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_one() {
        assert_eq!(parse("auto"), Ok(ShardArg::Auto));
        assert_eq!(parse("3/16"), Ok(ShardArg::Shard(Shard { number: 3, of: 16 })));
        for (text, words) in [
            ("0/3", "counted from 1"),
            ("4/3", "the last is `3/3`"),
            ("0/0", "no part of 0"),
            ("3", "takes `K/N`"),
            ("-1/3", "takes `K/N`"),
            ("1/99999999999", "takes `K/N`"),
        ] {
            assert!(parse(text).unwrap_err().contains(words), "{text}");
        }
    }
}
