//! The settings in which two programs differ.

use precompile_runtime::artifact::Contract;
use precompile_runtime::artifact::contract::Inlining;
use std::fmt::{self, Display, Formatter};

/// A setting, by its name in the manifest, and its two values as text.
pub(crate) type Difference = (&'static str, [String; 2]);

/// The settings in which two contracts differ, of those that keep their programs out of one store.
pub(crate) fn differences(one: &Contract, other: &Contract) -> Vec<Difference> {
    let both = values(one).into_iter().zip(values(other));
    let unlike = both.filter(|((_, one), (_, other))| one != other);
    unlike.map(|((name, one), (_, other))| (name, [one.to_string(), other.to_string()])).collect()
}

/// The value of a setting.
#[derive(PartialEq)]
enum Value {
    Size(u64),
    Flag(bool),
    Inlined(Inlining),
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::Size(bytes) => bytes.fmt(f),
            Value::Flag(flag) => flag.fmt(f),
            Value::Inlined(calls) => {
                let name = serde_json::to_string(calls).unwrap_or_default();
                f.write_str(name.trim_matches('"'))
            }
        }
    }
}

/// The settings of a contract.
fn values(contract: &Contract) -> [(&'static str, Value); 17] {
    use Value::{Flag, Inlined, Size};
    // A setting that isn't named here doesn't compile.
    let Contract {
        memory_reservation,
        memory_guard_size,
        memory_reservation_for_growth,
        memory_may_move,
        guard_before_linear_memory,
        memory_init_cow,
        table_lazy_init,
        signals_based_traps,
        relaxed_simd_deterministic,
        consume_fuel,
        epoch_interruption,
        inlining,
        concurrency_support,
        debug_info,
        debug_symbols,
        wasm_backtrace_details,
        generate_address_map,
    } = contract.for_engine();
    [
        ("settings.memory_reservation", Size(memory_reservation)),
        ("settings.memory_guard_size", Size(memory_guard_size)),
        ("settings.memory_reservation_for_growth", Size(memory_reservation_for_growth)),
        ("settings.memory_may_move", Flag(memory_may_move)),
        ("settings.guard_before_linear_memory", Flag(guard_before_linear_memory)),
        ("settings.memory_init_cow", Flag(memory_init_cow)),
        ("settings.table_lazy_init", Flag(table_lazy_init)),
        ("settings.signals_based_traps", Flag(signals_based_traps)),
        ("settings.relaxed_simd_deterministic", Flag(relaxed_simd_deterministic)),
        ("settings.consume_fuel", Flag(consume_fuel)),
        ("settings.epoch_interruption", Flag(epoch_interruption)),
        ("settings.inlining", Inlined(inlining)),
        ("settings.concurrency_support", Flag(concurrency_support)),
        ("settings.debug_info", Flag(debug_info)),
        ("settings.debug_symbols", Flag(debug_symbols)),
        ("settings.wasm_backtrace_details", Flag(wasm_backtrace_details)),
        ("settings.generate_address_map", Flag(generate_address_map)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile_runtime::artifact::Platform;
    use precompile_runtime::artifact::platform::TargetKind;

    #[test]
    fn differing_settings_are_named() {
        let one = Contract::preset(Platform::Hosted, TargetKind::Native64).unwrap();
        let other = Contract {
            consume_fuel: true,
            inlining: Inlining::InterModule,
            // This one keeps nothing out of a store.
            generate_address_map: false,
            ..one.clone()
        };
        let expected = [
            ("settings.consume_fuel", ["false".into(), "true".into()]),
            ("settings.inlining", ["no".into(), "inter-module".into()]),
        ];
        assert_eq!(differences(&one, &other), expected);
        assert_eq!(differences(&one, &one), []);
    }
}
