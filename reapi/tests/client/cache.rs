//! A farm as the cache that machines share.

use crate::{count, farm, test};
use precompile_cache::remote::{Mode, Remote, RemoteLimits};
use reapi_server::{Fault, Options};
use std::net::SocketAddr;

const NAME: &str = "v1/ab/cdef";

fn remote(address: SocketAddr, rest: &str) -> Remote {
    let variable = |name: &str| (name == "TOKEN").then(|| "Bearer secret".to_owned());
    let url = format!("reapi+grpc://{address}/main{rest}");
    Remote::connect(&url, Mode::ReadWrite, RemoteLimits::default(), &variable).unwrap()
}

fn put(remote: &Remote, object: &[u8]) {
    let copy = object.to_vec();
    remote.put(NAME.into(), || Some(copy));
    remote.finish().unwrap();
}

/// Objects are read as they were written, also large ones, by another client and after a restart of this one.
#[test]
fn objects_are_kept() {
    test(async {
        let options = Options { instance: "main".into(), ..Options::default() };
        let (farm, address) = farm(options).await;
        let object: Vec<u8> = (0..6_000_000_u32).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
        for setting in ["?compress=none", "", "?ttl=1h"] {
            let first = remote(address, setting);
            put(&first, &object);
            assert_eq!(first.get(NAME).unwrap().as_ref(), Some(&object), "{setting}");
            let second = remote(address, "");
            let names = vec![NAME.to_owned(), "v1/ab/none".to_owned()];
            assert_eq!(second.exist(names).unwrap(), [true, false]);
            assert_eq!(second.get("v1/ab/none").unwrap(), None);
            assert_eq!(second.get(NAME).unwrap().as_ref(), Some(&object));
        }
        assert_eq!((count(&farm, "executed"), count(&farm, "written_results")), (0, 3));
        farm.forget_contents();
        assert_eq!(remote(address, "").get(NAME).unwrap(), None);
    });
}

/// A farm that lies, or that isn't there, ends the use of the store with one error.
#[test]
fn a_farm_is_not_believed() {
    test(async {
        let header = Some(("authorization".to_owned(), "Bearer secret".to_owned()));
        let options = Options { instance: "main".into(), header, ..Options::default() };
        let (farm, address) = farm(options).await;
        put(&remote(address, "?header=authorization:TOKEN"), b"object");
        let refused = remote(address, "").get(NAME).unwrap_err().to_string();
        assert!(
            refused.contains("Unauthenticated: who are you?") && !refused.contains("secret"),
            "{refused}"
        );
        farm.plant(Fault::OtherContent, 1);
        let reader = remote(address, "?header=authorization:TOKEN");
        let lie = reader.get(NAME).unwrap_err().to_string();
        assert!(lie.contains("hasn't the digest it is named by"), "{lie}");
        assert_eq!(reader.get(NAME).unwrap(), None);
        let unset = Remote::connect(
            "reapi+grpc://farm.example?header=a:UNSET",
            Mode::ReadWrite,
            RemoteLimits::default(),
            &|_| None,
        );
        let unset = unset.unwrap_err().to_string();
        assert!(unset.contains("`NAME:VARIABLE`, with the name of a variable that is set"), "{unset}");
    });
}
