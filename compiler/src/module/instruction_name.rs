//! The names of instructions in WebAssembly's text format.

use wasmparser::Operator;

/// The parts of names before the first dot. Names without a dot start with none of these.
const NAMESPACES: [&str; 24] = [
    "any", "array", "atomic", "cont", "data", "elem", "extern", "f32", "f32x4", "f64", "f64x2", "global",
    "i16x8", "i31", "i32", "i32x4", "i64", "i64x2", "i8x16", "local", "memory", "ref", "struct", "table",
];

/// The name of an instruction: `i32x4.add`.
pub(crate) fn text_name(operator: &Operator) -> String {
    macro_rules! visitor {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident $ann:tt)*) => {
            match operator {
                $(Operator::$op { .. } => stringify!($visit),)*
                _ => "visit_unknown",
            }
        };
    }
    from_visitor(wasmparser::for_each_operator!(visitor))
}

/// The name of the instruction for which a visitor has the method `visit`. Wasmparser derives the
/// methods from the names, with an underscore for each dot.
fn from_visitor(visit: &str) -> String {
    let name = visit.trim_start_matches("visit_");
    // Methods for different immediates share a name.
    let name = match name {
        "typed_select" | "typed_select_multi" => "select",
        _ if name.starts_with("ref_test") || name.starts_with("ref_cast") => {
            name.trim_end_matches("_non_null").trim_end_matches("_nullable")
        }
        _ => name,
    };
    let Some((space, rest)) = name.split_once('_') else { return name.into() };
    if space != "v128" && !NAMESPACES.contains(&space) {
        return name.into();
    }
    // `i32.atomic.rmw8.add_u` and `memory.atomic.wait32` have more dots.
    let Some(atomic) = rest.strip_prefix("atomic_") else { return format!("{space}.{rest}") };
    match atomic.split_once('_') {
        Some((rmw, rest)) if rmw.starts_with("rmw") => format!("{space}.atomic.{rmw}.{rest}"),
        _ => format!("{space}.atomic.{atomic}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name is a name of the text format.
    #[test]
    fn the_text_format_knows_every_name() {
        macro_rules! visitors {
            ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident $ann:tt)*) => {
                [$(stringify!($visit)),*]
            };
        }
        let known = |name: &str| match wat::parse_str(format!("(module (func {name}))")) {
            Ok(_) => true,
            Err(error) => !error.to_string().contains("unknown operator or unexpected token"),
        };
        assert!(!known("i32.unheard_of"));
        let unknown: Vec<_> = wasmparser::for_each_operator!(visitors)
            .into_iter()
            .map(from_visitor)
            .filter(|name| !known(name))
            .collect();
        assert_eq!(unknown, [] as [&str; 0]);
    }

    #[test]
    fn names_are_made_from_visitors() {
        for (visit, name) in [
            ("visit_unreachable", "unreachable"),
            ("visit_call_indirect", "call_indirect"),
            ("visit_try_table", "try_table"),
            ("visit_typed_select", "select"),
            ("visit_local_get", "local.get"),
            ("visit_i64_load8_u", "i64.load8_u"),
            ("visit_i32x4_extmul_low_i16x8_s", "i32x4.extmul_low_i16x8_s"),
            ("visit_v128_load8_lane", "v128.load8_lane"),
            ("visit_memory_atomic_wait32", "memory.atomic.wait32"),
            ("visit_i64_atomic_rmw8_cmpxchg_u", "i64.atomic.rmw8.cmpxchg_u"),
            ("visit_i32_atomic_load8_u", "i32.atomic.load8_u"),
            ("visit_atomic_fence", "atomic.fence"),
            ("visit_ref_as_non_null", "ref.as_non_null"),
            ("visit_ref_test_nullable", "ref.test"),
        ] {
            assert_eq!(from_visitor(visit), name);
        }
        assert_eq!(text_name(&Operator::I32Add), "i32.add");
    }
}
