//! Values, and expectations of results.

use crate::component::ComponentValue;
use serde::{Deserialize, Serialize};

/// An argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// An integer.
    I32(i32),
    /// An integer.
    I64(i64),
    /// A float's bits.
    F32(u32),
    /// A float's bits.
    F64(u64),
    /// A vector, as an integer whose lowest byte is the first lane's.
    V128(u128),
    /// A null reference.
    Null(Heap),
    /// A reference to one of the host's numbers.
    Extern(u32),
    /// A reference to one of the host's numbers, in the guest's own hierarchy of types.
    Host(u32),
    /// A value for a component.
    Component(ComponentValue),
}

/// The hierarchies of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Heap {
    /// Functions.
    Func,
    /// Values of the host.
    Extern,
    /// Exceptions.
    Exn,
    /// Structures, arrays, small integers.
    Any,
}

/// The expectation of a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expected {
    /// An integer.
    I32(i32),
    /// An integer.
    I64(i64),
    /// A float.
    F32(Float<u32>),
    /// A float.
    F64(Float<u64>),
    /// A vector.
    V128(Lanes),
    /// A null reference.
    Null(Option<Heap>),
    /// A reference to one of the host's numbers, to any of them where it is `None`.
    Extern(Option<u32>),
    /// A reference to one of the host's numbers, in the guest's own hierarchy of types.
    Host(u32),
    /// A reference to a function.
    Func,
    /// A reference into the guest's own hierarchy of types.
    Any,
    /// A reference that can be compared.
    Eq,
    /// An array.
    Array,
    /// A structure.
    Struct,
    /// A small integer.
    I31,
    /// Any of these.
    Either(Vec<Expected>),
    /// A component's value.
    Component(ComponentValue),
}

/// A float's bits, or one of the specification's sets of NaNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Float<T> {
    /// Exact bits.
    Bits(T),
    /// A NaN with the highest bit of the payload, and no other.
    CanonicalNan,
    /// A NaN with the highest bit of the payload, and any others.
    ArithmeticNan,
}

/// A vector's lanes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Lanes {
    /// Exact bits, as an integer whose lowest byte is the first lane's.
    Bits(u128),
    /// Four floats.
    F32([Float<u32>; 4]),
    /// Two floats.
    F64([Float<u64>; 2]),
}

impl Float<u32> {
    /// Tells whether bits are as expected.
    pub fn matches(self, bits: u32) -> bool {
        const QUIET: u32 = 0x7fc0_0000;
        match self {
            Float::Bits(expected) => bits == expected,
            Float::CanonicalNan => bits & 0x7fff_ffff == QUIET,
            Float::ArithmeticNan => bits & QUIET == QUIET,
        }
    }
}

impl Float<u64> {
    /// Tells whether bits are as expected.
    pub fn matches(self, bits: u64) -> bool {
        const QUIET: u64 = 0x7ff8_0000_0000_0000;
        match self {
            Float::Bits(expected) => bits == expected,
            Float::CanonicalNan => bits & 0x7fff_ffff_ffff_ffff == QUIET,
            Float::ArithmeticNan => bits & QUIET == QUIET,
        }
    }
}

impl Lanes {
    /// Tells whether a vector is as expected.
    pub fn matches(&self, vector: u128) -> bool {
        match self {
            Lanes::Bits(expected) => vector == *expected,
            Lanes::F32(lanes) => (0..4).all(|lane| lanes[lane].matches((vector >> (32 * lane)) as u32)),
            Lanes::F64(lanes) => (0..2).all(|lane| lanes[lane].matches((vector >> (64 * lane)) as u64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nans_are_told_apart() {
        let canonical = [0x7fc0_0000, 0xffc0_0000];
        let arithmetic = [0x7fc0_0001, 0xffff_ffff];
        let none = [0x7f80_0001, 0x7f80_0000, 0x3f80_0000, 0];
        for bits in canonical {
            assert!(Float::<u32>::CanonicalNan.matches(bits));
            assert!(Float::<u32>::ArithmeticNan.matches(bits));
        }
        for bits in arithmetic {
            assert!(!Float::<u32>::CanonicalNan.matches(bits));
            assert!(Float::<u32>::ArithmeticNan.matches(bits));
        }
        for bits in none {
            assert!(!Float::<u32>::CanonicalNan.matches(bits));
            assert!(!Float::<u32>::ArithmeticNan.matches(bits));
        }
        assert!(!Float::Bits(0u64).matches((-0.0f64).to_bits()));
        assert!(Float::<u64>::CanonicalNan.matches(0xfff8_0000_0000_0000));
        assert!(!Float::<u64>::CanonicalNan.matches(0xfff8_0000_0000_0001));
        assert!(!Float::<u64>::ArithmeticNan.matches(0xfff0_0000_0000_0001));
    }

    #[test]
    fn lanes_are_counted_from_the_lowest() {
        let lanes = Lanes::F64([Float::Bits(1), Float::Bits(2)]);
        assert!(lanes.matches(2 << 64 | 1));
        assert!(!lanes.matches(1 << 64 | 2));
    }
}
