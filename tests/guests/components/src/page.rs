//! The answers to requests, each path by another behaviour.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

/// The mark that a test replaces, to have another version of the same component.
#[used]
static MARK: &[u8; 16] = b"version:AAAAAAAA";

/// The requests that this instance has answered.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// The text for a path, or `None` for a path that isn't answered by a text.
pub(crate) fn text(path: &str) -> Option<String> {
    Some(match path {
        "/" => "hello\n".into(),
        // Read as the program runs, so that the compiler doesn't know it.
        "/version" => String::from_utf8_lossy(black_box(MARK)).into_owned(),
        "/count" => COUNT.fetch_add(1, Ordering::Relaxed).to_string(),
        "/environment" | "/below/environment" => std::env::var("GREETING").unwrap_or_default(),
        "/trap" => std::process::abort(),
        "/loop" => loop {
            black_box(());
        },
        "/memory" => {
            let mut kept = Vec::new();
            loop {
                kept.push(black_box(vec![1_u8; 1 << 20]));
            }
        }
        "/large" => "0123456789abcdef".repeat(1 << 16),
        "/primes" => primes(black_box(100_000)).to_string(),
        _ => return None,
    })
}

/// The number of primes below another number, by a sieve: work that takes a compiler's optimisation.
fn primes(below: usize) -> usize {
    let mut is_prime = vec![true; below];
    let mut count = 0;
    for number in 2..below {
        if is_prime[number] {
            count += 1;
            let first = number.saturating_mul(number);
            (first..below).step_by(number).for_each(|multiple| is_prime[multiple] = false);
        }
    }
    count
}
