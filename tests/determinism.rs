//! The report is the same, byte for byte, whatever the number of threads and at every run.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

#[path = "common/repositories.rs"]
mod repositories;

use std::path::Path;

/// Runs with 1, 2 and 4 threads, the last twice.
fn assert_stable(repository: &Path) {
    let first = repositories::report(repository, "1");
    assert!(first.contains("\"schema\": \"paritylint/v1\""));
    for threads in ["2", "4", "4"] {
        let again = repositories::report(repository, threads);
        let differs = first.lines().zip(again.lines()).find(|(a, b)| a != b);
        let name = repository.display();
        assert!(first == again, "{name}, {threads} threads: {differs:?}");
    }
}

#[test]
fn the_examples_give_the_same_report_at_every_run() {
    assert_stable(&repositories::examples());
}

#[test]
fn real_repositories_give_the_same_report_at_every_run() {
    for repository in repositories::corpus() {
        assert_stable(&repository);
    }
}
