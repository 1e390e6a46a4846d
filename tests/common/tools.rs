//! The programs that read what the project publishes: `.ci/tools` installs them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The program of this name. Without it the caller's test has nothing to say: it fails where
/// `PARITYLINT_TOOLS` promises the tools (as in `.ci/run`), and is skipped, with a word, elsewhere.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let promised = std::env::var_os("PARITYLINT_TOOLS").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools");
    let program = promised.clone().unwrap_or_else(beside).join("bin").join(name);
    if program.exists() {
        return Some(program);
    }
    assert!(promised.is_none(), "{} is missing: run .ci/tools", program.display());
    // Not `eprintln!`: the test harness would keep it to itself.
    let why = format!("SKIPPED: {name} is not installed; .ci/tools does it\n");
    std::io::stderr().write_all(why.as_bytes()).unwrap();
    None
}
