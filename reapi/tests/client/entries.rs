//! Named contents.

use crate::{connect, count, farm, test};
use reapi_server::{Fault, Options};
use std::time::Duration;

#[test]
fn contents_are_found_by_their_names() {
    test(async {
        for is_blake3 in [false, true] {
            let (farm, address) = farm(Options { is_blake3, ..Options::default() }).await;
            let client = connect(address).await;
            assert!(client.entry("one", 1 << 20, None).await.unwrap().is_none());
            client.set_entry("one", "first").await.unwrap();
            let large = "x".repeat(6 << 20);
            client.set_entry("two", large.clone()).await.unwrap();
            let other = connect(address).await;
            assert_eq!(other.entry("one", 5, None).await.unwrap().unwrap(), "first");
            assert_eq!(other.entry("two", 6 << 20, None).await.unwrap().unwrap(), large);
            let names = ["one", "three", "two"].map(String::from);
            assert_eq!(other.have_entries(&names, None).await.unwrap(), [true, false, true]);
            let error = other.entry("one", 4, None).await.unwrap_err();
            assert_eq!(error.to_string(), "a content has 5 bytes, where at most 4 are read");
            client.set_entry("one", "second").await.unwrap();
            assert_eq!(other.entry("one", 9, None).await.unwrap().unwrap(), "second");
            assert_eq!(count(&farm, "executed"), 0);
        }
    });
}

/// An entry that is too old is none.
#[test]
fn entries_have_an_age() {
    test(async {
        let (_, address) = farm(Options::default()).await;
        let client = connect(address).await;
        client.set_entry("one", "content").await.unwrap();
        let (day, nothing) = (Some(Duration::from_secs(86_400)), Some(Duration::ZERO));
        assert!(client.entry("one", 100, day).await.unwrap().is_some());
        tokio::time::sleep(Duration::from_millis(1100)).await;
        assert!(client.entry("one", 100, nothing).await.unwrap().is_none());
        assert_eq!(client.have_entries(&["one".into()], nothing).await.unwrap(), [false]);
    });
}

/// A farm that has a result and not its content has no entry, and one that lies is found out.
#[test]
fn a_content_that_is_gone_is_no_entry() {
    test(async {
        let (farm, address) = farm(Options::default()).await;
        let client = connect(address).await;
        client.set_entry("one", "content").await.unwrap();
        farm.plant(Fault::OtherContent, 1);
        let error = client.entry("one", 100, None).await.unwrap_err();
        assert_eq!(error.to_string(), "it sends a content that hasn't the digest it is named by");
        farm.forget_contents();
        assert!(client.entry("one", 100, None).await.unwrap().is_none());
        assert_eq!(client.have_entries(&["one".into()], None).await.unwrap(), [false]);
        client.set_entry("one", "content").await.unwrap();
        assert!(client.entry("one", 100, None).await.unwrap().is_some());
    });
}
