//! What the host in C offers besides the platform's functions. `host/platform.h` is made of this file.

unsafe extern "C" {
    /// Allocates memory, `alignment` being a power of two; NULL where there is none left.
    pub fn host_allocate(bytes: usize, alignment: usize) -> *mut u8;
    /// Frees what was allocated with this size and alignment.
    pub fn host_free(memory: *mut u8, bytes: usize, alignment: usize);
    /// Ends the program, or whatever it is that can't go on, with a reason. Does not return.
    pub fn host_fail(reason: *const u8, bytes: usize) -> !;
    /// Tells why an artifact was not opened, or why its function didn't return.
    pub fn host_report(reason: *const u8, bytes: usize);
    /// What the guest logs.
    pub fn host_log(number: i64);
    /// The guest is about to be called.
    pub fn host_opened();
    /// Makes memory executable and not writable; 0 where it could.
    #[cfg(feature = "code-memory")]
    pub fn host_make_executable(memory: *const u8, bytes: usize) -> i32;
    /// Makes it writable and not executable; 0 where it could.
    #[cfg(feature = "code-memory")]
    pub fn host_make_writable(memory: *const u8, bytes: usize) -> i32;
}

pub(crate) fn report(reason: &str) {
    // SAFETY: the bytes are there while it is called.
    unsafe { host_report(reason.as_ptr(), reason.len()) }
}

pub(crate) fn log(number: i64) {
    // SAFETY: it takes any number.
    unsafe { host_log(number) }
}

pub(crate) fn opened() {
    // SAFETY: it takes nothing.
    unsafe { host_opened() }
}
