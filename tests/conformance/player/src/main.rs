//! Plays the list in a folder, and writes the outcome to standard output.

mod check;
mod observe;
mod player;
mod spectest;
mod trap;
mod value;

use conformance_list::List;
use player::Player;
use precompile_runtime::wasmtime::Result;
use precompile_runtime::wasmtime::error::Context;
use std::io::Write;
use std::path::PathBuf;

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).context("the folder of the list is missing")?;
    let folder = PathBuf::from(folder);
    let list = List::read(&folder).context("the list can't be read")?;
    let mut player = Player::new(folder);
    for command in &list.commands {
        player.play(command);
    }
    Ok(std::io::stdout().write_all(&player.end().encode())?)
}
