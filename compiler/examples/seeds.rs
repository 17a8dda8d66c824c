//! `seeds FOLDER`: writes the seeds of fuzzers, a folder for each fuzzed function.

use precompile::artifact::trailer;
use std::error::Error;
use std::fs;
use std::path::Path;

const ARTIFACT: &[u8] = include_bytes!("../../artifact/tests/golden/format-2.cwasm");
const FAT: &[u8] = include_bytes!("../../artifact/tests/golden/format-3.cwasm");
const HOST: &[u8] = include_bytes!("../src/fuzz/host.json");
const TRUST: &[u8] = include_bytes!("../src/fuzz/trust");
const GUESTS: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/guests"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/plugin-host/plugins"),
];
const PROJECT: &str = "inputs = [\"app.wasm\"]\nbackend = \"winch\"\ntargets = [\"aarch64\", \"x86_64\"]\n\
                       cpu = \"x86-64-v3\"\nplatform = \"hosted\"\nout-dir = \"build\"\n";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("use `seeds FOLDER`")?;
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)
    };
    for guests in GUESTS {
        for entry in fs::read_dir(guests)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !name.ends_with(".wat") && !name.ends_with(".wasm") {
                continue;
            }
            let guest = fs::read(&path)?;
            let wasm = wat::parse_bytes(&guest)?;
            if name.ends_with(".wat") {
                // The fuzzed function adds the parenthesis that every text begins with.
                let start = guest.iter().position(|byte| *byte == b'(').ok_or("no parenthesis")?;
                write("text", name, &guest[start + 1..])?;
            }
            match wasm.get(4) {
                Some(1) => {
                    write("wasm", name, &wasm)?;
                    write("lines", name, &wasm)?;
                }
                _ => write("component", name, wasm.get(8..).unwrap_or_default())?,
            }
            for target in ["smith", "smith-component"] {
                write(target, name, &wasm)?;
            }
        }
    }
    let manifest =
        trailer::image(ARTIFACT)?.bytes as usize + 16..trailer::read(ARTIFACT)?.digest_offset as usize;
    write("artifact", "golden", ARTIFACT)?;
    write("fat", "golden", FAT)?;
    let index_bytes = u32::from_le_bytes(FAT[140..144].try_into()?) as usize;
    write("fat", "index", &FAT[144..][..index_bytes])?;
    write("manifest", "golden", &ARTIFACT[manifest.clone()])?;
    write("planted", "golden", &ARTIFACT[manifest])?;
    write("host", "described", HOST)?;
    write("trust", "whole", TRUST)?;
    write(
        "keys",
        "public",
        TRUST.split(|byte| *byte == b'\n').nth(2).and_then(|line| line.get(..56)).unwrap_or_default(),
    )?;
    let signature =
        [&b"Ed"[..], &[0x1f, 0xe8, 0xb4, 0x42, 0x18, 0x0f, 0x62, 0xe7], &[7; 64], &[0, 0]].concat();
    write("signatures", "one", &signature)?;
    write("project", "whole", PROJECT.as_bytes())?;
    Ok(())
}
