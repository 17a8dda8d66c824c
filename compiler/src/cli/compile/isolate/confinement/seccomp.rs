//! Seccomp: no system calls but those that compiling takes.

mod calls;
#[cfg(test)]
mod tests;

use calls::{ALLOWED, FATAL};
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
const ALLOWED_FLAGS: u32 = (MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE | MAP_STACK) as u32;
/// Advice that allocators give about memory.
const ALLOWED_ADVICE: [c_int; 4] = [MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE];

/// Has the kernel refuse all threads of this process the calls that compiling doesn't take. Returns `false` where the
/// kernel can't.
pub(super) fn restrict_calls() -> bool {
    let (Ok(fatal), Ok(allow)) = (fatal_filter(), allow_filter(std::process::id())) else { return false };
    // In the other order, the first filter would refuse the call that sets the second.
    apply_filter_all_threads(&fatal).is_ok() && apply_filter_all_threads(&allow).is_ok()
}

/// The filter that ends the process for calls that no compiler makes.
fn fatal_filter() -> Result<BpfProgram, BackendError> {
    let rules = FATAL.iter().map(|call| (*call, Vec::new())).collect();
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::KillProcess, ARCHITECTURE)?.try_into()
}

/// The filter that allows the process with this id the calls that compiling takes. All others fail as without
/// permission: the standard libraries try some, and do without.
fn allow_filter(process: u32) -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    // Executable memory comes with the program alone. Memory that is shared, or grows like a stack, doesn't count
    // against the limit, and is refused.
    let not_executed = || argument(2, SeccompCmpOp::MaskedEq(PROT_EXEC as u64), 0);
    let counted = argument(3, SeccompCmpOp::MaskedEq(u64::from(!ALLOWED_FLAGS)), MAP_PRIVATE as u64);
    rules.insert(SYS_mmap, vec![SeccompRule::new(vec![not_executed()?, counted?])?]);
    rules.insert(SYS_mprotect, vec![SeccompRule::new(vec![not_executed()?])?]);
    // Some advice is for administrators, and harms other processes.
    let advice = |advice: c_int| SeccompRule::new(vec![argument(2, SeccompCmpOp::Eq, advice as u64)?]);
    rules.insert(SYS_madvise, ALLOWED_ADVICE.into_iter().map(advice).collect::<Result<_, _>>()?);
    // The process may abort itself.
    rules.insert(SYS_tgkill, vec![SeccompRule::new(vec![argument(0, SeccompCmpOp::Eq, process.into())?])?]);
    let refused = SeccompAction::Errno(EPERM as u32);
    SeccompFilter::new(rules, refused, SeccompAction::Allow, ARCHITECTURE)?.try_into()
}

/// A condition on an argument of which the kernel takes 32 bits.
fn argument(index: u8, is: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, is, value)
}
