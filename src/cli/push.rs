//! What git tells a pre-push hook on its standard input, see githooks(5).

use std::io::{BufRead as _, BufReader, Read as _, stdin};
use std::sync::mpsc;
use std::time::Duration;

/// How long git is given to begin; a pipe that nobody writes to must not hold a check up.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most bytes that are read.
const LONGEST: u64 = 1 << 20;

/// A branch that is pushed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Push {
    /// The commit that is pushed.
    pub(super) local: String,
    /// The commit that the remote has; `None` for a new branch.
    pub(super) remote: Option<String>,
}

/// The branches that git is about to push, without those that it deletes; `None` when nothing of
/// the kind is announced.
pub(super) fn announced() -> Option<Vec<Push>> {
    if std::env::var_os("PRE_COMMIT").is_some() || !is_pipe() {
        return None;
    }
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(stdin().take(LONGEST)).lines();
        let read: Vec<String> = lines.map_while(Result::ok).collect();
        // Nobody listens any more when git was too slow.
        let _ = sender.send(read);
    });
    parse(&receiver.recv_timeout(PATIENCE).ok()?)
}

#[cfg(unix)]
fn is_pipe() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;

    let handle = stdin().as_fd().try_clone_to_owned().map(File::from);
    let kind = handle.and_then(|file| file.metadata()).map(|found| found.file_type());
    kind.is_ok_and(|kind| kind.is_fifo())
}

#[cfg(not(unix))]
fn is_pipe() -> bool {
    use std::io::IsTerminal as _;

    !stdin().is_terminal()
}

/// Reads `<local ref> <local oid> <remote ref> <remote oid>` lines; `None` unless all are such.
fn parse(lines: &[String]) -> Option<Vec<Push>> {
    let is_id = |text: &str| text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let mut pushes = Vec::new();
    for line in lines {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, local, _, remote] = fields[..] else { return None };
        if !is_id(local) || !is_id(remote) {
            return None;
        }
        if !is_zero(local) {
            let remote = (!is_zero(remote)).then(|| remote.to_owned());
            let push = Push { local: local.to_owned(), remote };
            if !pushes.contains(&push) {
                pushes.push(push);
            }
        }
    }
    (!lines.is_empty()).then_some(pushes)
}

#[cfg(test)]
mod tests {
    use super::{Push, parse};

    #[test]
    fn lines_of_git_are_read_and_deletions_left_out() {
        let (one, two, zero) = ("1".repeat(40), "2".repeat(64), "0".repeat(40));
        let lines = [
            format!("refs/heads/a {one} refs/heads/a {zero}"),
            format!("refs/heads/b {two} refs/heads/b {one}"),
            format!("(delete) {zero} refs/heads/c {one}"),
        ];
        let new = Push { local: one.clone(), remote: None };
        let known = Push { local: two, remote: Some(one) };
        assert_eq!(parse(&lines), Some(vec![new, known]));
        assert_eq!(parse(&[]), None);
        assert_eq!(parse(&["some text".to_owned()]), None);
        assert_eq!(parse(&lines[2..]), Some(vec![]));
    }
}
