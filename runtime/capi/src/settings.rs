//! The settings in which two programs differ.

use precompile_runtime::artifact::Contract;

/// A setting, by its field in the manifest, and its two values as text.
pub(crate) type Difference = (String, [String; 2]);

/// The settings in which two contracts differ, of those that keep their programs out of one store.
pub(crate) fn differences(one: &Contract, other: &Contract) -> Vec<Difference> {
    let [one, other] = [one, other].map(text);
    // Both have the same settings in the same order, and no value has a comma.
    let unlike = one.split(',').zip(other.split(',')).filter(|(one, other)| one != other);
    unlike
        .filter_map(|(one, other)| {
            let ((name, one), (_, other)) = (setting(one)?, setting(other)?);
            Some((format!("settings.{name}"), [one.to_owned(), other.to_owned()]))
        })
        .collect()
}

/// A contract as it is for an engine, in JSON.
fn text(contract: &Contract) -> String {
    // Numbers, flags and names can be written.
    serde_json::to_string(&contract.for_engine()).unwrap_or_default()
}

/// The name and the value of a setting, from its field in JSON.
fn setting(field: &str) -> Option<(&str, &str)> {
    let (name, value) = field.trim_matches(['{', '}']).split_once(':')?;
    Some((name.trim_matches('"'), value.trim_matches('"')))
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
            memory_reservation: 1 << 20,
            // This one keeps nothing out of a store.
            generate_address_map: false,
            ..one.clone()
        };
        let expected = [
            ("settings.memory_reservation".into(), ["4294967296".into(), "1048576".into()]),
            ("settings.consume_fuel".into(), ["false".into(), "true".into()]),
            ("settings.inlining".into(), ["no".into(), "inter-module".into()]),
        ];
        assert_eq!(differences(&one, &other), expected);
        assert_eq!(differences(&one, &one), []);
    }
}
