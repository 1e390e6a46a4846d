//! The formats for other programs.

mod sarif;

use crate::harness::{Repo, Run};

/// The report in one format, on a day that stays the same.
fn report(repo: &Repo, format: &str) -> Run {
    repo.run(&["check", "--format", format, "--today", "2026-12-01"])
}

/// Holds a report against the file in `tests/reports`; `UPDATE=1` writes it.
fn assert_snapshot(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} (UPDATE=1 writes it)", path.display());
}
