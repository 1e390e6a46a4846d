//! SARIF, as GitHub and the SARIF multitool read it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Repo, SHOP};
use crate::reports::{assert_snapshot, report};
use crate::tools::tool;

/// The one run of a report.
fn run(repo: &Repo) -> Value {
    let printed = report(repo, "sarif");
    assert!(printed.out.ends_with("}\n") && printed.out.lines().count() == 1);
    let mut log = printed.json();
    assert_eq!(log["version"], "2.1.0");
    let runs = log["runs"].as_array_mut().unwrap();
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// What the multitool has against a report; it leaves with 0 even so.
pub(super) fn complaints(repo: &Repo) -> Vec<String> {
    let Some(tool) = tool("sarif-multitool") else { return Vec::new() };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("report.sarif");
    std::fs::write(&file, report(repo, "sarif").out).unwrap();
    let mut command = Command::new(tool);
    command.arg("validate").arg(&file).args(["--rule-kind", "Sarif;Ghas"]);
    command.args(["--level", "Error;Warning;Note"]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // The ids of rules are names here, which it remarks upon: without that it did not run.
    assert!(text.contains(": note SARIF2009"), "{text}");
    let serious = |line: &&str| line.contains(": error ") || line.contains(": warning ");
    text.lines().filter(serious).map(str::to_owned).collect()
}

#[test]
fn results_name_both_sides() {
    let run = run(&Repo::new(SHOP));
    let shown = json!({
        "invocations": run["invocations"],
        "automationDetails": run["automationDetails"],
        "columnKind": run["columnKind"],
        "results": run["results"],
    });
    assert_snapshot("sarif.json", &format!("{}\n", serde_json::to_string_pretty(&shown).unwrap()));
}

#[test]
fn the_multitool_has_no_complaints() {
    assert_eq!(complaints(&Repo::new(SHOP)), [""; 0]);
    assert_eq!(complaints(&Repo::new(&[("a.yaml", "a: 1\n")])), [""; 0]);
}

/// What GitHub asks for and the multitool does not.
#[test]
fn the_catalogue_is_what_github_takes() {
    let run = run(&Repo::new(SHOP));
    let driver = &run["tool"]["driver"];
    let clean = self::run(&Repo::new(&[("a.yaml", "a: 1\n")]));
    assert_eq!(&clean["tool"]["driver"], driver, "the catalogue depends on the findings");
    assert_eq!(clean["results"], json!([]));
    let rules = list(driver, "rules");
    let ids: BTreeSet<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), paritylint::rules::RULES.len());
    for rule in rules {
        let text = |pointer: &str| rule.pointer(pointer).unwrap().as_str().unwrap();
        for pointer in ["/shortDescription/text", "/fullDescription/text"] {
            assert!((10..=1024).contains(&text(pointer).chars().count()), "{rule}");
        }
        assert!(!text("/help/text").contains("## ") && text("/help/markdown").contains("## Why"));
        assert!(text("/helpUri").starts_with("https://"));
        let page = format!("docs/rules/{}.md", text("/id"));
        assert!(text("/helpUri").ends_with(&page));
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(page).is_file());
        assert!(text("/name").starts_with(|c: char| c.is_ascii_uppercase()));
        assert!(text("/name").chars().all(|c| c.is_ascii_alphanumeric()));
        let properties = &rule["properties"];
        assert!((1..=10).contains(&list(properties, "tags").len()));
        assert!(["medium", "high"].contains(&properties["precision"].as_str().unwrap()));
        let severity = properties["problem.severity"].as_str().unwrap();
        let level = text("/defaultConfiguration/level");
        let expected = if level == "note" { "recommendation" } else { level };
        assert_eq!(severity, expected);
        assert!(properties.get("security-severity").is_none());
    }
}

#[test]
fn every_result_has_its_fingerprints_and_known_links() {
    let run = run(&Repo::new(SHOP));
    assert_eq!(list(&run, "results").len(), 2);
    for result in list(&run, "results") {
        let prints = &result["partialFingerprints"];
        assert_eq!(prints["paritylint/v1"].as_str().unwrap().len(), 16);
        assert!(prints["primaryLocationLineHash"].as_str().unwrap().ends_with(":1"));
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let message = result["message"]["text"].as_str().unwrap();
        let links: Vec<_> = message.split("](").skip(1).map(|rest| &rest[..1]).collect();
        assert_eq!(links, ["1", "2"], "{message}");
        let related = list(result, "relatedLocations");
        assert_eq!(related.iter().map(|place| &place["id"]).collect::<Vec<_>>(), [1, 2]);
    }
}

/// The root of the check may lie below that of the repository, and of the runner's directory.
#[test]
fn paths_begin_in_the_root_of_the_repository() {
    let repo = Repo::new(&[("infra/paritylint.toml", "")]);
    for (path, text) in SHOP {
        repo.write(&format!("infra/{path}"), text.as_bytes());
    }
    let uri = |run: &Value| {
        let location = &run["results"][0]["locations"][0]["physicalLocation"];
        location["artifactLocation"]["uri"].as_str().unwrap().to_owned()
    };
    let printed = repo.run_in("infra", &["check", "--format", "sarif"]).json();
    let path = "infra/apps/shop/overlays/production/settings.yaml";
    assert_eq!(uri(&printed["runs"][0]), path);
}

#[test]
fn suppressed_findings_are_absent() {
    let repo = Repo::new(SHOP);
    let exception = "[[exception]]\nrules = [\"missing-key\", \"unparameterized-difference\"]\n\
                     unit = \"apps/*\"\nenvironment = \"production\"\nowner = \"@shop\"\n\
                     reason = \"sale\"\ncreated = 2026-11-01\nretire-by = 2027-02-28\n";
    repo.write("paritylint.toml", exception.as_bytes());
    let run = run(&repo);
    assert_eq!(run["results"], json!([]));
}

#[test]
fn what_was_not_analysed_is_notified() {
    let repo = Repo::new(SHOP);
    let text = "resources: [settings.yaml, 'https://example.org/x//y?ref=v1']\n";
    repo.write("apps/shop/overlays/staging/kustomization.yaml", text.as_bytes());
    let run = run(&repo);
    let notes = list(&run["invocations"][0], "toolExecutionNotifications");
    let note =
        notes.iter().find(|note| note["message"]["text"].to_string().contains("example.org"));
    let note = note.unwrap_or_else(|| panic!("{notes:#?}"));
    assert_eq!(note["descriptor"], json!({"id": "not-analysed", "index": 0}));
    assert_eq!(run["tool"]["driver"]["notifications"][0]["id"], "not-analysed");
    let place = &note["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 1);
    assert_eq!(place["artifactLocation"]["uri"], "apps/shop/overlays/staging/kustomization.yaml");
}

/// GitHub shows so many: the gravest are kept, in their order.
#[test]
fn what_github_would_not_show_is_cut_and_told() {
    let repo = Repo::new(SHOP);
    repo.write("a.yaml", "a: 1\n".repeat(5_001).as_bytes());
    let run = run(&repo);
    let results = list(&run, "results");
    assert_eq!(results.len(), 5_000);
    assert!(results.iter().all(|result| result["level"] == "error"));
    let notes = list(&run["invocations"][0], "toolExecutionNotifications");
    assert_eq!(notes[0]["descriptor"], json!({"id": "results-cut", "index": 1}));
    let text = "2 findings of the lowest levels are not in this report.";
    assert_eq!(notes[0]["message"]["text"], text);
}

/// Places without text, in files that are no text, still have a line.
#[test]
fn a_file_that_cannot_be_read_has_a_first_line() {
    let repo = Repo::new(SHOP);
    repo.write("apps/shop/overlays/staging/settings.yaml", b"a: \xff\n");
    let run = run(&repo);
    let results = list(&run, "results");
    assert!(!results.is_empty());
    for result in results {
        let location = &result["locations"][0]["physicalLocation"];
        assert!(location["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
    }
}
