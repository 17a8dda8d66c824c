//! Farms that fail or lie: each ends in bounded time.

use crate::{LONGEST, capitals, connect, connect_to, count, farm, run, script, test, text};
use precompile_reapi::{Access, FarmError};
use reapi_server::{Fault, Options, start};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// A worker that never ends is given up, and the farm is told.
#[test]
fn an_action_that_never_ends_is_given_up() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = connect(address).await;
        farm.plant(Fault::Never, 1);
        let begun = Instant::now();
        let action = capitals(&client, "never");
        let late = client.run(&action, false, Duration::from_secs(1), 100, &|_| {}).await.unwrap_err();
        assert!(matches!(late, FarmError::Late(_)), "{late}");
        assert_eq!(late.to_string(), "it doesn't end within 1 s");
        assert!(begun.elapsed() < Duration::from_secs(5));
        while count(&farm, "cancelled") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(text(&run(&client, &action).await.unwrap()), "NEVER", "the worker is free again");
    });
}

/// An action is cancelled that is under way when its client ends.
#[test]
fn all_that_is_under_way_can_be_cancelled() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = std::sync::Arc::new(connect(address).await);
        farm.plant(Fault::Never, 1);
        let running = tokio::spawn({
            let client = std::sync::Arc::clone(&client);
            async move { run(&client, &capitals(&client, "never")).await }
        });
        while count(&farm, "executed") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        client.cancel_all(Duration::from_secs(5)).await;
        while count(&farm, "cancelled") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        running.abort();
    });
}

/// A content that hasn't its digest isn't taken.
#[test]
fn another_content_is_refused() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = connect(address).await;
        farm.plant(Fault::OtherContent, 1);
        let error = run(&client, &capitals(&client, "other")).await.unwrap_err();
        assert_eq!(error.to_string(), "it sends a content that hasn't the digest it is named by");
    });
}

/// An output that is too large isn't read.
#[test]
fn an_output_has_a_bound() {
    test(async {
        let (_, address) = farm(Options::default()).await;
        let client = connect(address).await;
        let action = script(&client, "head -c 1000 /dev/zero > out.txt", "");
        let error = client.run(&action, false, LONGEST, 999, &|_| {}).await.unwrap_err();
        assert_eq!(error.to_string(), "a content has 1000 bytes, where at most 999 are read");
    });
}

/// A stream that ends early is taken up again, and a server that is busy is asked again.
#[test]
fn failures_for_now_are_overcome() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = connect(address).await;
        farm.plant(Fault::Cut, 1);
        farm.plant(Fault::Busy, 2);
        let action = script(&client, "sleep 0.2; cat input > out.txt", "cut");
        assert_eq!(text(&run(&client, &action).await.unwrap()), "cut");
        assert_eq!(count(&farm, "executed"), 1);
        // One that stays busy is a failure of the farm.
        farm.plant(Fault::Busy, 100);
        let error = run(&client, &capitals(&client, "busy")).await.unwrap_err();
        assert!(error.is_down() && error.to_string() == "ResourceExhausted: too much to do", "{error}");
    });
}

/// A server that is gone is given up soon, and found again where it comes back.
#[test]
fn a_server_may_come_back() {
    test(async {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let begun = Instant::now();
        let error = connect_to(&format!("grpc://{port}"), Access::default()).await.err().unwrap();
        assert!(error.is_down() && error.to_string().contains("Connection refused"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        let late = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            start(reapi_server::Farm::new(Options::default()), port).await.unwrap();
        });
        let client = connect_to(&format!("grpc://{port}"), Access::default()).await.unwrap();
        late.await.unwrap();
        assert_eq!(text(&run(&client, &capitals(&client, "back")).await.unwrap()), "BACK");
    });
}

/// A server that accepts connections and says nothing is given up.
#[test]
fn a_server_that_says_nothing_is_given_up() {
    test(async {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                silent.push(stream);
            }
        });
        let begun = Instant::now();
        let error = connect_to(&format!("grpc://{address}"), Access::default()).await.err().unwrap();
        assert!(error.is_down() && error.to_string().contains("no answer within 5 s"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(30));
    });
}
