//! The errors of preview 1.

use rustix::io::Errno as System;
use std::io::{self, ErrorKind};

/// An error number of preview 1, which a function returns to the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub u16);

/// The numbers, and the system's errors of the same name.
macro_rules! errnos {
    ($($name:ident = $number:literal $(| $system:ident)?,)*) => {
        #[allow(missing_docs, reason = "the names are those of POSIX")]
        impl Errno {
            $(pub const $name: Errno = Errno($number);)*
        }

        impl From<System> for Errno {
            fn from(error: System) -> Errno {
                match error {
                    $($(System::$system => Errno::$name,)?)*
                    _ => Errno::IO,
                }
            }
        }
    };
}

errnos! {
    SUCCESS = 0,
    ACCES = 2 | ACCESS,
    AGAIN = 6 | AGAIN,
    ALREADY = 7 | ALREADY,
    BADF = 8 | BADF,
    BUSY = 10 | BUSY,
    DEADLK = 16 | DEADLK,
    DQUOT = 19 | DQUOT,
    EXIST = 20 | EXIST,
    FAULT = 21 | FAULT,
    FBIG = 22 | FBIG,
    ILSEQ = 25 | ILSEQ,
    INPROGRESS = 26 | INPROGRESS,
    INTR = 27 | INTR,
    INVAL = 28 | INVAL,
    IO = 29 | IO,
    ISDIR = 31 | ISDIR,
    LOOP = 32 | LOOP,
    MFILE = 33 | MFILE,
    MLINK = 34 | MLINK,
    NAMETOOLONG = 37 | NAMETOOLONG,
    NFILE = 41 | NFILE,
    NODEV = 43 | NODEV,
    NOENT = 44 | NOENT,
    NOLCK = 46 | NOLCK,
    NOMEM = 48 | NOMEM,
    NOSPC = 51 | NOSPC,
    NOSYS = 52 | NOSYS,
    NOTDIR = 54 | NOTDIR,
    NOTEMPTY = 55 | NOTEMPTY,
    NOTRECOVERABLE = 56 | NOTRECOVERABLE,
    NOTSOCK = 57 | NOTSOCK,
    NOTSUP = 58 | NOTSUP,
    NOTTY = 59 | NOTTY,
    NXIO = 60 | NXIO,
    OVERFLOW = 61 | OVERFLOW,
    PERM = 63 | PERM,
    PIPE = 64 | PIPE,
    RANGE = 68 | RANGE,
    ROFS = 69 | ROFS,
    SPIPE = 70 | SPIPE,
    TXTBSY = 74 | TXTBSY,
    XDEV = 75 | XDEV,
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Errno {
        if let Some(error) = System::from_io_error(&error) {
            return error.into();
        }
        // Without a number: cap-primitives' own, such as that of a path that leads out of its folder.
        match error.kind() {
            ErrorKind::NotFound => Errno::NOENT,
            ErrorKind::PermissionDenied => Errno::PERM,
            ErrorKind::AlreadyExists => Errno::EXIST,
            ErrorKind::InvalidInput => Errno::INVAL,
            _ => Errno::IO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_keep_their_names() {
        assert_eq!(Errno::from(System::NOENT), Errno::NOENT);
        assert_eq!(Errno::from(System::ROFS), Errno(69));
        // A number that preview 1 doesn't have.
        assert_eq!(Errno::from(System::NOTUNIQ), Errno::IO);
        assert_eq!(Errno::from(io::Error::from(System::MFILE)), Errno::MFILE);
        assert_eq!(Errno::from(io::Error::new(ErrorKind::PermissionDenied, "out")), Errno::PERM);
    }
}
