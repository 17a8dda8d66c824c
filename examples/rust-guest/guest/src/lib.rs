/// The number of primes below a number.
#[unsafe(no_mangle)]
pub extern "C" fn primes_below(end: u32) -> u32 {
    let mut composite = vec![false; end as usize];
    let mut primes = 0;
    for number in 2..end as usize {
        if !composite[number] {
            primes += 1;
            (number * number..end as usize).step_by(number).for_each(|multiple| composite[multiple] = true);
        }
    }
    primes
}
