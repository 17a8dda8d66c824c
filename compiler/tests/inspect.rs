//! Tests of the inspection: of our artifacts, of wasmtime's own, and of other bytes.

use precompile::artifact::contract::Inlining as ContractInlining;
use precompile::artifact::manifest::Kind;
use precompile::artifact::trailer;
use precompile::inspect::{Details, Inspection, Origin, Value, inspect};
use precompile::{
    Backend, Compiler, Contract, Cpu, Options, Platform, Target, WASMTIME_MAJOR, WASMTIME_VERSION,
};
use wasmparser::WasmFeatures;
use wasmtime::{Collector, Config, Engine, Inlining, ModuleVersionStrategy, Strategy};

const MODULE: &str = r#"(module
    (import "host" "log" (func (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "some data")
    (func (export "f") (param i32) (result i32) (i32.load (local.get 0))))"#;

type ChangeContract = fn(&mut Contract);
type ChangeConfig = fn(&mut Config) -> &mut Config;

fn options(backend: Backend, target: &str) -> Options {
    let target: Target = target.parse().unwrap();
    let platform = target.default_platform(backend);
    Options::new(backend, target, platform).unwrap()
}

fn ours(options: &Options) -> Vec<u8> {
    Compiler::default().compile(options, MODULE.as_bytes()).unwrap().artifact
}

/// Wasmtime's own artifact. Stock wasmtime's default configuration is that of a build with all cargo
/// features. This build has them all except stack switching, which is off.
fn upstream(configure: impl FnOnce(&mut Config) -> &mut Config) -> Vec<u8> {
    let mut config = Config::new();
    configure(&mut config);
    Engine::new(&config).unwrap().precompile_module(&wat::parse_str(MODULE).unwrap()).unwrap()
}

fn details(artifact: &[u8]) -> Details {
    inspect(artifact).unwrap().stamped.details.unwrap()
}

fn setting(details: &Details, name: &str) -> Value {
    details.settings.iter().find(|setting| setting.name == name).unwrap().value
}

/// The flags as a command line.
fn flags(artifact: &[u8]) -> String {
    let stock = details(artifact).stock;
    assert_eq!(stock.obstacles, [] as [&str; 0]);
    stock.flags.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Checks that the parts and the padding between them make up the file.
fn assert_explained(inspection: &Inspection) {
    let parts: u64 = inspection.sections.iter().map(|section| section.bytes).sum();
    assert_eq!(parts + inspection.padding_bytes, inspection.file_bytes);
    for name in ["ELF header", "section headers", ".text", ".wasmtime.engine", ".wasmtime.info"] {
        assert!(inspection.sections.iter().any(|section| section.name == name), "{name}");
    }
    let trailer = matches!(inspection.origin, Origin::Ours { .. });
    let last = inspection.sections.last().unwrap();
    assert_eq!(last.name == "signatures", trailer);
    assert_eq!(last.offset + last.bytes, inspection.file_bytes);
}

#[test]
fn ours_is_described_in_full() {
    for (backend, target) in [
        (Backend::Cranelift, "x86_64"),
        (Backend::Winch, "x86_64"),
        (Backend::Winch, "aarch64"),
        (Backend::Cranelift, "riscv64"),
        (Backend::Cranelift, "s390x"),
        (Backend::Cranelift, "pulley32"),
        (Backend::Cranelift, "aarch64-apple-darwin"),
    ] {
        let options = options(backend, target);
        let artifact = ours(&options);
        let inspection = inspect(&artifact).unwrap();
        assert_explained(&inspection);
        let manifest = Box::new(trailer::read(&artifact).unwrap().manifest);
        assert_eq!(inspection.kind, Kind::Module);
        assert_eq!(inspection.origin, Origin::Ours { manifest: manifest.clone(), digest_ok: true });
        assert_eq!(inspection.wasmtime_version(), WASMTIME_VERSION);
        assert_eq!(inspection.opt_level().as_deref(), (backend == Backend::Cranelift).then_some("speed"));
        // Wasmtime's stamp agrees with the manifest.
        assert_eq!(inspection.stamped.version, WASMTIME_MAJOR);
        // The manifest's target for Pulley has neither vendor nor system.
        assert!(inspection.stamped.target.as_ref().unwrap().starts_with(&manifest.target));
        let details = inspection.stamped.details.unwrap();
        assert_eq!((details.backend, &details.features), (backend, &manifest.features_stamped));
        let reservation = Value::Bytes(manifest.settings.memory_reservation);
        assert_eq!(setting(&details, "memory_reservation"), reservation);
        let signals = Value::Bool(manifest.settings.signals_based_traps);
        assert_eq!(setting(&details, "signals_based_traps"), signals);
        assert_eq!(setting(&details, "gc_heap_initial_size"), Value::Bytes(backend.mark_bytes()));
        // Commands that need concurrency; and for Winch's code, linking with other code, and loaders in C.
        assert_eq!(details.stock.warnings.len(), if backend == Backend::Winch { 3 } else { 1 });
    }
}

/// CPU features have the names of `--cpu`. RISC-V's baseline, which `--cpu` doesn't name, has Cranelift's names.
#[test]
fn cpu_features_are_named() {
    let mut options = options(Backend::Cranelift, "x86_64");
    options.cpu = Cpu::parse("x86-64-v2", &options.target).unwrap();
    let expected = "cmpxchg16b popcnt sse3 sse4.1 sse4.2 ssse3";
    assert_eq!(details(&ours(&options)).cpu_features.join(" "), expected);
    let riscv64 = details(&ours(&self::options(Backend::Cranelift, "riscv64")));
    assert!(riscv64.cpu_features.contains("has_zicsr"), "{:?}", riscv64.cpu_features);
    let big_endian = details(&ours(&self::options(Backend::Cranelift, "pulley64be")));
    assert!(big_endian.cpu_features.is_empty());
}

#[test]
fn ours_loads_in_stock_wasmtime_under_flags() {
    for (backend, target, expected) in [
        (Backend::Cranelift, "x86_64", "-W concurrency-support=n"),
        (Backend::Winch, "aarch64", "-W concurrency-support=n -O gc-heap-initial-size=87"),
        (Backend::Cranelift, "pulley64", "--target pulley64 -W concurrency-support=n"),
    ] {
        assert_eq!(flags(&ours(&options(backend, target))), expected);
    }
    let nowhere = details(&ours(&options(Backend::Cranelift, "x86_64-unknown-none")));
    assert!(nowhere.stock.obstacles[0].contains("operating system `none`"), "{:?}", nowhere.stock);
}

/// Each setting of the contract that wasmtime compares has a flag, or an obstacle that says there is none.
#[test]
fn every_setting_has_its_flag() {
    let cases: [(ChangeContract, &str); 14] = [
        (|contract| contract.memory_reservation = 0, "-O memory-reservation=0"),
        (|contract| contract.memory_guard_size = 0x1_0000, "-O memory-guard-size=65536"),
        (|contract| contract.memory_may_move = false, "-O memory-may-move=n"),
        (|contract| contract.guard_before_linear_memory = false, "-O guard-before-linear-memory=n"),
        (|contract| contract.memory_init_cow = false, "-O memory-init-cow=n"),
        (|contract| contract.table_lazy_init = false, "-O table-lazy-init=n"),
        (|contract| contract.signals_based_traps = false, "-O signals-based-traps=n"),
        (|contract| contract.relaxed_simd_deterministic = true, "-W relaxed-simd-deterministic=y"),
        (|contract| contract.consume_fuel = true, "-W fuel=18446744073709551615"),
        (|contract| contract.epoch_interruption = true, "-W timeout=10000000000"),
        (|contract| contract.inlining = ContractInlining::InterModuleAndIntraGc, "-C inlining=gc"),
        (|contract| contract.inlining = ContractInlining::Yes, "-C inlining=yes"),
        (|contract| contract.debug_info = true, "-D debug-info=y"),
        (|contract| contract.debug_symbols = false, "-D symbols=n"),
    ];
    for (change, expected) in cases {
        let mut options = options(Backend::Cranelift, "x86_64");
        change(&mut options.contract);
        let flags = flags(&ours(&options)).replace("-W concurrency-support=n", "");
        assert_eq!(flags.trim(), expected);
    }

    let mut options = options(Backend::Cranelift, "x86_64");
    options.contract.inlining = ContractInlining::InterModule;
    assert!(details(&ours(&options)).stock.obstacles[0].contains("between modules"));
    options.contract = Contract::preset(Platform::Hosted, options.target.machine()).unwrap();
    options.contract.wasm_backtrace_details = true;
    assert_eq!(details(&ours(&options)).stock.environment, ["WASMTIME_BACKTRACE_DETAILS=1"]);
    // Neither of these settings is compared.
    options.contract = Contract::preset(Platform::Hosted, options.target.machine()).unwrap();
    options.contract.generate_address_map = false;
    options.contract.memory_reservation_for_growth = 7 << 20;
    assert_eq!(flags(&ours(&options)), "-W concurrency-support=n");
}

/// Stock wasmtime's default artifacts need no flags.
#[test]
fn upstream_by_default_needs_no_flags() {
    let artifact = upstream(|config| config);
    let inspection = inspect(&artifact).unwrap();
    assert_explained(&inspection);
    assert_eq!(inspection.origin, Origin::Upstream);
    assert_eq!(inspection.backend(), Some(Backend::Cranelift));
    assert_eq!(inspection.target(), Some(target_lexicon::HOST.to_string().as_str()));
    assert_eq!(inspection.wasmtime_version(), WASMTIME_MAJOR);
    assert_eq!(inspection.opt_level().as_deref(), Some("speed"));
    assert_eq!(inspection.warnings(), [] as [&str; 0]);
    assert_eq!(flags(&artifact), "");
    assert_eq!(details(&artifact).stock.environment, [] as [&str; 0]);
}

#[test]
fn upstream_under_other_settings_needs_flags() {
    let cases: [(ChangeConfig, &str); 7] = [
        (|config| config.strategy(Strategy::Winch), "-C compiler=winch"),
        (|config| config.collector(Collector::Null), "-C collector=null"),
        (
            |config| config.wasm_features(WasmFeatures::WIDE_ARITHMETIC | WasmFeatures::CM_MAP, true),
            "-W wide-arithmetic -W component-model-map",
        ),
        (|config| config.compiler_inlining(Inlining::Intrinsics), "-C inlining=intrinsics"),
        // The collected heap follows linear memories, unless one of its settings is given.
        (|config| config.memory_reservation(1 << 20), "-O memory-reservation=1048576"),
        (
            |config| config.gc_heap_may_move(false),
            "-O gc-heap-reservation=4294967296 -O gc-heap-guard-size=33554432 -O gc-heap-may-move=n",
        ),
        (
            |config| config.memory_may_move(false).gc_heap_may_move(true),
            "-O memory-may-move=n \
             -O gc-heap-reservation=4294967296 -O gc-heap-guard-size=33554432 -O gc-heap-may-move=y",
        ),
    ];
    for (configure, expected) in cases {
        assert_eq!(flags(&upstream(configure)), expected);
    }
    // Stock wasmtime has a flag of this name, and ignores it.
    let shared = upstream(|config| config.wasm_features(WasmFeatures::SHARED_EVERYTHING_THREADS, true));
    assert!(details(&shared).stock.obstacles[0].contains("`shared-everything-threads`"));
}

#[test]
fn components_are_distinguished_from_modules() {
    let text = "(component (core module (memory 1)))";
    let compiled = |configure: ChangeConfig| {
        let mut config = Config::new();
        configure(&mut config);
        Engine::new(&config).unwrap().precompile_component(&wat::parse_str(text).unwrap()).unwrap()
    };
    let artifact = compiled(|config| config);
    assert_eq!(inspect(&artifact).unwrap().kind, Kind::Component);
    assert_eq!(flags(&artifact), "");
    let artifact = compiled(|config| config.concurrency_support(false));
    assert_eq!(flags(&artifact), "-W concurrency-support=n -S p3=n");

    let artifact =
        Compiler::default().compile(&options(Backend::Winch, "x86_64"), text.as_bytes()).unwrap().artifact;
    assert_eq!(inspect(&artifact).unwrap().kind, Kind::Component);
    assert_eq!(flags(&artifact), "-W concurrency-support=n -O gc-heap-initial-size=87 -S p3=n");
}

/// Only the version and the target are read from stamps of other versions.
#[test]
fn the_target_of_other_versions_is_read() {
    let version = ModuleVersionStrategy::Custom("49-0123abc".into());
    let artifact = upstream(|config| config.module_version(version).unwrap());
    let inspection = inspect(&artifact).unwrap();
    assert_eq!(
        (inspection.wasmtime_version(), inspection.stamped.version.as_str()),
        ("49-0123abc", "49-0123abc")
    );
    assert_eq!(inspection.target(), Some(target_lexicon::HOST.to_string().as_str()));
    assert_eq!(inspection.stamped.details, None);
    assert_eq!((inspection.backend(), inspection.opt_level()), (None, None));
    assert!(inspection.warnings()[0].contains("version `49-0123abc`"));

    // The manifest of ours has the rest, in an artifact whose stamp is changed by hand.
    let mut artifact = ours(&options(Backend::Winch, "x86_64"));
    let length = WASMTIME_MAJOR.len();
    let head = format!("\0{}{WASMTIME_MAJOR}\x18x86_64-unknown-linux-gnu", char::from(length as u8));
    let stamp = find(&artifact, head.as_bytes());
    artifact[stamp + 2] = b'x';
    let inspection = inspect(&artifact).unwrap();
    assert!(matches!(inspection.origin, Origin::Ours { digest_ok: false, .. }));
    let changed = format!("x{}", &WASMTIME_MAJOR[1..]);
    assert_eq!(inspection.stamped.version, changed);
    assert_eq!(inspection.wasmtime_version(), WASMTIME_VERSION);
    assert_eq!(inspection.backend(), Some(Backend::Winch));
    assert!(inspection.warnings()[0].contains("damaged"));
    // An invalid target is not shown.
    artifact[stamp + 3 + length..][..6].copy_from_slice(b"?86_64");
    assert_eq!(inspect(&artifact).unwrap().stamped.target, None);
}

#[test]
fn other_bytes_are_refused() {
    let problem = |bytes: &[u8]| inspect(bytes).unwrap_err().to_string();
    assert!(problem(b"").contains("it is empty"));
    assert!(problem(b"\0asm\x01\0\0\0").contains("it is WebAssembly: compile it"));
    let elf = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    assert!(problem(&elf).contains("not wasmtime's"), "{}", problem(&elf));

    let artifact = upstream(|config| config);
    assert!(problem(&[&artifact[..], b"more"].concat()).contains("bad trailer magic"));
    let engine = find(&artifact, b".wasmtime.engine");
    let mut nameless = artifact.clone();
    nameless[engine + 1] = b'W';
    assert!(problem(&nameless).contains("no section `.wasmtime.engine`"));
    let stamp = find(&artifact, b"\0\x0248");
    let mut layout = artifact.clone();
    layout[stamp] = 1;
    assert!(problem(&layout).contains("unknown layout 1"));
    let mut version = artifact.clone();
    version[stamp + 2] = 0xff;
    assert!(problem(&version).contains("not text"));
    let mut endless = artifact;
    endless[stamp + 4] = 0xff;
    assert!(problem(&endless).contains("its stamp doesn't decode"));
}

/// The index of bytes that occur once.
fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

/// Any bytes have a result. A file that is cut off may be an artifact of wasmtime's own, and nothing else.
#[test]
fn no_bytes_make_it_panic() {
    let artifact = ours(&options(Backend::Winch, "x86_64"));
    let image_bytes = trailer::image(&artifact).unwrap().bytes as usize;
    for end in 0..artifact.len() {
        let result = inspect(&artifact[..end]);
        assert_eq!(result.is_ok(), end == image_bytes, "{end}: {result:?}");
    }
    let mut damaged = artifact.clone();
    for index in 0..artifact.len() {
        for damage in [artifact[index] ^ 1 << (index % 8), 0xff] {
            damaged[index] = damage;
            if let Ok(inspection) = inspect(&damaged) {
                let undamaged = matches!(inspection.origin, Origin::Ours { digest_ok: true, .. });
                assert_eq!(undamaged, damage == artifact[index], "byte {index}");
            }
        }
        damaged[index] = artifact[index];
    }
}
