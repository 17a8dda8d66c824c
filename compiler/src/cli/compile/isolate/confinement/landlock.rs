//! Landlock: no file system, no TCP, no other processes.

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, RestrictionStatus, Ruleset, RulesetAttr, RulesetError,
    RulesetStatus, Scope,
};

/// The newest version of the interface that is used; an older kernel enforces the rights that it knows.
const ABI_KNOWN: ABI = ABI::V7;

/// Keeps this thread, and those that it starts, out of the file system, and away from TCP and other processes, as far
/// as the kernel can. Returns whether the process can no longer gain privileges, and the version of the kernel's
/// interface, if there is any.
pub(super) fn keep_out() -> (bool, Option<u32>) {
    let Ok(RestrictionStatus { ruleset, landlock, no_new_privs, .. }) = restrict() else {
        return (false, None);
    };
    let abi = match (ruleset, landlock) {
        (RulesetStatus::NotEnforced, _) => None,
        (_, LandlockStatus::Available { effective_abi, kernel_abi }) => {
            u32::try_from(kernel_abi.unwrap_or(effective_abi as i32)).ok()
        }
        _ => None,
    };
    (no_new_privs, abi)
}

/// Denies all that Landlock can deny, with no rule that allows anything.
fn restrict() -> Result<RestrictionStatus, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(ABI_KNOWN))?
        .handle_access(AccessNet::from_all(ABI_KNOWN))?
        .scope(Scope::from_all(ABI_KNOWN))?
        .create()?
        .restrict_self()
}
