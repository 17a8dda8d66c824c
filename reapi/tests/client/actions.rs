//! Actions: executed, found, uploaded for.

use crate::{LONGEST, capitals, connect, connect_to, count, farm, run, script, test, text};
use precompile_reapi::{Access, Function, Stage};
use reapi_server::{Fault, Options};
use std::sync::Mutex;

/// An action is executed once, whoever asks for it, and by both functions.
#[test]
fn an_action_is_executed_once() {
    test(async {
        for is_blake3 in [false, true] {
            let (farm, address) = farm(Options { is_blake3, ..Options::default() }).await;
            let client = connect(address).await;
            let function = if is_blake3 { Function::Blake3 } else { Function::Sha256 };
            assert!(client.function() == function && client.executes());
            let first = run(&client, &capitals(&client, "text")).await.unwrap();
            assert!(text(&first) == "TEXT" && !first.is_cached);
            let other = connect(address).await;
            let second = run(&other, &capitals(&other, "text")).await.unwrap();
            assert!(text(&second) == "TEXT" && second.is_cached);
            assert_eq!(count(&farm, "executed"), 1);
            // Of the second action only what differs is uploaded.
            let before = count(&farm, "uploads");
            assert_eq!(text(&run(&other, &capitals(&other, "another")).await.unwrap()), "ANOTHER");
            assert_eq!(count(&farm, "uploads") - before, 3, "the input, the folder and the action");
        }
    });
}

/// The failure of a program is told.
#[test]
fn a_program_that_fails_is_no_failure_of_the_farm() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = connect(address).await;
        let action = script(&client, "echo 'not\u{7} today' >&2; exit 3", "");
        let outcome = run(&client, &action).await.unwrap();
        assert_eq!((outcome.exit_code, &*outcome.stderr), (3, "not\\u{7} today"));
        assert!(outcome.outputs.is_empty());
        // Nor is it remembered.
        run(&client, &action).await.unwrap();
        assert_eq!(count(&farm, "executed"), 2);
    });
}

/// Many actions that share a large file upload it once, also when all begin at the same time.
#[test]
fn a_large_file_is_uploaded_once() {
    test(async {
        let (farm, address) = farm(Options { workers: 4, ..Options::default() }).await;
        let client = connect(address).await;
        let large = "x".repeat(9 << 20);
        let actions: Vec<_> =
            (0..20).map(|number| script(&client, &format!("echo {number} > out.txt"), &large)).collect();
        let all = futures_util::future::join_all(actions.iter().map(|action| run(&client, action)));
        for (number, outcome) in all.await.into_iter().enumerate() {
            assert_eq!(text(&outcome.unwrap()), format!("{number}\n"));
        }
        let bytes = count(&farm, "uploaded_bytes");
        assert!((9 << 20..10 << 20).contains(&bytes), "{bytes}");
    });
}

/// The stages are told in their order.
#[test]
fn stages_are_told() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = connect(address).await;
        farm.set_workers(1);
        let stages = Mutex::new(Vec::new());
        let staged = |stage: Stage| stages.lock().unwrap().push(stage);
        let first = script(&client, "sleep 0.3; echo > out.txt", "");
        let second = capitals(&client, "x");
        let both = [
            client.run(&first, false, LONGEST, 100, &|_| {}),
            client.run(&second, false, LONGEST, 100, &staged),
        ];
        for outcome in futures_util::future::join_all(both).await {
            outcome.unwrap();
        }
        let stages = stages.into_inner().unwrap();
        assert!(stages.starts_with(&[Stage::Queued]) || stages == [Stage::Executing], "{stages:?}");
        assert_eq!(stages.last(), Some(&Stage::Executing));
    });
}

/// A farm that lost a result's content, or an input that it had, gets the action again.
#[test]
fn what_a_farm_has_lost_is_made_again() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = connect(address).await;
        let action = capitals(&client, "lost");
        run(&client, &action).await.unwrap();
        farm.forget();
        assert_eq!(text(&run(&client, &action).await.unwrap()), "LOST");
        assert_eq!(count(&farm, "executed"), 2);
    });
}

/// With `again`, a result that is there is not used, but replaced.
#[test]
fn an_action_can_be_executed_again() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = connect(address).await;
        let action = capitals(&client, "again");
        farm.plant(Fault::Garbage, 1);
        assert_eq!(text(&run(&client, &action).await.unwrap()), "garbage");
        assert_eq!(text(&run(&client, &action).await.unwrap()), "garbage", "this is a result, to the farm");
        let again = client.run(&action, true, LONGEST, 100, &|_| {}).await.unwrap();
        assert_eq!(text(&again), "AGAIN");
        assert_eq!(text(&run(&client, &action).await.unwrap()), "AGAIN");
    });
}

/// A farm may want a header, and has instances.
#[test]
fn a_client_must_be_let_in() {
    test(async {
        let header = Some(("authorization".to_owned(), "Bearer secret".to_owned()));
        let options = Options { instance: "a/b".into(), header: header.clone(), ..Options::default() };
        let (_, address) = farm(options).await;
        let access = Access { headers: header.into_iter().collect(), ..Access::default() };
        let client = connect_to(&format!("grpc://{address}/a/b"), access.clone()).await.unwrap();
        assert_eq!(text(&run(&client, &capitals(&client, "in")).await.unwrap()), "IN");
        let large = script(&client, "wc -c < input > out.txt", &"x".repeat(5 << 20));
        assert_eq!(text(&run(&client, &large).await.unwrap()).trim(), "5242880");
        let none = connect_to(&format!("grpc://{address}/a/b"), Access::default()).await.err().unwrap();
        assert!(none.to_string().starts_with("Unauthenticated: who are you?"), "{none}");
        let other = connect_to(&format!("grpc://{address}/c"), access.clone()).await.err().unwrap();
        assert!(other.to_string().contains("no such instance"), "{other}");
        assert!(!format!("{access:?}").contains("secret"));
        let wrong = Access { headers: vec![("a b".into(), "secret".into())], ..Access::default() };
        let wrong = connect_to(&format!("grpc://{address}"), wrong).await.err().unwrap().to_string();
        assert_eq!(wrong, "`a b` is no header of gRPC, or its value is none");
    });
}
