use crate::{Backend, Cpu, Options, Platform, compile};

fn error(backend: Backend, target: &str, cpu: &str, text: &str) -> String {
    let target = target.parse().unwrap();
    let cpu = if cpu.is_empty() { Cpu::default() } else { Cpu::parse(cpu, &target).unwrap() };
    let options = Options { cpu, ..Options::new(backend, target, Platform::Hosted).unwrap() };
    compile(&options, &wat::parse_str(text).unwrap()).unwrap_err().to_string()
}
#[test]
fn show() {
    for (t, text) in [
        (
            "x86_64",
            "(module (func (export \"f\") (param v128) (result v128) (i32x4.add (local.get 0) (local.get 0))))",
        ),
        (
            "x86_64",
            "(module (func) (func $f (param i32) (result i32) (if (i32.const 1) (then (drop (f32x4.splat (f32.const 1))))) (i32.const 1)))",
        ),
        ("x86_64", "(module (func) (func $f (throw 0)) (tag))"),
        ("x86_64", "(module (func) (tag) (func $f try catch_all end))"),
        ("x86_64", "(module (func) (table 1 externref) (func (drop (table.get 0 (i32.const 0)))))"),
    ] {
        println!("{}", error(Backend::Winch, t, "", text));
    }
}
