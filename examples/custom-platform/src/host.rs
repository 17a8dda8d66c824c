//! The functions of the host in C besides the platform's. `host/platform.h` is made from this file.

unsafe extern "C" {
    /// Allocates memory at a multiple of `alignment`, a power of two; NULL where none is left.
    pub fn host_allocate(bytes: usize, alignment: usize) -> *mut u8;
    /// Frees memory that was allocated with this size and alignment.
    pub fn host_free(memory: *mut u8, bytes: usize, alignment: usize);
    /// Ends the program, or the part of it that can't go on, with a reason. Does not return.
    pub fn host_fail(reason: *const u8, bytes: usize) -> !;
    /// Reports why an artifact was not opened, or why its function didn't return.
    pub fn host_report(reason: *const u8, bytes: usize);
    /// Logs a number of the guest's.
    pub fn host_log(number: i64);
    /// Notes that the guest is about to be called.
    pub fn host_opened();
    /// Makes memory executable and not writable; 0 on success.
    #[cfg(feature = "code-memory")]
    pub fn host_make_executable(memory: *const u8, bytes: usize) -> i32;
    /// Makes memory writable and not executable; 0 on success.
    #[cfg(feature = "code-memory")]
    pub fn host_make_writable(memory: *const u8, bytes: usize) -> i32;
}

pub(crate) fn report(reason: &str) {
    // SAFETY: the bytes live as long as the call.
    unsafe { host_report(reason.as_ptr(), reason.len()) }
}

pub(crate) fn log(number: i64) {
    // SAFETY: the function takes any number.
    unsafe { host_log(number) }
}

pub(crate) fn opened() {
    // SAFETY: the function takes nothing.
    unsafe { host_opened() }
}
