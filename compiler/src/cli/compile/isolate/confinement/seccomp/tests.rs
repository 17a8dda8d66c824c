//! Tests of the filters, run as the kernel runs them; these filters need only a few of its instructions.

use super::*;
use libc::{
    MADV_HWPOISON, MADV_MERGEABLE, MAP_GROWSDOWN, MAP_HUGETLB, MAP_SHARED, PROT_READ, PROT_WRITE,
    SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS,
};
use std::collections::BTreeSet;

const PROCESS: u32 = 4711;
/// A number above all system calls.
const MAX_CALL: i64 = 1000;

/// The kernel's verdict on a call: the stricter one of both filters.
fn verdict(number: i64, arguments: [u64; 6]) -> u32 {
    let verdicts =
        [fatal_filter(), allow_filter(PROCESS)].map(|program| run(&program.unwrap(), number, arguments));
    match verdicts {
        [SECCOMP_RET_KILL_PROCESS, _] => SECCOMP_RET_KILL_PROCESS,
        [SECCOMP_RET_ALLOW, other] => other,
        [fatal, _] => panic!("{fatal:#x}"),
    }
}

fn is_allowed(number: i64, arguments: [u64; 6]) -> bool {
    verdict(number, arguments) == SECCOMP_RET_ALLOW
}

/// Runs a program on `struct seccomp_data`.
fn run(program: &BpfProgram, number: i64, arguments: [u64; 6]) -> u32 {
    let arch: u32 = if cfg!(target_arch = "x86_64") { 0xc000_003e } else { 0xc000_00b7 };
    let mut data = [(number as u32).to_le_bytes(), arch.to_le_bytes(), [0; 4], [0; 4]].concat();
    data.extend(arguments.iter().flat_map(|argument| argument.to_le_bytes()));
    let (mut at, mut accumulator) = (0, 0u32);
    loop {
        let instruction = &program[at];
        let k = instruction.k;
        let jump = |holds: bool| usize::from(if holds { instruction.jt } else { instruction.jf });
        at += 1;
        match instruction.code {
            0x20 => {
                accumulator = u32::from_le_bytes(data[k as usize..k as usize + 4].try_into().unwrap());
            }
            0x54 => accumulator &= k,
            0x05 => at += k as usize,
            0x15 => at += jump(accumulator == k),
            0x25 => at += jump(accumulator > k),
            0x35 => at += jump(accumulator >= k),
            0x06 => return k,
            code => panic!("an instruction that the filters didn't have: {code:#x}"),
        }
    }
}

#[test]
fn only_listed_calls_are_allowed() {
    let conditionally = [SYS_madvise, SYS_mmap, SYS_mprotect, SYS_tgkill];
    let expected: BTreeSet<i64> = ALLOWED.iter().copied().chain(conditionally).collect();
    // Arguments that each conditional call accepts: its own process, harmless advice, private memory that isn't
    // executable.
    let arguments = [PROCESS.into(), 0, MADV_FREE as u64, MAP_PRIVATE as u64, 0, 0];
    let allowed: BTreeSet<i64> = (0..MAX_CALL).filter(|call| is_allowed(*call, arguments)).collect();
    assert_eq!(allowed, expected);
}

#[test]
fn fatal_calls_end_the_process() {
    let fatal: BTreeSet<i64> =
        (0..MAX_CALL).filter(|call| verdict(*call, [0; 6]) == SECCOMP_RET_KILL_PROCESS).collect();
    assert_eq!(fatal, FATAL.iter().copied().collect());
    for harmless in [libc::SYS_openat, libc::SYS_prctl, libc::SYS_ioctl] {
        assert_eq!(verdict(harmless, [0; 6]), SECCOMP_RET_ERRNO | EPERM as u32);
    }
}

#[test]
fn nothing_becomes_executable() {
    for call in [SYS_mmap, SYS_mprotect] {
        let with = |protection: i32| [0, 4096, protection as u64, MAP_PRIVATE as u64, 0, 0];
        assert!(is_allowed(call, with(PROT_READ | PROT_WRITE)));
        assert!(!is_allowed(call, with(PROT_READ | PROT_EXEC)));
        assert!(!is_allowed(call, with(PROT_READ | PROT_WRITE | PROT_EXEC)));
    }
}

#[test]
fn a_process_may_abort_itself_alone() {
    let of = |process: u32| [process.into(), 1, 6, 0, 0, 0];
    assert!(is_allowed(SYS_tgkill, of(PROCESS)));
    for other in [0, 1, PROCESS - 1, PROCESS + 1, u32::MAX] {
        assert!(!is_allowed(SYS_tgkill, of(other)), "{other}");
    }
}

#[test]
fn memory_that_does_not_count_is_refused() {
    let allowed =
        |flags: c_int| is_allowed(SYS_mmap, [0, 4096, PROT_WRITE as u64, flags as u64, u64::MAX, 0]);
    assert!(allowed(MAP_PRIVATE | MAP_ANONYMOUS) && allowed(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE));
    for flags in [MAP_SHARED, MAP_PRIVATE | MAP_GROWSDOWN, MAP_PRIVATE | MAP_HUGETLB, 0] {
        assert!(!allowed(flags | MAP_ANONYMOUS), "{flags:#x}");
    }
}

#[test]
fn harmful_advice_is_refused() {
    let allowed = |advice: c_int| is_allowed(SYS_madvise, [0, 4096, advice as u64, 0, 0, 0]);
    assert!(allowed(MADV_DONTNEED) && !allowed(MADV_HWPOISON) && !allowed(MADV_MERGEABLE));
}
