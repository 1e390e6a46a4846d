//! Whole repositories: the program ends, and every place that it names is there.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its files")]

#[path = "common/positions.rs"]
mod positions;
#[path = "common/repositories.rs"]
mod repositories;

use std::path::Path;

/// Checks the repository; the number of findings.
fn assert_true_places(repository: &Path) -> usize {
    let report = repositories::report(repository, "2");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let wrong = positions::wrong_regions(&report["findings"], repository);
    assert!(wrong.is_empty(), "{}\n{}", repository.display(), wrong.join("\n"));
    let suppressed = report["suppressed"].as_array().unwrap();
    let excepted: Vec<_> = suppressed.iter().map(|entry| entry["finding"].clone()).collect();
    let wrong = positions::wrong_regions(&excepted.into(), repository);
    assert!(wrong.is_empty(), "{}\n{}", repository.display(), wrong.join("\n"));
    report["findings"].as_array().unwrap().len()
}

#[test]
fn places_in_the_examples_are_true() {
    assert!(assert_true_places(&repositories::examples()) > 10);
}

#[test]
fn places_in_real_repositories_are_true() {
    let repositories = repositories::corpus();
    let found: usize = repositories.iter().map(|path| assert_true_places(path)).sum();
    assert!(repositories.is_empty() || found > 0, "nothing is found anywhere");
}
