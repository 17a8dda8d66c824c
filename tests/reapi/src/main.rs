//! `reapi-server [OPTION=VALUE...]`: serves a farm, prints its address, and does what the lines of standard input say.
//!
//! - Options: `workers`, `instance`, `function` (`sha256` or `blake3`), `header` (`NAME:VALUE`), `address`.
//! - `simulate MILLISECONDS`: workers wait so long, and answer with what was recorded.
//! - `workers N`; `fault NAME N`; `forget`: everything; `forget-results`.
//! - `counts`: prints the counts as JSON.
//!
//! It ends where standard input does.

#![expect(clippy::print_stdout, reason = "its answers are read there")]

use reapi_server::{Farm, Fault, Options, start};
use std::io::{BufRead, stdin};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Builder;

fn main() {
    let mut options = Options::default();
    let mut address = SocketAddr::from(([127, 0, 0, 1], 0));
    for argument in std::env::args().skip(1) {
        let (name, value) = argument.split_once('=').expect("options are NAME=VALUE");
        match name {
            "workers" => options.workers = value.parse().expect("a number"),
            "instance" => options.instance = value.into(),
            "function" => options.is_blake3 = value == "blake3",
            "header" => options.header = value.split_once(':').map(|(a, b)| (a.into(), b.into())),
            "address" => address = value.parse().expect("an address"),
            _ => panic!("no such option: {name}"),
        }
    }
    let executor = Builder::new_multi_thread().enable_all().build().expect("threads");
    let farm = Farm::new(options);
    let address = executor.block_on(start(Arc::clone(&farm), address)).expect("the address is free");
    println!("{address}");
    for line in stdin().lock().lines() {
        let line = line.expect("text");
        command(&farm, &line.split_whitespace().collect::<Vec<_>>());
    }
}

/// Does what a line says.
fn command(farm: &Farm, words: &[&str]) {
    let number = |text: &str| text.parse().expect("a number");
    match words {
        ["simulate", milliseconds] => farm.simulate(Duration::from_millis(number(milliseconds) as u64)),
        ["workers", workers] => farm.set_workers(number(workers)),
        ["fault", name, times] => farm.plant(Fault::named(name).expect("a fault"), number(times)),
        ["forget"] => farm.forget(),
        ["forget-results"] => farm.forget_results(),
        ["counts"] => return println!("{}", farm.counts.json()),
        _ => panic!("no such command: {words:?}"),
    }
    println!("ok");
}
