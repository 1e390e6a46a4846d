//! What git knows: `--blame`, `stale-promotion`, and what is said where it knows nothing.

use std::path::Path;

use git2::{ObjectType, Oid, Repository};
use serde_json::Value;

use crate::harness::{Repo, Run, SHOP};

const PRODUCTION: &str = "apps/shop/overlays/production/settings.yaml";
/// 2026-06-01, noon.
const JUNE: i64 = 1_780_315_200;
const DAY: i64 = 86_400;

/// Commits everything that lies in the work tree, on top of the parents. Written byte by byte: what git
/// would not write must be read all the same.
fn commit_as(repo: &Repo, who: &str, seconds: i64, message: &str, parents: &[Oid]) -> Oid {
    let git = Repository::open(repo.path()).unwrap();
    let mut index = git.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    index.update_all(["*"], None).unwrap();
    index.write().unwrap();
    let tree = index.write_tree().unwrap();
    let parents: Vec<_> = parents.iter().map(|id| format!("parent {id}\n")).collect();
    let parents = parents.concat();
    let who = format!("{who} <someone@nordwerk.example> {seconds} +0000");
    let text = format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\n{message}");
    let id = git.odb().unwrap().write(ObjectType::Commit, text.as_bytes()).unwrap();
    git.set_head_detached(id).unwrap();
    id
}

/// Commits everything on top of the current commit.
fn commit(repo: &Repo, seconds: i64, message: &str) -> Oid {
    let git = Repository::open(repo.path()).unwrap();
    let head = git.head().ok().and_then(|head| head.target());
    commit_as(repo, "Ada Berg", seconds, message, head.as_slice())
}

fn edit(repo: &Repo, path: &str, from: &str, to: &str) {
    let text = repo.read(path);
    assert!(text.contains(from), "{path} has no {from}");
    repo.write(path, text.replace(from, to).as_bytes());
}

/// The shop with a history: the timeout of production is raised in a commit of its own.
fn shop() -> Repo {
    let repo = Repo::new(SHOP);
    edit(&repo, PRODUCTION, "90s", "30s");
    commit(&repo, JUNE, "Add the shop");
    edit(&repo, PRODUCTION, "30s", "90s");
    commit(&repo, JUNE + 9 * DAY, "Raise the timeout\n\nThe ERP is slow.");
    repo
}

/// Two overlays of one image: staging has had the newer version since the second commit.
fn waiting() -> Repo {
    let repo = Repo::new(&[]);
    repo.write("orders/base/kustomization.yaml", b"resources: [pod.yaml]\n");
    repo.write(
        "orders/base/pod.yaml",
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: orders}\nspec:\n  containers:\n  - name: \
          orders\n    image: r.example.org/orders\n",
    );
    for environment in ["staging", "production"] {
        repo.write(&overlay(environment), images("1.4.2").as_bytes());
    }
    commit(&repo, JUNE, "Add orders");
    repo.write(&overlay("staging"), images("1.5.0").as_bytes());
    repo
}

fn overlay(environment: &str) -> String {
    format!("orders/overlays/{environment}/kustomization.yaml")
}

fn images(tag: &str) -> String {
    format!("resources: [../../base]\nimages:\n- name: r.example.org/orders\n  newTag: {tag}\n")
}

const STALE: &[&str] =
    &["check", "--select", "stale-promotion", "--today", "2026-09-01", "--format", "json"];

fn finding<'r>(report: &'r Value, rule: &str) -> &'r Value {
    let all = report["findings"].as_array().unwrap();
    all.iter().find(|finding| finding["rule"] == rule).unwrap()
}

fn gaps(run: &Run) -> Vec<String> {
    let report = run.json();
    let gaps = report["not_analysed"].as_array().unwrap().iter();
    gaps.filter(|gap| gap["what"] == "history")
        .map(|gap| gap["detail"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn findings_name_the_commit_that_changed_their_line() {
    let repo = shop();
    let report = repo.run(&["--blame", "--format", "json"]).json();
    let introduced = &finding(&report, "unparameterized-difference")["introduced"];
    assert_eq!(introduced["author"], "Ada Berg");
    assert_eq!(introduced["date"], "2026-06-10");
    assert_eq!(introduced["summary"], "Raise the timeout");
    let commit = introduced["commit"].as_str().unwrap();
    assert_eq!(commit.len(), 40);
    let said =
        format!("last changed by Ada Berg on 2026-06-10 in {}: Raise the timeout", &commit[..8]);
    let full = repo.run(&["--blame"]).out;
    assert!(full.contains(&format!("\n  {said}\n")), "{full}");
    let concise = repo.run(&["--blame", "--format", "concise"]).out;
    assert!(concise.lines().next().unwrap().ends_with(&format!(" [{said}]")), "{concise}");
    assert!(!(full + &concise).contains("nordwerk.example"));
    let silent = repo.run(&["--format", "json"]).json();
    assert_eq!(finding(&silent, "unparameterized-difference")["introduced"], Value::Null);
}

#[test]
fn what_is_not_committed_is_said_to_be_so() {
    let repo = shop();
    edit(&repo, PRODUCTION, "90s", "60s");
    let report = repo.run(&["--blame", "--format", "json"]).json();
    let changed = &finding(&report, "unparameterized-difference")["introduced"];
    assert_eq!(changed["commit"], Value::Null);
    assert!(changed.is_object());
    // Another line of the same unit has its commit still.
    assert_eq!(finding(&report, "missing-key")["introduced"]["summary"], "Add the shop");
    let empty = Repo::new(SHOP);
    let run = empty.run(&["--blame"]);
    assert!(run.out.contains("  not committed yet\n"), "{}", run.out);
}

#[test]
fn blame_looks_through_merges_and_ages_count_their_arrival() {
    let repo = waiting();
    let git = Repository::open(repo.path()).unwrap();
    let base = git.head().unwrap().target().unwrap();
    let branch = commit_as(&repo, "Bo Lind", JUNE + DAY, "Bump orders", &[base]);
    commit_as(&repo, "Merge Bot", JUNE + 60 * DAY, "Merge branch 'bump'", &[base, branch]);
    let report = repo.run(&[STALE, &["--blame"]].concat()).json();
    let found = finding(&report, "stale-promotion");
    let message = found["message"].as_str().unwrap();
    assert!(message.contains("has had `1.5.0` for 32 days"), "{message}");
    assert!(message.contains("of 2026-07-31"), "{message}");
    assert_eq!(found["introduced"]["summary"], "Add orders");
    let shop = shop();
    let git = Repository::open(shop.path()).unwrap();
    let base = git.head().unwrap().target().unwrap();
    edit(&shop, PRODUCTION, "90s", "45s");
    let branch = commit_as(&shop, "Bo Lind", JUNE + 20 * DAY, "Try 45 seconds", &[base]);
    commit_as(&shop, "Merge Bot", JUNE + 30 * DAY, "Merge", &[base, branch]);
    let report = shop.run(&["--blame", "--format", "json"]).json();
    let introduced = &finding(&report, "unparameterized-difference")["introduced"];
    assert_eq!(
        (&introduced["author"], &introduced["date"]),
        (&"Bo Lind".into(), &"2026-06-21".into())
    );
}

#[test]
fn moved_files_keep_their_history_and_edits_around_a_value_do_not_count() {
    let repo = waiting();
    commit(&repo, JUNE + DAY, "Bump orders");
    edit(&repo, &overlay("staging"), "  newTag: 1.5.0", "  newTag: \"1.5.0\" # tried");
    commit(&repo, JUNE + 80 * DAY, "Quote");
    for environment in ["staging", "production"] {
        let text = repo.read(&overlay(environment));
        let from = repo.path().join("orders/overlays").join(environment);
        std::fs::remove_dir_all(from).unwrap();
        repo.write(
            &format!("orders/environments/{environment}/kustomization.yaml"),
            text.as_bytes(),
        );
    }
    commit(&repo, JUNE + 85 * DAY, "Move");
    let report = repo.run(STALE).json();
    let message = finding(&report, "stale-promotion")["message"].as_str().unwrap().to_owned();
    assert!(message.contains("for 91 days") && message.contains("of 2026-06-02"), "{message}");
}

#[test]
fn the_root_may_be_a_part_of_the_work_tree() {
    let repo = waiting();
    commit(&repo, JUNE + DAY, "Bump orders");
    repo.write("orders/paritylint.toml", b"[rules]\nstale-promotion = { days = 91 }\n");
    assert_eq!(repo.run_in("orders", STALE).json()["findings"], Value::Array(vec![]));
    repo.write("orders/paritylint.toml", b"[rules]\nstale-promotion = { days = 90 }\n");
    let report = repo.run_in("orders", STALE).json();
    let found = finding(&report, "stale-promotion");
    assert_eq!(found["locations"][0]["file"], "overlays/production/kustomization.yaml");
}

#[test]
fn without_a_repository_it_is_said_and_the_check_goes_on() {
    let repo = Repo::without_git(SHOP);
    let run = repo.run(&["--blame", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("--blame says nothing: there is no git repository"), "{}", run.err);
    let gaps = gaps(&run);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].contains("2 findings: there is no git repository"), "{gaps:?}");
}

/// Makes the repository look like a clone that begins at this commit.
fn cut_off(repo: &Repo, at: Oid) {
    std::fs::write(repo.path().join(".git/shallow"), format!("{at}\n")).unwrap();
}

#[test]
fn a_shallow_clone_says_what_it_cannot_know() {
    let repo = waiting();
    commit(&repo, JUNE + DAY, "Bump orders");
    repo.write("README.md", b"# Orders\n");
    let last = commit(&repo, JUNE + 85 * DAY, "Explain");
    repo.write(
        "paritylint.toml",
        b"[[exception]]\nrule = \"stale-promotion\"\nunit = \"orders\"\nowner = \"@o\"\n\
          reason = \"waits for the ERP\"\ncreated = 2026-08-01\nretire-by = 2026-12-01\n",
    );
    cut_off(&repo, last);
    let args = &["--format", "json", "--today", "2026-09-01"];
    let run = repo.run(args);
    let rules: Vec<_> =
        run.json()["findings"].as_array().unwrap().iter().map(|f| f["rule"].clone()).collect();
    assert_eq!(rules, [] as [Value; 0], "an exception was said to be unused without knowing it");
    let gaps = gaps(&run);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].starts_with("since when 1 version waits for promotion: the clone is shallow"));
    std::fs::remove_file(repo.path().join(".git/shallow")).unwrap();
    let run = repo.run(args);
    assert_eq!(run.json()["suppressed"][0]["finding"]["rule"], "stale-promotion");
}

#[test]
fn blame_in_a_shallow_clone_names_only_what_is_there() {
    let repo = shop();
    repo.write("README.md", b"# Shop\n");
    let last = commit(&repo, JUNE + 20 * DAY, "Explain");
    edit(&repo, PRODUCTION, "90s", "60s");
    commit(&repo, JUNE + 21 * DAY, "Lower the timeout");
    cut_off(&repo, last);
    let run = repo.run(&["--blame", "--format", "json"]);
    let report = run.json();
    let introduced = |rule| &finding(&report, rule)["introduced"];
    assert_eq!(introduced("unparameterized-difference")["summary"], "Lower the timeout");
    assert_eq!(introduced("missing-key"), &Value::Null);
    assert!(gaps(&run)[0].starts_with("who changed the lines of 1 finding: the clone is shallow"));
}

#[test]
fn a_budget_ends_the_walk_and_is_named() {
    let repo = waiting();
    commit(&repo, JUNE + DAY, "Bump orders");
    for day in 0..5 {
        repo.write("README.md", format!("# Orders {day}\n").as_bytes());
        commit(&repo, JUNE + (40 + day) * DAY, "Explain");
    }
    repo.write("paritylint.toml", b"[history]\ncommits = 3\n");
    let run = repo.run(STALE);
    let report = run.json();
    let message = finding(&report, "stale-promotion")["message"].as_str().unwrap();
    assert!(
        message.contains("for at least 51 days (the history here begins on 2026-07-12)"),
        "{message}"
    );
    assert!(gaps(&run)[0].contains("only 3 commits are looked at"), "{:?}", gaps(&run));
    repo.write("paritylint.toml", b"[history]\ncommit = 3\n");
    let run = repo.run(STALE);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("did you mean `commits`?"), "{}", run.err);
}

#[test]
fn missing_objects_are_no_answer() {
    let repo = waiting();
    commit(&repo, JUNE + DAY, "Bump orders");
    repo.write("README.md", b"# Orders\n");
    commit(&repo, JUNE + 40 * DAY, "Explain");
    let git = Repository::open(repo.path()).unwrap();
    let old = git.head().unwrap().peel_to_commit().unwrap().parent(0).unwrap().parent(0).unwrap();
    let blob =
        old.tree().unwrap().get_path(Path::new(&overlay("staging"))).unwrap().id().to_string();
    let object = repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(object).unwrap();
    let run = repo.run(STALE);
    let report = run.json();
    // That the commit had it is known all the same.
    let message = finding(&report, "stale-promotion")["message"].as_str().unwrap();
    assert!(message.contains("for at least 91 days"), "{message}");
    assert!(gaps(&run)[0].contains("objects of the history are missing"), "{:?}", gaps(&run));
}

#[test]
fn what_strangers_write_into_commits_is_harmless() {
    let repo = Repo::new(SHOP);
    let message =
        format!("\u{1b}[31mred\u{202e} ::error::x <script> | {}", "long ".repeat(100_000));
    commit_as(
        &repo,
        "Eve\u{1b}[2J eve@evil.example",
        i64::from(i32::MAX) * 1_000_000,
        &message,
        &[],
    );
    for args in [&["--blame"][..], &["--blame", "--format", "concise"]] {
        let run = repo.run(args);
        assert!(!run.out.contains('\u{1b}') && !run.out.contains('\u{202e}'), "{}", run.out);
        assert!(!run.out.contains("evil.example"), "{}", run.out);
        assert!(run.out.contains("last changed by Eve\\u{1b}[2J eve in "), "{}", run.out);
        assert!(run.out.len() < 20_000);
    }
    let report = repo.run(&["--blame", "--format", "json"]);
    assert!(!report.out.contains('\u{1b}'));
    assert_eq!(report.json()["findings"][0]["introduced"]["date"], Value::Null);
    let old = waiting();
    commit(&old, -3_000 * DAY, "Before the epoch");
    let report = old.run(STALE).json();
    let message = finding(&report, "stale-promotion")["message"].as_str().unwrap();
    assert!(message.contains("of 1961-10-15"), "{message}");
    let new = waiting();
    commit(&new, JUNE * 2, "From the future");
    assert_eq!(new.run(STALE).json()["findings"], Value::Array(vec![]));
}

#[test]
fn the_environment_names_the_repository_as_for_git() {
    let repo = waiting();
    commit(&repo, JUNE + DAY, "Bump orders");
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = elsewhere.path().join("orders.git");
    std::fs::rename(repo.path().join(".git"), &moved).unwrap();
    let without = repo.command(STALE).env_remove("GIT_DIR").output().unwrap();
    let report: Value = serde_json::from_slice(&without.stdout).unwrap();
    assert_eq!(report["findings"], Value::Array(vec![]));
    let with = repo
        .command(STALE)
        .env("GIT_DIR", &moved)
        .env("GIT_WORK_TREE", repo.path())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&with.stdout).unwrap();
    finding(&report, "stale-promotion");
    // One that is about another work tree is not asked.
    let other = waiting();
    commit(&other, JUNE + DAY, "Bump orders");
    let with = other
        .command(STALE)
        .env("GIT_DIR", &moved)
        .env("GIT_WORK_TREE", repo.path())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&with.stdout).unwrap();
    finding(&report, "stale-promotion");
}

#[test]
fn a_version_of_staging_that_nobody_promotes_is_told_once() {
    let repo = waiting();
    commit(&repo, JUNE + DAY, "Bump orders");
    let report = repo.run(&["--format", "json", "--today", "2026-09-01"]).json();
    let rules: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| &f["rule"]).collect();
    assert_eq!(rules, ["stale-promotion"]);
    assert_eq!(repo.run(&["--today", "2026-06-20"]).code, 0);
}

#[test]
fn a_change_of_production_alone_is_told_once_unless_a_trailer_documents_it() {
    let repo = Repo::new(SHOP);
    commit(&repo, JUNE, "Add the shop");
    let base = Repository::open(repo.path()).unwrap().head().unwrap().target().unwrap();
    edit(&repo, PRODUCTION, "90s", "95s");
    let rules = |args: &[&str]| -> Vec<String> {
        let run = repo.run(&[args, &["--format", "json"]].concat());
        let report = run.json();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    };
    let changed = ["check", "--base", &base.to_string()].map(str::to_owned);
    let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
    assert_eq!(rules(&changed), ["production-only-change"]);
    // A full check is about no change.
    assert_eq!(rules(&["check"]), ["unparameterized-difference", "missing-key"]);
    commit(&repo, JUNE + DAY, "Raise the timeout");
    assert_eq!(rules(&changed), ["production-only-change"]);
    repo.write("README.md", b"# Shop\n");
    commit(&repo, JUNE + DAY, "Explain\n\nThe ERP is slow.\n\nEmergency-Change: CHG-1042\n");
    assert_eq!(rules(&changed), [] as [&str; 0]);
}

#[test]
fn blame_of_another_state_begins_at_that_state() {
    let repo = shop();
    let old = Repository::open(repo.path()).unwrap().head().unwrap().target().unwrap().to_string();
    edit(&repo, PRODUCTION, "90s", "95s");
    commit(&repo, JUNE + 30 * DAY, "Raise it again");
    let said = |args: &[&str]| {
        let report = repo.run(&[args, &["--blame", "--format", "json"]].concat()).json();
        let rules = ["production-only-change", "unparameterized-difference"];
        let all = report["findings"].as_array().unwrap();
        let found = all.iter().find(|finding| rules.iter().any(|rule| finding["rule"] == *rule));
        found.unwrap()["introduced"]["summary"].clone()
    };
    assert_eq!(said(&["--tree", &old]), "Raise the timeout");
    assert_eq!(said(&["--tree", "HEAD"]), "Raise it again");
    assert_eq!(said(&["--base", &old]), "Raise it again");
    edit(&repo, PRODUCTION, "95s", "99s");
    assert_eq!(said(&["--base", &old]), Value::Null);
}
