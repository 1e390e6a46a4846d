//! What `examples/README.md` says is found is what is found, and nothing else is.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its files")]

#[path = "common/repositories.rs"]
#[expect(dead_code, reason = "only the examples are needed")]
mod repositories;

use std::collections::BTreeSet;

/// The file and the rule of every row of the table.
fn promised(text: &str) -> Vec<(String, String)> {
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let file =
            if cells[1].contains('/') { format!("apps/{}", cells[1]) } else { cells[1].into() };
        (file, cells[3].to_owned())
    });
    rows.collect()
}

#[test]
fn the_table_of_faults_is_what_is_reported() {
    let directory = repositories::examples();
    let promised = promised(&std::fs::read_to_string(directory.join("README.md")).unwrap());
    let report: serde_json::Value =
        serde_json::from_str(&repositories::report(&directory, "2")).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(promised.len(), findings.len(), "one row of the table for each finding");
    let mut open: Vec<_> = findings
        .iter()
        .map(|finding| {
            let places = finding["locations"].as_array().unwrap().iter();
            let files: BTreeSet<_> =
                places.map(|place| place["file"].as_str().unwrap().to_owned()).collect();
            (files, finding["rule"].as_str().unwrap().to_owned())
        })
        .collect();
    for (file, rule) in promised {
        let at = open.iter().position(|(files, own)| *own == rule && files.contains(&file));
        assert!(at.is_some(), "`{rule}` is not reported for {file}; left are {open:#?}");
        open.swap_remove(at.unwrap());
    }
}

#[test]
fn every_family_has_a_finding() {
    let report: serde_json::Value =
        serde_json::from_str(&repositories::report(&repositories::examples(), "2")).unwrap();
    let families: BTreeSet<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["family"].as_str().unwrap().to_owned())
        .collect();
    let all = ["exceptions", "hotfix", "observability", "parity", "schema"];
    assert_eq!(families.into_iter().collect::<Vec<_>>(), all);
}
