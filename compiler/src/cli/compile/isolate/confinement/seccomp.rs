//! No system calls but those that compiling takes.

mod calls;
#[cfg(test)]
mod tests;

use calls::{DEADLY, FREE};
use libc::{
    EPERM, MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MAP_ANONYMOUS, MAP_FIXED, MAP_NORESERVE,
    MAP_PRIVATE, MAP_STACK, PROT_EXEC, SYS_madvise, SYS_mmap, SYS_mprotect, SYS_tgkill, c_int,
};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};
use std::collections::BTreeMap;

#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;

/// Flags of private memory that allocators use.
const FREE_FLAGS: u32 = (MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE | MAP_STACK) as u32;
/// Advice that allocators give about memory.
const FREE_ADVICE: [c_int; 4] = [MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE];

/// Has the kernel refuse all threads of this process what compiling doesn't take, and tells whether it does.
pub(super) fn allow_little() -> bool {
    let (Ok(deadly), Ok(few)) = (deadly(), few(std::process::id())) else { return false };
    // The other way round, the first would refuse to have the second.
    apply_filter_all_threads(&deadly).is_ok() && apply_filter_all_threads(&few).is_ok()
}

/// Ends the process for what no compiler does.
fn deadly() -> Result<BpfProgram, BackendError> {
    let rules = DEADLY.iter().map(|call| (*call, Vec::new())).collect();
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::KillProcess, ARCHITECTURE)?.try_into()
}

/// Lets the process with this number do what compiling takes. All else fails, as where there is no permission:
/// the standard libraries try this and that, and do without.
fn few(process: u32) -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = FREE.iter().map(|call| (*call, Vec::new())).collect();
    // Memory that is executed comes with the program. What is shared, or grows like a stack, the limit of memory
    // doesn't count.
    let not_executed = || argument(2, SeccompCmpOp::MaskedEq(PROT_EXEC as u64), 0);
    let counted = argument(3, SeccompCmpOp::MaskedEq(u64::from(!FREE_FLAGS)), MAP_PRIVATE as u64);
    rules.insert(SYS_mmap, vec![SeccompRule::new(vec![not_executed()?, counted?])?]);
    rules.insert(SYS_mprotect, vec![SeccompRule::new(vec![not_executed()?])?]);
    // Some advice is an administrator's, and harms others.
    let advice = |advice: c_int| SeccompRule::new(vec![argument(2, SeccompCmpOp::Eq, advice as u64)?]);
    rules.insert(SYS_madvise, FREE_ADVICE.into_iter().map(advice).collect::<Result<_, _>>()?);
    // To abort.
    rules.insert(SYS_tgkill, vec![SeccompRule::new(vec![argument(0, SeccompCmpOp::Eq, process.into())?])?]);
    let refused = SeccompAction::Errno(EPERM as u32);
    SeccompFilter::new(rules, refused, SeccompAction::Allow, ARCHITECTURE)?.try_into()
}

/// The condition that an argument, of which the kernel takes 32 bits, is such.
fn argument(index: u8, is: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, is, value)
}
