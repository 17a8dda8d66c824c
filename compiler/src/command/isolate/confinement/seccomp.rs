//! No system calls but those that compiling takes.

mod calls;
#[cfg(test)]
mod tests;

use calls::{DEADLY, FREE};
use libc::{EPERM, PROT_EXEC, SYS_mmap, SYS_mprotect, SYS_tgkill};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};
use std::collections::BTreeMap;

#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;

/// Has the kernel refuse all threads of this process what compiling doesn't take. Whether it does.
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
    // Memory that is executed comes with the program.
    let not_executed = || argument(2, SeccompCmpOp::MaskedEq(PROT_EXEC as u64), 0);
    rules.insert(SYS_mmap, vec![not_executed()?]);
    rules.insert(SYS_mprotect, vec![not_executed()?]);
    // To abort.
    rules.insert(SYS_tgkill, vec![argument(0, SeccompCmpOp::Eq, process.into())?]);
    let refused = SeccompAction::Errno(EPERM as u32);
    SeccompFilter::new(rules, refused, SeccompAction::Allow, ARCHITECTURE)?.try_into()
}

/// The rule that an argument, of which the kernel takes 32 bits, is such.
fn argument(index: u8, is: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(index, SeccompCmpArgLen::Dword, is, value)?])
}
