//! The client of farms, with a farm in this process.

#![cfg(unix)]

mod actions;
mod cache;
mod entries;
mod faults;
mod tls;

use precompile_reapi::{Access, Action, Address, Blob, Client, FarmError, InputFile, Limits, Outcome, Stage};
use reapi_server::{Farm, Options, start};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The output of the test's action.
const OUTPUT: &str = "out.txt";
/// A time that no test's action takes.
const LONGEST: Duration = Duration::from_secs(30);

/// Runs a test that waits.
fn test(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(120), test).await.unwrap() });
}

/// Starts a farm.
async fn farm(options: Options) -> (Arc<Farm>, SocketAddr) {
    let farm = Farm::new(options);
    let address = start(Arc::clone(&farm), SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    (farm, address)
}

/// Connects to a farm, with limits that suit a test.
async fn connect(address: SocketAddr) -> Client {
    connect_to(&format!("grpc://{address}"), Access::default()).await.unwrap()
}

async fn connect_to(address: &str, access: Access) -> Result<Client, FarmError> {
    let limits = Limits { call: Duration::from_secs(5), tries: 3, ..Limits::default() };
    Client::connect(&Address::parse(address).unwrap(), &access, limits).await
}

/// An action that turns a text into capitals.
fn capitals(client: &Client, text: &str) -> Action {
    script(client, "tr a-z A-Z < input > out.txt", text)
}

/// An action that runs a script of the shell with a file `input`.
fn script(client: &Client, script: &str, input: &str) -> Action {
    let file = |name: &str, content: String, is_executable| {
        let content = Blob::new(client.function(), content.into_bytes());
        InputFile { name: name.into(), content, is_executable }
    };
    Action {
        arguments: vec!["./program".into(), "an argument".into()],
        files: vec![
            file("program", format!("#!/bin/sh\n{script}\n"), true),
            file("input", input.into(), false),
        ],
        outputs: vec![OUTPUT.into()],
        timeout: Duration::from_secs(10),
        platform: vec![("OSFamily".into(), "linux".into())],
    }
}

async fn run(client: &Client, action: &Action) -> Result<Outcome, FarmError> {
    client.run(action, false, LONGEST, 1 << 20, &|_: Stage| {}).await
}

/// The text of the only output.
fn text(outcome: &Outcome) -> &str {
    assert_eq!(outcome.exit_code, 0, "{outcome:?}");
    let [(name, content)] = &outcome.outputs[..] else { panic!("{outcome:?}") };
    assert_eq!(name, OUTPUT);
    std::str::from_utf8(content).unwrap()
}

/// A count of a farm.
fn count(farm: &Farm, name: &str) -> u64 {
    farm.counts.json()[name].as_u64().unwrap()
}
