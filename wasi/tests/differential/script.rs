//! Made-up calls: a function, arguments that mostly make sense, and what they point to.

use fastrand::Rng;
use precompile_wasi::{FUNCTIONS, Function};

/// The size of the guests' memory.
pub(crate) const MEMORY_BYTES: usize = 64 << 10;
/// The paths, each in a slot of its own.
const PATHS: u32 = 0;
const PATH_BYTES: u32 = 64;
const BUFFERS: u32 = 0x1000;
const SUBSCRIPTIONS: u32 = 0x2000;
/// The first place for results. Below are the arguments.
pub(crate) const RESULTS: u32 = 0x4000;
/// The place for results of several kilobytes.
const LARGE_RESULT: u32 = 0x5000;

/// The paths that guests use: those of `guest::fill`, new ones, and such as lead out.
const NAMES: [&str; 34] = [
    "file",
    "empty",
    "folder",
    "folder/inner",
    "folder/deep/est",
    "link",
    "dangling",
    "out",
    "loop",
    "sideways",
    "new",
    "new2",
    "folder/new",
    ".",
    "..",
    "/",
    "/etc/passwd",
    "",
    "../file",
    "folder/..",
    "folder/../file",
    "folder/../../file",
    "link/x",
    "file/",
    "folder/",
    "new/",
    "out/x",
    "./file",
    "folder//inner",
    "a\0b",
    "sideways/inner",
    "loop/x",
    "folder/.",
    "a-name-that-is-new-and-longer-than-most",
];
/// Bytes that are no text.
const NO_TEXT: &[u8] = &[b'f', 0xff, 0xfe];

/// The parameters of the functions, by kind: `f` a descriptor, `p` a path and its length, `v` buffers and their number,
/// `o` a place for a result, `b` a place for many bytes, `z` a length, `l` flags of a path, `r` rights, `t` a time, `s`
/// flags of times, `n` an offset, `w` a whence, `a` an advice, `c` a clock, `k` a cookie, `F` flags of a descriptor,
/// `O` flags of opening, `u` subscriptions, `m` their number, `x` 0 or 1.
fn kinds(name: &str) -> &'static str {
    match name {
        "args_get" | "environ_get" => "ob",
        "args_sizes_get" | "environ_sizes_get" => "oo",
        "clock_res_get" => "co",
        "clock_time_get" => "cno",
        "fd_advise" => "fnna",
        "fd_allocate" => "fnn",
        "fd_close" | "fd_datasync" | "fd_sync" => "f",
        "fd_fdstat_get" | "fd_filestat_get" | "fd_prestat_get" | "fd_tell" => "fo",
        "fd_fdstat_set_flags" => "fF",
        "fd_fdstat_set_rights" => "frr",
        "fd_filestat_set_size" => "fn",
        "fd_filestat_set_times" => "ftts",
        "fd_pread" | "fd_pwrite" => "fvno",
        "fd_prestat_dir_name" => "fbz",
        "fd_read" | "fd_write" => "fvo",
        "fd_readdir" => "fbzko",
        "fd_renumber" => "ff",
        "fd_seek" => "fnwo",
        "path_create_directory" | "path_remove_directory" | "path_unlink_file" => "fp",
        "path_filestat_get" => "flpo",
        "path_filestat_set_times" => "flptts",
        "path_link" => "flpfp",
        "path_open" => "flpOrrFo",
        "path_readlink" => "fpbzo",
        "path_rename" => "fpfp",
        "path_symlink" => "pfp",
        "poll_oneoff" => "ubmo",
        "proc_exit" | "proc_raise" => "x",
        "random_get" => "bz",
        "sched_yield" => "",
        "sock_accept" => "fxo",
        "sock_recv" => "fvxoo",
        "sock_send" => "fvxo",
        "sock_shutdown" => "fx",
        other => unreachable!("{other} has no kinds"),
    }
}

/// A made-up call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) function: Of,
    pub(crate) args: Vec<u64>,
}

/// A function, which has no name when it is printed.
pub(crate) struct Of(pub(crate) &'static Function);

impl std::fmt::Debug for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.params)
    }
}

/// Writes the paths.
pub(crate) fn write_paths(memory: &mut [u8]) {
    for (slot, name) in NAMES.iter().map(|name| name.as_bytes()).chain([NO_TEXT]).enumerate() {
        memory[slot * PATH_BYTES as usize..][..name.len()].copy_from_slice(name);
    }
}

/// A call, whose buffers and subscriptions are written to memory.
pub(crate) fn next(random: &mut Rng, memory: &mut [u8]) -> Call {
    // Opening more often than the others, or few descriptors would be open.
    let function = match random.u8(0..10) {
        0 => FUNCTIONS.iter().find(|function| function.name == "path_open").unwrap(),
        _ => &FUNCTIONS[random.usize(0..FUNCTIONS.len())],
    };
    let mut args = Vec::new();
    for kind in kinds(function.name).bytes() {
        arguments(kind, random, memory, &mut args);
    }
    assert_eq!(args.len(), function.params.len(), "{}", function.name);
    Call { name: function.name, function: Of(function), args }
}

/// Appends the arguments for a parameter of a kind.
fn arguments(kind: u8, random: &mut Rng, memory: &mut [u8], args: &mut Vec<u64>) {
    if random.u16(0..400) == 0 && !matches!(kind, b'p' | b'v' | b'm' | b'z' | b'u') {
        // Anything. Flags have more bits than there are flags.
        args.push(if random.bool() { random.u64(..) & 0xffff_ffff } else { random.u64(0..100) });
        return;
    }
    match kind {
        b'f' => args.push(random.u64(0..12)),
        b'p' => {
            let slot = random.usize(0..=NAMES.len());
            let length = NAMES.get(slot).map_or(NO_TEXT.len(), |name| name.len());
            args.extend([u64::from(PATHS + slot as u32 * PATH_BYTES), length as u64]);
        }
        b'v' => args.extend([u64::from(BUFFERS) + skew(random), u64::from(buffers(random, memory))]),
        b'o' => args.push(u64::from(RESULTS) + random.u64(0..16) * 64 + skew(random)),
        b'b' => args.push(u64::from(LARGE_RESULT)),
        b'z' => args.push([0, 1, 24, 30, 100, 4096][random.usize(0..6)]),
        b'l' => args.push(random.u64(0..2)),
        b'r' => args.push([0, 2, 64, 66, (1 << 30) - 1, 1 << 14][random.usize(0..6)]),
        b't' => args.push([0, 1, 1_700_000_000_123_456_789, u64::MAX][random.usize(0..4)]),
        b's' => args.push(random.u64(0..16)),
        b'n' => args.push(
            [0, 1, 5, 100, 4095, (-1_i64) as u64, (-5_i64) as u64, 1 << 40, 1 << 63][random.usize(0..9)],
        ),
        b'w' => args.push(random.u64(0..3)),
        b'a' => args.push(random.u64(0..6)),
        b'c' => args.push(random.u64(0..4)),
        b'k' => args.push(random.u64(0..8)),
        b'F' => args.push(if random.u8(0..3) == 0 { random.u64(0..32) } else { random.u64(0..2) }),
        b'O' => args.push(random.u64(0..16)),
        b'u' => args.push(u64::from(SUBSCRIPTIONS)),
        b'm' => args.push(u64::from(subscriptions(random, memory))),
        b'x' => args.push(random.u64(0..2)),
        other => unreachable!("{} is no kind", other as char),
    }
}

/// A distance that makes a pointer crooked, now and then.
fn skew(random: &mut Rng) -> u64 {
    if random.u16(0..400) == 0 { random.u64(1..8) } else { 0 }
}

/// Writes buffers, and returns their number.
fn buffers(random: &mut Rng, memory: &mut [u8]) -> u32 {
    let count = random.u32(0..4);
    for number in 0..count {
        // The last is too near to the end for most lengths.
        let last = if random.u8(0..30) == 0 { 0xfff0 } else { 0x9000 };
        let start = [LARGE_RESULT, 0x6000, 0x7ff0, last][random.usize(0..4)];
        let length = [0, 1, 7, 64, 1000, 5000][random.usize(0..6)];
        write(memory, BUFFERS + number * 8, &start.to_le_bytes());
        write(memory, BUFFERS + number * 8 + 4, &u32::to_le_bytes(length));
    }
    count
}

/// Writes subscriptions, and returns their number. One of them is over soon.
fn subscriptions(random: &mut Rng, memory: &mut [u8]) -> u32 {
    let count = random.u32(0..4);
    for number in 0..count {
        let at = SUBSCRIPTIONS + number * 48;
        write(memory, at, &[0; 48]);
        write(memory, at, &random.u64(..).to_le_bytes());
        match random.u8(0..6) {
            kind @ (1 | 2) => {
                write(memory, at + 8, &[kind]);
                write(memory, at + 16, &random.u32(0..12).to_le_bytes());
            }
            3 if random.u8(0..10) == 0 => write(memory, at + 8, &[3]),
            _ => {
                write(memory, at + 16, &random.u32(0..2).to_le_bytes());
                // The first is over at once, the others much later, so that no wait is long and none is a race.
                let timeout = if number == 0 || random.bool() { 0 } else { 10_000_000_000 };
                write(memory, at + 24, &u64::to_le_bytes(timeout));
                write(memory, at + 40, &random.u16(0..2).to_le_bytes());
            }
        }
    }
    count
}

fn write(memory: &mut [u8], at: u32, bytes: &[u8]) {
    memory[at as usize..][..bytes.len()].copy_from_slice(bytes);
}
