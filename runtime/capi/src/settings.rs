//! The settings in which two programs differ.

use precompile_runtime::artifact::Contract;
use serde::Serialize;

/// A setting, by its name in the manifest, and its two values as text.
pub(crate) type Difference = (&'static str, [String; 2]);

/// The settings in which two contracts differ, of those that keep their programs out of one store.
pub(crate) fn differences(one: &Contract, other: &Contract) -> Vec<Difference> {
    macro_rules! compare {
        ($($field:ident)*) => {{
            let (one, other) = (one.for_engine(), other.for_engine());
            // A setting that isn't named here doesn't compile.
            let Contract { $($field: _),* } = one;
            let mut found = Vec::new();
            $(if one.$field != other.$field {
                found.push((concat!("settings.", stringify!($field)), [value(&one.$field), value(&other.$field)]));
            })*
            found
        }};
    }
    compare! {
        memory_reservation memory_guard_size memory_reservation_for_growth memory_may_move guard_before_linear_memory
        memory_init_cow table_lazy_init signals_based_traps relaxed_simd_deterministic consume_fuel epoch_interruption
        inlining concurrency_support debug_info debug_symbols wasm_backtrace_details generate_address_map
    }
}

fn value(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile_runtime::artifact::Platform;
    use precompile_runtime::artifact::contract::Inlining;
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
