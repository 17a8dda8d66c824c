//! The owners of a file at the place of an output, which may be another user's.

use std::fs::Metadata;

/// The grounds on which an existing file counts as the user's: its owner, or the user's naming of it.
#[cfg_attr(not(unix), allow(dead_code, reason = "no file says there who owns it"))]
pub(super) struct Owners<'a> {
    /// The file that the output is made from.
    pub(super) input: Option<&'a Metadata>,
    /// The folder of the output.
    pub(super) folder: Option<&'a Metadata>,
    /// `true` if the user named the output.
    pub(super) is_named: bool,
}

#[cfg(unix)]
impl Owners<'_> {
    /// The test that a file's owner and permissions may decide who reads the output: another user may have put any
    /// file there.
    pub(super) fn accepts_owner(&self, there: &Metadata) -> bool {
        self.is_chosen(there) || self.is_ours(there)
    }

    /// The test that the output may be written into a file: not if more users could read it than the input.
    pub(super) fn admits(&self, there: &Metadata) -> bool {
        self.is_chosen(there) || self.is_ours(there) && self.is_private(there)
    }

    /// The test that the user meant that file: in a folder that all may write to, a name alone doesn't show it.
    fn is_chosen(&self, there: &Metadata) -> bool {
        self.is_named && !self.folder.is_some_and(|folder| super::links::is_foreign(there, folder))
    }

    /// The test that a file is this user's, or, for root, that it has the input's owner.
    fn is_ours(&self, there: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt;
        let user = rustix::process::geteuid();
        there.uid() == user.as_raw()
            || user.is_root() && self.input.is_some_and(|input| input.uid() == there.uid())
    }

    /// The test that others may do no more with a file than with the input. Another group counts as others.
    fn is_private(&self, there: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt;
        const GROUPS: u32 = 0o060;
        const OTHERS: u32 = 0o006;
        self.input.is_none_or(|input| {
            let mode = input.mode();
            let groups = if input.gid() == there.gid() { mode } else { (mode & OTHERS) << 3 & mode };
            there.mode() & (GROUPS | OTHERS) & !(groups & GROUPS | mode & OTHERS) == 0
        })
    }
}

#[cfg(not(unix))]
impl Owners<'_> {
    pub(super) fn accepts_owner(&self, _: &Metadata) -> bool {
        true
    }
}
