//! What each format looks like, and that it is what its readers take.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Repo, SHOP};
use crate::reports::{assert_snapshot, formats, report, steady};

/// A repository with a unit that differs, one that does not, and a finding without a unit.
fn repo() -> Repo {
    let repo = Repo::new(SHOP);
    for environment in ["staging", "production"] {
        let directory = format!("apps/quiet/overlays/{environment}");
        repo.write(&format!("{directory}/kustomization.yaml"), b"resources: [a.yaml]\n");
        let text = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: {A: b}\n";
        repo.write(&format!("{directory}/a.yaml"), text);
    }
    repo.write("notes.yaml", b"a: 1\na: 2\n");
    repo
}

fn clean() -> Repo {
    Repo::new(&[("a.yaml", "a: 1\n")])
}

fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0], "{document:#}");
}

#[test]
fn every_format_looks_as_before() {
    let repo = repo();
    for format in formats().iter().filter(|format| *format != "sarif") {
        assert_snapshot(&format!("{format}.txt"), &steady(&report(&repo, format).out));
    }
}

#[test]
fn every_format_is_written_without_findings_too_and_ends_its_last_line() {
    for repo in [clean(), repo()] {
        for format in formats() {
            let run = report(&repo, &format);
            assert!(run.code < 2, "{format}: {}", run.err);
            assert!(run.out.is_empty() && format == "concise" || run.out.ends_with('\n'));
        }
    }
    assert_eq!(report(&clean(), "gitlab").out, "[]\n");
    assert_eq!(report(&clean(), "rdjson").json()["diagnostics"], json!([]));
}

#[test]
fn every_format_is_the_same_at_every_run() {
    let repo = repo();
    for format in formats() {
        let first = steady(&report(&repo, &format).out);
        let again = repo.run(&["check", "--format", &format, "--today", "2026-12-01", "-j", "1"]);
        assert_eq!(first, steady(&again.out), "{format}");
    }
}

/// No absolute paths: nobody else has them.
#[test]
fn no_report_names_the_directory_of_the_check() {
    let repo = repo();
    for format in formats() {
        assert!(!report(&repo, &format).out.contains("ROOT"), "{format}");
    }
}

fn point() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["line", "column"],
        "properties": {"line": {"type": "integer", "minimum": 1},
                       "column": {"type": "integer", "minimum": 1}}})
}

#[test]
fn gitlab_takes_the_report() {
    let schema = json!({
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "pattern": "^[a-z-]+$"},
                "fingerprint": {"type": "string", "minLength": 16},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["path", "positions"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^./]"},
                        "positions": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": ["begin", "end"],
                            "properties": {"begin": point(), "end": point()},
                        },
                    },
                },
            },
        },
    });
    let document = report(&repo(), "gitlab").json();
    assert_valid(&schema, &document);
    let entries = document.as_array().unwrap();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        let check = entry["check_name"].as_str().unwrap();
        assert!(entry["description"].as_str().unwrap().starts_with(&format!("{check}: ")));
    }
}

/// Of two entries with the same fingerprint GitLab shows one; and moved lines are no new entries.
#[test]
fn fingerprints_for_gitlab_are_unique_and_free_of_lines() {
    let repo = clean();
    repo.write("a.yaml", b"a: 1\na: 2\na: 3\n");
    let prints = || -> Vec<String> {
        let document = report(&repo, "gitlab").json();
        let entries = document.as_array().unwrap().iter();
        entries.map(|entry| entry["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let first = prints();
    assert_eq!(first.len(), 2);
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), first.len());
    repo.write("a.yaml", b"# above\n\na: 1\na: 2\na: 3\n");
    assert_eq!(prints(), first);
}

#[test]
fn reviewdog_takes_the_report() {
    let location = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["path", "range"],
        "properties": {
            "path": {"type": "string"},
            "range": {"type": "object", "additionalProperties": false, "required": ["start", "end"],
                      "properties": {"start": point(), "end": point()}},
        },
    });
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["source", "diagnostics"],
        "properties": {
            "source": {"type": "object", "properties": {"name": {"const": "paritylint"},
                       "url": {"type": "string", "pattern": "^https://"}}},
            "diagnostics": {"type": "array", "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["message", "location", "severity", "code"],
                "properties": {
                    "message": {"type": "string", "minLength": 1},
                    "location": location,
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {"type": "object", "additionalProperties": false,
                             "required": ["value", "url"],
                             "properties": {"value": {"type": "string"}, "url": {"type": "string"}}},
                    "related_locations": {"type": "array", "items": {
                        "type": "object", "additionalProperties": false,
                        "required": ["message", "location"],
                        "properties": {"message": {"type": "string"}, "location": location}}},
                },
            }},
        },
    });
    let document = report(&repo(), "rdjson").json();
    assert_valid(&schema, &document);
    let first = &document["diagnostics"][0];
    assert_eq!(first["code"]["value"], "unparameterized-difference");
    let other = &first["related_locations"][0];
    assert_eq!(other["location"]["path"], "apps/shop/overlays/staging/settings.yaml");
    assert_eq!(other["message"], "staging: `30s`");
}

#[test]
fn units_are_suites_and_quiet_ones_pass() {
    let text = report(&repo(), "junit").out;
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    let suites: Vec<_> = root.children().filter(roxmltree::Node::is_element).collect();
    let names: Vec<_> = suites.iter().map(|suite| suite.attribute("name").unwrap()).collect();
    assert_eq!(names, ["the repository", "apps/quiet", "apps/shop"]);
    let count = |node: roxmltree::Node<'_, '_>, tag: &str| {
        node.descendants().filter(|inner| inner.has_tag_name(tag)).count().to_string()
    };
    for suite in suites.into_iter().chain([root]) {
        assert_eq!(suite.attribute("tests").unwrap(), count(suite, "testcase"));
        assert_eq!(suite.attribute("failures").unwrap(), count(suite, "failure"));
        if suite.has_tag_name("testsuite") {
            assert_eq!(suite.attribute("skipped").unwrap(), count(suite, "skipped"));
            let name = suite.attribute("name");
            assert!(suite.descendants().filter(|case| case.has_tag_name("testcase")).all(|case| {
                case.attribute("classname") == name && case.attribute("name").is_some()
            }));
        }
    }
    let quiet = report(&clean(), "junit").out;
    let document = roxmltree::Document::parse(&quiet).unwrap();
    assert_eq!(count(document.root_element(), "testcase"), "1");
}

/// GitHub drops what is beyond ten of a level.
#[test]
fn annotations_stop_at_ten_and_say_so() {
    let repo = clean();
    repo.write("a.yaml", "a: 1\n".repeat(13).as_bytes());
    let out = report(&repo, "github").out;
    let errors = out.lines().filter(|line| line.starts_with("::error ")).count();
    assert_eq!(errors, 10);
    assert!(out.contains("\n::notice title=paritylint::2 more findings (2 errors): see the log\n"));
}

/// Paths begin in the runner's directory, if the repository lies in it.
#[test]
fn paths_for_pipelines_begin_in_the_workspace() {
    let repo = Repo::without_git(&[]);
    for (path, text) in SHOP {
        repo.write(&format!("work/checkout/{path}"), text.as_bytes());
    }
    git2::Repository::init(repo.path().join("work/checkout")).unwrap();
    let print = |format: &str, variable: &str, directory: &str| {
        let mut command = repo.command(&["check", "work/checkout", "--format", format]);
        let output = command.env(variable, repo.path().join(directory)).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let path = "apps/shop/overlays/production/settings.yaml";
    for (variable, directory, prefix) in [
        ("GITHUB_WORKSPACE", "work", "checkout/"),
        ("CI_PROJECT_DIR", "work", "checkout/"),
        ("GITHUB_WORKSPACE", "work/checkout", ""),
        ("GITHUB_WORKSPACE", "elsewhere", ""),
    ] {
        let github = print("github", variable, directory);
        assert!(github.contains(&format!(" file={prefix}{path},line=6,")), "{github}");
        let gitlab = print("gitlab", variable, directory);
        assert!(gitlab.contains(&format!("\"path\":\"{prefix}{path}\"")), "{gitlab}");
        let junit = print("junit", variable, directory);
        assert!(junit.contains(&format!(" file=\"{prefix}{path}\"")), "{junit}");
        // Their readers know the repository, and not the runner.
        assert!(print("sarif", variable, directory).contains(&format!("\"uri\":\"{path}\"")));
        assert!(print("rdjson", variable, directory).contains(&format!("\"path\":\"{path}\"")));
    }
}
