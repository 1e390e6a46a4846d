//! What a change brings is what only the new state has: the quick look and whole checks agree.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its cases")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use paritylint::change::{Side, Terms, between};
use paritylint::check::{Job, check, layout};
use paritylint::config::Config;
use paritylint::finding::{Finding, Level};
use paritylint::history::History;
use paritylint::policy::{Policy, Selection};
use paritylint::source::Snapshot;
use paritylint::syntax::Store;

type Files = Vec<(String, Vec<u8>)>;
type Said = BTreeSet<(String, Level)>;

/// Rules that say something else of a change than of a whole repository.
const OF_CHANGES: &[&str] = &["exception-expired", "production-only-change"];

/// Every directory with a case of a rule, by rule.
fn cases() -> Vec<Vec<PathBuf>> {
    let directories = |path: &Path| -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> =
            std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        found.retain(|path| path.is_dir());
        found.sort();
        found
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    directories(&root).iter().map(|rule| directories(rule)).collect()
}

fn files(root: &Path) -> Files {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    found
}

/// What findings say, each at its level.
fn parts(findings: &[Finding]) -> Said {
    findings.iter().flat_map(said).collect()
}

fn said(finding: &Finding) -> Said {
    finding.parts().into_iter().map(|part| (part, finding.level)).collect()
}

/// What the change brings, and what only a whole check of the new state finds.
fn both(before: &Files, after: &Files) -> (Vec<Finding>, Said, Said) {
    let (before, after) = Snapshot::pair_from_memory(before.clone(), after.clone());
    let configure = |snapshot: &Snapshot| {
        let (config, _) = Config::load_what_is_right(snapshot, None);
        let policy = Policy::new(&config, &Selection::default()).unwrap();
        (config, policy)
    };
    let (old, new) = (configure(&before), configure(&after));
    let store = Store::new(&after);
    let old_store = store.beside(&before);
    let old = Side { store: &old_store, config: &old.0, policy: &old.1, baseline: None };
    let new = Side { store: &store, config: &new.0, policy: &new.1, baseline: None };
    let today = date(2026, 12, 1);
    let terms = Terms { today, least: Level::Note, whole: false, effects: false, trailers: &[] };
    let brought = between(old, new, terms).checked.outcome.reported;
    let history = History::off();
    let whole = |side: Side<'_>| {
        let layout = layout(side.store, side.config);
        let job = Job::whole(side.store, side.config, side.policy, &layout, today, &history);
        parts(&check(job).outcome.reported)
    };
    (brought, whole(old), whole(new))
}

#[test]
fn a_change_brings_what_only_the_new_state_has() {
    let mut seen = 0;
    for rule in cases() {
        for pair in rule.windows(2) {
            let sides = [files(&pair[0]), files(&pair[1])];
            for (before, after) in [(&sides[0], &sides[1]), (&sides[1], &sides[0])] {
                let (brought, old, new) = both(before, after);
                for finding in brought.iter().filter(|finding| !OF_CHANGES.contains(&finding.rule))
                {
                    let what = format!("{pair:?}: {}: {}", finding.rule, finding.message);
                    assert!(said(finding).is_subset(&new), "not in a whole check: {what}");
                    assert!(!said(finding).is_subset(&old), "there before: {what}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 100, "the cases say hardly anything: {seen}");
}

/// Without production there is nothing to compare; with it everything that is wrong is new.
#[test]
fn what_was_not_there_before_is_brought() {
    for rule in cases() {
        for case in &rule {
            let after = files(case);
            let before: Files =
                after.iter().filter(|(path, _)| !path.contains("production")).cloned().collect();
            let (brought, old, new) = both(&before, &after);
            let mut brought = parts(&brought);
            brought.extend(old);
            let missed: Vec<_> = new.difference(&brought).collect();
            assert!(missed.is_empty(), "{case:?}: {missed:?}");
        }
    }
}

/// Cases of configuration that reaches an environment through other files.
const REACHED: &[&str] = &[
    "commented-out-config/bad-values",
    "dangling-reference/good-elsewhere-in-the-repository",
    "invalid-values/bad-gitops",
    "missing-agent/good-required",
    "missing-scrape/bad-argo-generator",
    "reconciliation-paused/bad-argo-set",
    "reconciliation-paused/bad-siblings",
    "undefined-variable/bad-flux-settings",
    "undefined-variable/good-from-a-config-map",
];

/// Whoever takes out a line or puts it back learns what a whole check says, wherever the line stands.
#[test]
fn every_line_is_looked_at_where_it_matters() {
    let mut seen = 0;
    for case in cases().iter().flatten() {
        if !REACHED.iter().any(|end| case.ends_with(end)) {
            continue;
        }
        let whole = files(case);
        for at in 0..whole.len() {
            let text = String::from_utf8(whole[at].1.clone()).unwrap();
            for line in 0..text.lines().count().min(40) {
                let mut other = whole.clone();
                let lines = text.split_inclusive('\n').enumerate();
                let left = lines.filter(|(other, _)| *other != line).map(|(_, text)| text);
                other[at].1 = left.collect::<String>().into();
                for (before, after) in [(&whole, &other), (&other, &whole)] {
                    let (brought, mut old, new) = both(before, after);
                    // What is said of a change stands for what else would be said.
                    if brought.iter().any(|finding| OF_CHANGES.contains(&finding.rule)) {
                        continue;
                    }
                    old.extend(parts(&brought));
                    let known = |(part, level): &&(String, Level)| {
                        old.iter().any(|(said, least)| said == part && least >= level)
                    };
                    let missed = new.iter().filter(|part| !known(part)).count();
                    let place = format!("{case:?}: {}:{}", whole[at].0, line + 1);
                    assert_eq!(missed, 0, "{place}: not brought");
                    seen += brought.len();
                }
            }
        }
    }
    assert!(seen > 20, "the lines say hardly anything: {seen}");
}
