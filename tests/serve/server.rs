//! A server that a test has started.

use std::io::{BufRead, BufReader, Lines, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use support::{Ended, Folder, Runner, runner};

/// The time in which a server must listen or end.
const LONGEST: Duration = Duration::from_secs(60);

/// A server that a test has started. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// The lines of standard error after the first.
    lines: Receiver<String>,
    /// The thread that reads them, and then keeps standard error open.
    _reader: JoinHandle<Lines<BufReader<ChildStderr>>>,
}

impl Server {
    /// Starts a server on a port of the system's choice, with these arguments.
    pub(crate) fn start(folder: &Folder, arguments: &[&str]) -> Server {
        let mut command = folder.command(runner(Runner::Full));
        command.args(["serve", "--addr", "127.0.0.1:0"]).args(arguments);
        Server::spawn(command)
    }

    /// Starts a server by a command.
    pub(crate) fn spawn(command: Command) -> Server {
        Server::spawn_and_read(command, usize::MAX)
    }

    /// Starts a server by a command. Nobody reads its standard error after the first line.
    pub(crate) fn spawn_unread(command: Command) -> Server {
        Server::spawn_and_read(command, 1)
    }

    /// Starts a server by a command, and reads this many lines of its standard error.
    fn spawn_and_read(mut command: Command, most: usize) -> Server {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let (line, lines) = channel();
        let reader = thread::spawn(move || {
            let _ = stderr.by_ref().take(most).map_while(Result::ok).try_for_each(|text| line.send(text));
            stderr
        });
        let first =
            lines.recv_timeout(LONGEST).unwrap_or_else(|_| panic!("it says nothing: {:?}", child.wait()));
        let address = first.strip_prefix("serving on http://").and_then(|rest| rest.strip_suffix('/'));
        let address = address.unwrap_or_else(|| panic!("it doesn't listen: {first}")).parse().unwrap();
        Server { child, address, lines, _reader: reader }
    }

    /// The address on which it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process' number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of standard error that has this text.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(LONGEST);
            let line = line.unwrap_or_else(|_| panic!("it doesn't say `{text}`"));
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill").args(["-s", signal, &self.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Ends it by SIGTERM.
    pub(crate) fn end(self) -> Ended {
        self.signal("TERM");
        self.wait()
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Ended {
        let code = self.child.wait().unwrap().code();
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let stderr: Vec<String> = self.lines.iter().collect();
        Ended { code, stdout, stderr: stderr.join("\n") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
