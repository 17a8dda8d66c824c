//! Plays the list in a folder, and writes the outcome to standard output.

mod check;
#[cfg(feature = "full")]
mod components;
mod named;
#[cfg(not(feature = "full"))]
mod no_components;
mod observe;
mod player;
mod spectest;
mod trap;
mod value;
mod world;

use conformance_list::List;
#[cfg(not(feature = "full"))]
use no_components as components;
use player::Player;
use precompile_runtime::wasmtime::Result;
use precompile_runtime::wasmtime::error::Context;
use std::io::Write;
use std::path::PathBuf;

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).context("the folder of the list is missing")?;
    let folder = PathBuf::from(folder);
    let list = List::read(&folder).context("the list can't be read")?;
    let mut player = Player::new(folder, list.host_module);
    for command in &list.commands {
        player.play(command);
    }
    Ok(std::io::stdout().write_all(&player.end().encode())?)
}
