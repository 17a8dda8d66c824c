//! All that a guest has.

use crate::descriptor::{Descriptor, Directory};
use crate::descriptors::Descriptors;
use crate::listings::Listings;
use crate::stream::{Input, Output};
use cap_primitives::ambient_authority;
use cap_primitives::fs::open_ambient_dir;
use std::io;
use std::path::Path;
use std::time::Instant;

/// The maximum size of a folder's listing in bytes, unless it is set.
const MAX_LISTING_BYTES: usize = 1 << 30;

/// All that a guest has: its arguments, environment, standard streams and folders, and the descriptors that it opens.
pub struct Context {
    pub(crate) arguments: Vec<Vec<u8>>,
    pub(crate) environment: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) input: Input,
    pub(crate) descriptors: Descriptors,
    pub(crate) listings: Listings,
    pub(crate) max_listing_bytes: usize,
    /// The beginning of the guest's monotonic clock.
    pub(crate) start: Instant,
}

impl Context {
    /// A context with these standard streams, and nothing else.
    pub fn new(input: Input, output: Output, errors: Output) -> Context {
        let mut descriptors = Descriptors::default();
        for descriptor in [Descriptor::Stdin, Descriptor::Output(output), Descriptor::Output(errors)] {
            // The first three numbers are free.
            let _ = descriptors.add(descriptor);
        }
        Context {
            arguments: Vec::new(),
            environment: Vec::new(),
            input,
            descriptors,
            listings: Listings::default(),
            max_listing_bytes: MAX_LISTING_BYTES,
            start: Instant::now(),
        }
    }

    /// Replaces the standard input.
    pub fn set_input(&mut self, input: Input) {
        self.input = input;
    }

    /// Replaces the standard output.
    pub fn set_output(&mut self, output: Output) {
        self.replace(1, output);
    }

    /// Replaces the standard error.
    pub fn set_errors(&mut self, errors: Output) {
        self.replace(2, errors);
    }

    fn replace(&mut self, number: u32, output: Output) {
        // A guest that has run may have closed it.
        if let Ok(descriptor) = self.descriptors.get_mut(number) {
            *descriptor = Descriptor::Output(output);
        }
    }

    /// Adds an argument. The first is the program's name. Guests get its bytes, and most expect UTF-8.
    pub fn argument(&mut self, argument: impl Into<Vec<u8>>) {
        self.arguments.push(argument.into());
    }

    /// Adds an environment variable. Guests get its bytes, and most expect UTF-8.
    pub fn variable(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.environment.push((name.into(), value.into()));
    }

    /// Adds a folder under the guest's path `guest`. Unless `is_writable` is set, neither it nor anything in it can be
    /// changed through it.
    ///
    /// # Errors
    ///
    /// If it can't be opened, or is no folder.
    pub fn folder(&mut self, host: &Path, guest: impl Into<String>, is_writable: bool) -> io::Result<()> {
        let handle = open_ambient_dir(host, ambient_authority())?;
        let preopened = Some(guest.into());
        let directory = Directory { handle, is_writable, is_read: true, preopened };
        self.descriptors.add(Descriptor::Directory(directory)).map_err(|_| io::ErrorKind::QuotaExceeded)?;
        Ok(())
    }

    /// Sets the maximum size in bytes of the listing of a folder, which is in this process' memory while the guest reads
    /// it piece by piece.
    pub fn set_max_listing_bytes(&mut self, bytes: usize) {
        self.max_listing_bytes = bytes;
    }
}
