//! Files that are made from the source: they must be what the source says now.
//!
//! Refresh them with `UPDATE=1 cargo test --test generated`.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its files")]

#[path = "common/case.rs"]
mod case;
#[path = "common/json.rs"]
mod json;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use case::Case;
use paritylint::config::Config;
use paritylint::policy::{Policy, Selection};
use paritylint::report::{self, Format, Options, Prefixes, Report, Style};
use paritylint::report::{
    baseline_schema, configuration_schema, exceptions_schema, rule_page, rules_index,
};
use paritylint::rules::RULES;
use paritylint::syntax::Store;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn same(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == text,
        "{path} is not what the source says: run `UPDATE=1 cargo test --test generated`"
    );
}

/// The first bad case of a rule: which files it has, and what the rule really says of them.
fn example(rule: &str) -> String {
    const MOST_LINES: usize = 60;
    let cases = std::fs::read_dir(root().join("tests/rules").join(rule)).unwrap();
    let cases = cases.map(|case| case.unwrap().path()).filter(|path| path.is_dir());
    let bad = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("bad");
    let case = cases.filter(bad).min().unwrap();
    let case = Case::open(&case);
    let (snapshot, before) = case.files();
    let config = Config::load(&snapshot, None).unwrap();
    let policy = Policy::new(&config, &Selection::default()).unwrap();
    let store = Store::new(&snapshot);
    let mut checked = case.check((&store, before.as_ref()), &config, &policy);
    checked.outcome.reported.retain(|finding| finding.rule == rule);
    let report = Report {
        snapshot: &snapshot,
        store: &store,
        outcome: &checked.outcome,
        whole: None,
        change: None,
        baseline: None,
        counts: checked.counts,
        duration: Duration::ZERO,
        prefixes: &Prefixes::default(),
    };
    let style = Style { color: false };
    let options = Options { style, show_suppressed: false, verbose: false, quiet: true };
    let mut printed = Vec::new();
    report::write(&report, Format::Full, options, &mut printed).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    let findings = printed.lines().take_while(|line| !line.starts_with("checked "));
    let lines: Vec<&str> = findings.map(str::trim_end).collect();
    let more = if lines.len() > MOST_LINES { "\n…" } else { "" };
    let shown = lines[..lines.len().min(MOST_LINES)].join("\n");
    let files: Vec<_> = snapshot.files().map(|(_, path)| path.to_string()).collect();
    format!(
        "## Example\n\nOf a repository with the files\n\n```text\n{}\n```\n\n\
         `paritylint check` reports\n\n```text\n{}{more}\n```\n",
        files.join("\n"),
        shown.trim(),
    )
}

#[test]
fn every_rule_has_its_page() {
    for entry in RULES {
        let id = entry.meta.id;
        same(&format!("docs/rules/{id}.md"), &format!("{}\n{}", rule_page(entry), example(id)));
    }
    same("docs/rules/README.md", &rules_index());
}

#[test]
fn no_page_is_left_over() {
    let mut known: BTreeSet<_> =
        RULES.iter().map(|entry| format!("{}.md", entry.meta.id)).collect();
    known.insert("README.md".to_owned());
    for entry in std::fs::read_dir(root().join("docs/rules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "docs/rules/{name} belongs to no rule");
    }
}

#[test]
fn the_schemas_are_committed() {
    same("schemas/paritylint.schema.json", &format!("{:#}\n", configuration_schema()));
    same("schemas/baseline.schema.json", &format!("{:#}\n", baseline_schema()));
    same("schemas/exceptions.schema.json", &format!("{:#}\n", exceptions_schema()));
}

#[test]
fn the_example_fits_the_schema_and_mistakes_do_not() {
    let schema = jsonschema::validator_for(&configuration_schema()).unwrap();
    let valid = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        schema.is_valid(&json::of_toml(toml::Value::Table(table)))
    };
    let example = std::fs::read_to_string(root().join("examples/paritylint.toml")).unwrap();
    // Exceptions may name rules that are still to come; the table of rules may not.
    assert!(valid(&example));
    for wrong in [
        "excludes = []",
        "[rules]\nmutable-images = \"off\"",
        "[rules]\nmutable-image = \"fatal\"",
        "[rules]\nmutable-image = { tag = [] }",
        "[[parameter]]\npath = \"a\"",
        "[[parameter]]\npath = \"a\"\nconstraint = \"some\"",
        "[[exception]]\nrule = \"x\"\nretire_by = 2026-01-01",
        "[built-in]\nimage-tags = 1",
        "[exceptions]\nfile = [\"a.toml\"]",
        "[owners]\ncodeowners = \"yes\"",
    ] {
        assert!(!valid(wrong), "the schema accepts\n{wrong}");
    }
}

#[test]
fn every_rule_says_why_and_how_to_fix_it() {
    let mut ids = BTreeSet::new();
    for entry in RULES {
        let (id, docs) = (entry.meta.id, entry.meta.text());
        assert!(ids.insert(id), "two rules are called `{id}`");
        assert!(
            id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
            "`{id}` is not kebab-case"
        );
        assert!(docs.contains("\n## Why\n"), "`{id}` does not say why");
        assert!(docs.contains("\n## Fix\n"), "`{id}` does not say how to fix it");
        assert!(
            !entry.meta.summary().ends_with('.'),
            "the summary of `{id}` ends with a full stop"
        );
        (entry.build)(toml::Table::new()).map(|_| ()).unwrap();
    }
}
