//! The formats for other programs.

mod hostile;
mod places;
mod sarif;
mod shapes;

use clap::ValueEnum as _;
use paritylint::report::Format;

use crate::harness::{Repo, Run};

/// The report in one format, on a day that stays the same.
fn report(repo: &Repo, format: &str) -> Run {
    repo.run(&["check", "--format", format, "--today", "2026-12-01"])
}

/// The names of all formats.
pub(crate) fn formats() -> Vec<String> {
    let values = Format::value_variants().iter().filter_map(Format::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect()
}

/// Holds a report against the file in `tests/reports`; `UPDATE=1` writes it.
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} (UPDATE=1 writes it)", path.display());
}

/// The text without what differs from run to run: the time it took, and the word made from it.
fn steady(text: &str) -> String {
    let token = text.split("::stop-commands::").nth(1).and_then(|rest| rest.lines().next());
    let text = token.map_or(text.to_owned(), |token| text.replace(token, "TOKEN"));
    let line = |line: &str| match line.rsplit_once(" in ") {
        Some((counts, _)) if line.starts_with("checked ") => format!("{counts} in 0 ms"),
        _ if line.trim_start().starts_with("\"duration_ms\"") => "    \"duration_ms\": 0".into(),
        _ => line.to_owned(),
    };
    text.lines().map(|part| line(part) + "\n").collect()
}
