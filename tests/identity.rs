//! Files that look unchanged and so aren't read: no file gets another's artifact, however similar they look.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "what can't run says so")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use support::{Folder, precompile, run};
use tempfile::TempDir;

/// Two modules of the same size.
const ONE: &str = "(module (func (export \"f\") (result i32) (i32.const 1)))";
const TWO: &str = "(module (func (export \"f\") (result i32) (i32.const 2)))";

/// The artifact of a module without a cache.
fn right(folder: &Folder, module: &str) -> Vec<u8> {
    folder.write("right.wat", module);
    let ended = folder.precompile(["-q", "--no-cache", "right.wat"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    fs::read(folder.join("right.cwasm")).unwrap()
}

/// Compiles with the folder's cache, and returns the artifact.
fn compile(folder: &Folder, arguments: &[&str], input: &Path, output: &Path) -> Vec<u8> {
    let mut command = folder.command(precompile());
    let ended = run(command.args(arguments).arg(input).arg("-o").arg(output));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    fs::read(output).unwrap()
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// A mount point, and the server of its file system, if it has one; unmounted with the value.
struct Mounted(PathBuf, Option<Child>);

impl Drop for Mounted {
    fn drop(&mut self) {
        run(Command::new("umount").arg(&self.0));
        if let Some(mut child) = self.1.take() {
            let _ = child.wait();
        }
    }
}

/// A mounted file system without change times, whose server reports its files: `sshfs`, which talks to OpenSSH's file
/// server. `None` where this machine has none.
fn sshfs(server: &str, folder: &Path, mount: &Path) -> Option<Mounted> {
    let script = "mkfifo \"$1.pipe\" 2> /dev/null; \"$3\" < \"$1.pipe\" | sshfs -f -o passive :\"$2\" \"$1\" > \"$1.pipe\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(mount).arg(folder).arg(server);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let mounted = Mounted(mount.into(), Some(child));
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if succeeds(Command::new("mountpoint").arg("-q").arg(mount)) {
            return Some(mounted);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    None
}

fn sftp_server() -> Option<&'static str> {
    let places =
        ["/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server"];
    places.into_iter().find(|place| Path::new(place).exists())
}

#[test]
fn files_on_a_server_are_read() {
    let (Some(server), true) = (sftp_server(), succeeds(Command::new("sshfs").arg("-V"))) else {
        println!("not run: there is no sshfs, or no sftp-server: install sshfs and openssh-sftp-server");
        return;
    };
    if File::options().write(true).open("/dev/fuse").is_err() {
        println!("not run: /dev/fuse can't be used here");
        return;
    }
    let folder = Folder::new();
    let mount = folder.join("mount");
    fs::create_dir(&mount).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800);
    for (name, module) in [("a", ONE), ("b", TWO)] {
        fs::create_dir(folder.join(name)).unwrap();
        let file = folder.write(&format!("{name}/{name}.wat"), module);
        File::options().write(true).open(file).unwrap().set_modified(long_ago).unwrap();
    }
    for (name, module) in [("a", ONE), ("b", TWO)] {
        let Some(_mounted) = sshfs(server, &folder.join(name), &mount) else {
            println!("not run: sshfs doesn't mount here");
            return;
        };
        let (input, output) = (mount.join(format!("{name}.wat")), folder.join(&format!("{name}.cwasm")));
        assert!(compile(&folder, &[], &input, &output) == right(&folder, module), "{name}");
        // An output on the server is read, too.
        let there = mount.join("out.cwasm");
        assert!(compile(&folder, &[], &input, &there) == right(&folder, module), "{name}");
        assert!(compile(&folder, &[], &input, &there) == right(&folder, module), "{name}");
        fs::remove_file(there).unwrap();
    }
}

/// Images whose files have the same inodes and times are mounted in turn.
#[test]
fn images_that_are_mounted_in_turn_are_told_apart() {
    let folder = Folder::new();
    let mount = folder.join("mount");
    fs::create_dir(&mount).unwrap();
    for (name, module) in [("one", ONE), ("two", TWO)] {
        let image = folder.join(name);
        let files = TempDir::new().unwrap();
        fs::write(files.path().join("app.wat"), module).unwrap();
        File::create(&image).unwrap().set_len(4 << 20).unwrap();
        let mut make = Command::new("mke2fs");
        make.args(["-q", "-t", "ext4", "-I", "256", "-U", "8b0f0d36-6e4b-4f6a-9f2c-2f0c7e6f2a55", "-d"]);
        if !succeeds(make.arg(files.path()).arg(&image)) {
            println!("not run: there is no mke2fs that fills an image: install e2fsprogs");
            return;
        }
        // Set the times as tools for reproducible images do.
        for time in ["ctime", "mtime", "crtime", "atime"] {
            let request = format!("set_inode_field app.wat {time} 20200101000000");
            assert!(succeeds(Command::new("debugfs").args(["-w", "-R", &request]).arg(&image)), "{time}");
        }
    }
    let mut looks = Vec::new();
    for (name, module) in [("one", ONE), ("two", TWO), ("one", ONE)] {
        if !succeeds(Command::new("mount").args(["-o", "loop,ro"]).args([&folder.join(name), &mount])) {
            println!("not run: no image can be mounted here");
            return;
        }
        let _mounted = Mounted(mount.clone(), None);
        let input = mount.join("app.wat");
        let stat = run(Command::new("stat").args(["-c", "%d %i %s %Y %Z"]).arg(&input)).stdout;
        looks.push(stat);
        let right = right(&folder, module);
        // The second time, the input may look unchanged.
        for _ in 0..2 {
            assert!(compile(&folder, &[], &input, &folder.join("app.cwasm")) == right, "{name}: {looks:?}");
        }
    }
    // The premise of the test: nothing but the content tells the files apart.
    let number = |look: &String| look.split_once(' ').unwrap().1.to_owned();
    assert_eq!(number(&looks[0]), number(&looks[1]));
}

/// A file in memory keeps its times when it is changed by way of a mapping: only reading it finds the change.
#[test]
fn outputs_are_read_with_verify_inputs() {
    let Ok(memory) = TempDir::new_in("/dev/shm") else {
        println!("not run: there is no /dev/shm");
        return;
    };
    let folder = Folder::new();
    let (input, output) = (folder.write("app.wat", ONE), memory.path().join("app.cwasm"));
    let right = compile(&folder, &[], &input, &output);
    std::thread::sleep(Duration::from_millis(2100));
    // From now on, neither file is read while it looks unchanged.
    assert!(compile(&folder, &[], &input, &output) == right);
    let change = "import mmap, sys\n\
        with open(sys.argv[1], 'r+b') as file, mmap.mmap(file.fileno(), 0) as there: there[100] ^= 1";
    if !succeeds(Command::new("python3").args(["-c", change]).arg(&output)) {
        println!("not run: there is no python3 to change a file by way of a mapping");
        return;
    }
    assert!(fs::read(&output).unwrap() != right, "it wasn't changed");
    assert!(compile(&folder, &["--verify-inputs"], &input, &output) == right);
    assert!(compile(&folder, &[], &input, &output) == right);
}

/// An output that was changed and then read as an input is no longer known as an output in place.
#[test]
fn an_output_that_was_read_as_an_input_is_repaired() {
    let folder = Folder::new();
    let (input, output) = (folder.write("app.wat", ONE), folder.join("app.cwasm"));
    let right = compile(&folder, &[], &input, &output);
    fs::write(&output, TWO).unwrap();
    std::thread::sleep(Duration::from_millis(2100));
    compile(&folder, &[], &output, &folder.join("other"));
    assert!(compile(&folder, &[], &input, &output) == right);
}
