//! Whole repositories to run the program on, and the run.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The example repository.
pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Real repositories beside the project, for those who have them; says so when there are none.
pub(crate) fn corpus() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let Ok(entries) = directory.read_dir() else {
        // Not `eprintln!`: the test harness would keep it to itself.
        let why = format!("SKIPPED: there are no repositories at {}\n", directory.display());
        std::io::stderr().write_all(why.as_bytes()).unwrap();
        return Vec::new();
    };
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

/// The JSON report on a repository: its text, with no time for the run.
pub(crate) fn report(repository: &Path, threads: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_paritylint"))
        .args(["check", "--format", "json", "--today", "2026-12-01", "--jobs", threads])
        .arg(repository)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let name = repository.display();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{name}: {:?} {errors}", output.status);
    assert!(!errors.contains("panicked"), "{name}: {errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (before, after) = text.split_once("\"duration_ms\": ").unwrap();
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    format!("{before}\"duration_ms\": 0{}", &after[digits..])
}
