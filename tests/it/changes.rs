//! What a change brings: `--staged`, `--base`, `--tree`, `--hook`.

use std::path::Path;
use std::process::Command;

use crate::harness::{Repo, Run};

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\nspec:\n  \
    selector: {matchLabels: {app: orders}}\n  template:\n    metadata: {labels: {app: orders}}\n    \
    spec:\n      containers:\n        - name: api\n          image: nordwerk/orders:1.4.0\n          \
    env:\n            - {name: ERP_TIMEOUT, value: 20s}\n            - {name: RETRIES, value: \"3\"}\n";

fn overlay(timeout: &str) -> String {
    format!(
        "resources: [../../base]\npatches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: \
         Deployment\n      metadata: {{name: orders}}\n      spec:\n        template:\n          \
         spec:\n            containers:\n              - name: api\n                env:\n          \
         \x20       - name: ERP_TIMEOUT\n                    value: {timeout}\n"
    )
}

const STAGING: &str = "apps/orders/overlays/staging/kustomization.yaml";
const PRODUCTION: &str = "apps/orders/overlays/production/kustomization.yaml";

/// A repository in which nothing is wrong, committed.
fn calm() -> Repo {
    let repo = Repo::new(&[
        ("apps/orders/base/kustomization.yaml", "resources: [deployment.yaml]\n"),
        ("apps/orders/base/deployment.yaml", DEPLOYMENT),
        (STAGING, &overlay("30s")),
        (PRODUCTION, &overlay("30s")),
    ]);
    git(&repo, &["add", "-A"]);
    commit(&repo, "one");
    repo
}

pub(crate) fn git(repo: &Repo, args: &[&str]) -> String {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("GIT_")))
    {
        command.env_remove(name);
    }
    let settings =
        ["-c", "user.name=A", "-c", "user.email=a@nordwerk.example", "-c", "core.hooksPath="];
    let output = command.args(settings).args(args).current_dir(repo.path()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    assert!(output.status.success(), "git {args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

pub(crate) fn commit(repo: &Repo, message: &str) {
    git(repo, &["commit", "-qm", message]);
}

fn json(run: &Run) -> serde_json::Value {
    assert!(run.out.starts_with('{'), "{}{}", run.out, run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn rules(run: &Run) -> Vec<String> {
    let report = json(run);
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

const STAGED: &[&str] = &["check", "--staged", "--format", "json", "--min-severity", "warning"];

#[test]
fn what_is_staged_counts_and_not_what_lies_on_disk() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    repo.write(PRODUCTION, overlay("30s").as_bytes());
    let run = repo.run(STAGED);
    assert_eq!(rules(&run), ["production-only-change"]);
    let report = json(&run);
    assert_eq!(report["findings"][0]["value"], "90s");
    assert_eq!(report["change"]["base"], "HEAD");
    assert_eq!(report["change"]["files"], 1);
    repo.write(STAGING, overlay("5s").as_bytes());
    git(&repo, &["checkout", "-q", "HEAD", "--", PRODUCTION]);
    let run = repo.run(&["check", "--staged", "--format", "concise"]);
    assert!(
        run.err.contains("nothing is staged: everything in the index is checked"),
        "{}",
        run.err
    );
    assert_eq!((run.code, run.out.as_str()), (0, ""));
}

#[test]
fn old_news_is_not_reported_and_mended_news_is_praised() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    repo.write("apps/orders/base/kustomization.yaml", b"# orders\nresources: [deployment.yaml]\n");
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged"]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("1 changed file since HEAD: 0 errors, 0 warnings, 0 notes new"));
    assert!(
        run.out.contains("there before in what was looked at, not shown: 1 finding"),
        "{}",
        run.out
    );
    commit(&repo, "three");
    repo.write(STAGING, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged"]);
    assert!(run.out.contains("resolved by the change: 1 finding, well done"), "{}", run.out);
}

#[test]
fn a_file_that_is_deleted_can_break_another_environment() {
    let repo = calm();
    git(&repo, &["rm", "-rq", "apps/orders/base/deployment.yaml"]);
    let run = repo.run(&["check", "--staged", "--format", "concise"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("error[build-failed]"), "{}", run.out);
}

#[test]
fn what_cannot_be_rendered_any_more_is_not_called_mended() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    repo.write(STAGING, b"resources: [../../nowhere]\n");
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("[build-failed]"), "{}", run.out);
    assert!(!run.out.contains("well done"), "{}", run.out);
}

#[test]
fn documents_that_nothing_names_end_the_check() {
    let repo = calm();
    repo.write("docs/notes.md", b"# Notes\n");
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged", "--format", "json"]);
    assert_eq!(json(&run)["summary"]["files"], 0);
    repo.write(
        "apps/orders/base/kustomization.yaml",
        b"resources: [deployment.yaml]\nconfigMapGenerator:\n- name: a\n  files: [notes.md]\n",
    );
    repo.write("apps/orders/base/notes.md", b"a\n");
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    git(&repo, &["rm", "-q", "apps/orders/base/notes.md"]);
    let run = repo.run(&["check", "--staged", "--format", "concise"]);
    assert!(run.out.contains("[build-failed]"), "{}", run.out);
}

#[test]
fn a_refactoring_that_renders_the_same_says_nothing() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    git(&repo, &["mv", "apps/orders/base", "apps/orders/common"]);
    for (path, timeout) in [(STAGING, "30s"), (PRODUCTION, "90s")] {
        repo.write(path, overlay(timeout).replace("../base", "../common").as_bytes());
    }
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged", "--format", "json"]);
    assert_eq!(rules(&run), [""; 0], "{}", run.out);
    assert_eq!(json(&run)["change"]["known"], 1);
}

#[test]
fn what_is_only_announced_is_not_there_yet() {
    let repo = calm();
    repo.write("apps/orders/overlays/production/extra.yaml", b"a: [\n");
    git(&repo, &["add", "-N", "apps/orders/overlays/production/extra.yaml"]);
    let run = repo.run(&["check", "--tree", "index", "--format", "concise"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    git(&repo, &["add", "-A"]);
    assert_eq!(repo.run(&["check", "--tree", "index"]).code, 1);
}

#[test]
fn a_merge_that_is_not_finished_is_not_checked() {
    let repo = calm();
    git(&repo, &["checkout", "-qb", "side"]);
    repo.write(PRODUCTION, overlay("40s").as_bytes());
    git(&repo, &["commit", "-qam", "side"]);
    git(&repo, &["checkout", "-q", "-"]);
    repo.write(PRODUCTION, overlay("50s").as_bytes());
    git(&repo, &["commit", "-qam", "main"]);
    let merge = Command::new("git").args(["merge", "side"]).current_dir(repo.path()).output();
    assert!(!merge.unwrap().status.success());
    let run = repo.run(&["check", "--hook"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains(
            "the index has 1 unmerged paths, among them `apps/orders/overlays/production"
        )
    );
    assert!(run.err.contains("git add"), "{}", run.err);
}

#[test]
fn a_branch_is_compared_with_where_it_parts() {
    let repo = calm();
    git(&repo, &["branch", "-m", "main"]);
    git(&repo, &["checkout", "-qb", "topic"]);
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["commit", "-qam", "topic"]);
    git(&repo, &["checkout", "-q", "main"]);
    repo.write(STAGING, overlay("7s").as_bytes());
    git(&repo, &["commit", "-qam", "main goes on"]);
    git(&repo, &["checkout", "-q", "topic"]);
    let base = ["check", "--base", "main", "--format", "json", "--min-severity", "warning"];
    let run = repo.run(&base);
    assert_eq!(rules(&run), ["production-only-change"]);
    assert_eq!(json(&run)["findings"][0]["reference_value"], "30s");
    // What is not committed belongs to the work tree, and so to what is compared.
    repo.write(PRODUCTION, overlay("30s").as_bytes());
    assert_eq!(rules(&repo.run(&base)), [""; 0]);
    repo.write("apps/orders/overlays/production/new.yaml", b"a: [\n");
    let new = repo.run(&base);
    assert_eq!(rules(&new), ["invalid-syntax"], "{}", new.out);
    let head = [&base[..], &["--tree", "HEAD"]].concat();
    assert_eq!(rules(&repo.run(&head)), ["production-only-change"]);
    let unknown = repo.run(&["check", "--base", "nowhere"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("there is no commit `nowhere` in this clone"), "{}", unknown.err);
}

#[test]
fn histories_that_never_meet_are_told() {
    let repo = calm();
    git(&repo, &["checkout", "-q", "--orphan", "other"]);
    commit(&repo, "other");
    let run = repo.run(&["check", "--base", "master@{0}"]);
    let run =
        if run.err.contains("no commit") { repo.run(&["check", "--base", "main"]) } else { run };
    assert_eq!(run.code, 2);
    assert!(run.err.contains("no common ancestor"), "{}", run.err);
    assert!(run.err.contains("fetch-depth: 0"), "{}", run.err);
}

#[test]
fn the_first_commit_is_checked_against_nothing() {
    let repo = Repo::new(&[("a/production/x.yaml", "a: [\n")]);
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--hook", "--format", "concise"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("[invalid-syntax]"), "{}{}", run.out, run.err);
}

#[test]
fn a_commit_of_a_bare_repository_can_be_checked() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["commit", "-qam", "two"]);
    let bare = tempfile::tempdir().unwrap();
    let to = bare.path().to_str().unwrap();
    git(&repo, &["clone", "-q", "--bare", ".", to]);
    let run = |args: &[&str]| {
        let output = repo.command(args).current_dir(bare.path()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, out) = run(&["check", "--tree", "HEAD", "--format", "concise"]);
    assert!(code == 0 && out.contains("[unparameterized-difference]"), "{out}");
    let (_, out) = run(&["check", "--tree", "HEAD~1", "--format", "concise"]);
    assert_eq!(out, "");
    let (_, out) = run(&["check", "--tree", "HEAD", "--base", "HEAD~1", "--format", "concise"]);
    assert!(out.contains("[production-only-change]"), "{out}");
}

#[test]
fn the_configuration_is_that_of_the_same_state() {
    let repo = calm();
    repo.write(
        "paritylint.toml",
        b"[rules]\nproduction-only-change = \"off\"\nunparameterized-difference = \"off\"\n",
    );
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    assert_eq!(rules(&repo.run(STAGED)), [""; 0]);
    repo.write("paritylint.toml", b"nonsense");
    assert_eq!(rules(&repo.run(STAGED)), [""; 0], "what is not staged does not count");
    git(&repo, &["reset", "-q", "paritylint.toml"]);
    assert_eq!(rules(&repo.run(STAGED)), ["production-only-change"]);
}

#[test]
fn variables_of_git_decide() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    let index = repo.path().join(".git/next-index");
    std::fs::copy(repo.path().join(".git/index"), &index).unwrap();
    let add = Command::new("git")
        .args(["add", "-A"])
        .env("GIT_INDEX_FILE", &index)
        .current_dir(repo.path())
        .status();
    assert!(add.unwrap().success());
    let elsewhere = tempfile::tempdir().unwrap();
    let run = |index: &Path| {
        let mut command = repo.command(&["check", "--hook", "--format", "concise"]);
        let output = command
            .current_dir(elsewhere.path())
            .env("GIT_DIR", repo.path().join(".git"))
            .env("GIT_WORK_TREE", repo.path())
            .env("GIT_INDEX_FILE", index)
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert!(run(&index).contains("[production-only-change]"));
    assert_eq!(run(&repo.path().join(".git/index")), "");
}

#[test]
fn links_and_submodules_of_a_commit_are_understood() {
    let repo = calm();
    std::os::unix::fs::symlink("overlays/production", repo.path().join("apps/orders/live"))
        .unwrap();
    std::os::unix::fs::symlink("/etc", repo.path().join("apps/orders/outside")).unwrap();
    git(&repo, &["add", "-A"]);
    let head = git(&repo, &["rev-parse", "HEAD"]);
    git(&repo, &["update-index", "--add", "--cacheinfo", &format!("160000,{head},vendored")]);
    let run = repo.run(&["check", "--tree", "index", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let gaps = json(&run)["not_analysed"].to_string();
    assert!(gaps.contains("submodule") && gaps.contains("vendored"), "{gaps}");
}

/// Names that are not UTF-8 exist on Linux only.
#[cfg(target_os = "linux")]
#[test]
fn files_whose_names_are_no_text_are_told() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let repo = calm();
    let bytes = |name: &[u8]| repo.path().join(OsStr::from_bytes(name));
    std::fs::create_dir(bytes(b"apps/\xfe")).unwrap();
    for name in [&b"apps/m\xfcnchen.yaml"[..], b"apps/\xfe/b.yaml"] {
        std::fs::write(bytes(name), "a: 1\n").unwrap();
    }
    let gaps = |args: &[&str]| -> Vec<String> {
        let run = repo.run(&[&["check", "--format", "json"], args].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        let report = json(&run);
        let gaps = report["not_analysed"].as_array().unwrap().iter();
        gaps.map(|gap| {
            assert_eq!(
                (&gap["what"], &gap["detail"]),
                (&"file name".into(), &"the name is not UTF-8".into())
            );
            gap["file"].as_str().unwrap().to_owned()
        })
        .collect()
    };
    let both = ["apps/m\u{fffd}nchen.yaml", "apps/\u{fffd}/b.yaml"];
    assert_eq!(gaps(&[]), both);
    assert_eq!(gaps(&["--tree", "index"]), [""; 0]);
    assert_eq!(gaps(&["--base", "HEAD"]), both, "untracked");
    git(&repo, &["add", "-A"]);
    assert_eq!(gaps(&["--tree", "index"]), both);
    assert_eq!(gaps(&["--staged"]), both);
    commit(&repo, "two");
    assert_eq!(gaps(&["--tree", "HEAD"]), both);
    assert_eq!(gaps(&["--base", "HEAD~1"]), both);
    std::fs::remove_file(bytes(b"apps/m\xfcnchen.yaml")).unwrap();
    assert_eq!(gaps(&[]), both[1..]);
    assert_eq!(gaps(&["--base", "HEAD~1"]), both[1..]);
}

#[test]
fn objects_that_are_missing_are_told() {
    let repo = calm();
    let blob = git(&repo, &["rev-parse", &format!("HEAD:{PRODUCTION}")]);
    repo.write(STAGING, overlay("60s").as_bytes());
    git(&repo, &["add", STAGING]);
    let object = repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(object).unwrap();
    let run = repo.run(&["check", "--hook"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(
        run.err.contains(&format!("the content of `{PRODUCTION}` is not in this clone")),
        "{}",
        run.err
    );
}

#[test]
fn a_push_is_read_from_what_git_says() {
    use std::io::Write as _;

    let repo = calm();
    let old = git(&repo, &["rev-parse", "HEAD"]);
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["commit", "-qam", "two"]);
    let new = git(&repo, &["rev-parse", "HEAD"]);
    let zero = "0".repeat(40);
    let push = |line: &str| {
        let mut child = repo
            .command(&["check", "--hook", "--format", "concise"])
            .env_remove("PRE_COMMIT")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let said = |text: &str| text.contains("ERP_TIMEOUT");
    assert!(said(&push(&format!("refs/heads/a {new} refs/heads/a {old}\n"))));
    assert!(
        push(&format!("refs/heads/a {new} refs/heads/a {zero}\n")).contains("difference]"),
        "a new branch: all"
    );
    assert!(!said(&push(&format!("(delete) {zero} refs/heads/a {old}\n"))));
    assert!(!said(&push(&format!("refs/heads/a {old} refs/heads/a {old}\n"))));
}

#[test]
fn hooks_of_a_framework_say_which_commits_are_meant() {
    let repo = calm();
    let old = git(&repo, &["rev-parse", "HEAD"]);
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["commit", "-qam", "two"]);
    let run = |from: &str, to: &str| {
        let mut command = repo.command(&["check", "--hook", "--format", "concise"]);
        let output = command
            .env("PRE_COMMIT", "1")
            .env("PRE_COMMIT_FROM_REF", from)
            .env("PRE_COMMIT_TO_REF", to)
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert!(run(&old, "HEAD").contains("[production-only-change]"));
    assert!(run("HEAD", "HEAD").contains("[unparameterized-difference]"), "nothing differs: all");
    assert_eq!(run("HEAD", &old), "");
}

#[test]
fn outside_of_a_repository_a_change_cannot_be_told() {
    let repo = Repo::without_git(&[("a/production/x.yaml", "a: 1\n")]);
    for args in [["check", "--hook"], ["check", "--staged"]] {
        let run = repo.run(&args);
        assert_eq!(run.code, 2);
        assert!(run.err.contains("this is not a git repository"), "{}", run.err);
    }
}

#[test]
fn what_becomes_worse_is_new() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    repo.write("paritylint.toml", b"[rules]\nunparameterized-difference = \"error\"\n");
    git(&repo, &["add", "-A"]);
    let run = repo.run(STAGED);
    assert_eq!((run.code, rules(&run)), (1, vec!["unparameterized-difference".to_owned()]));
}

#[test]
fn a_sparse_checkout_deletes_nothing() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    git(&repo, &["sparse-checkout", "set", "--no-cone", "/apps/orders/base"]);
    assert!(!repo.path().join(PRODUCTION).exists());
    let run = repo.run(&["check", "--base", "HEAD", "--format", "json"]);
    assert_eq!(json(&run)["change"]["files"], 0, "{}", run.out);
    let run = repo.run(&["check", "--base", "HEAD~1", "--format", "json"]);
    assert_eq!(rules(&run), ["production-only-change"]);
}

#[test]
fn a_baseline_that_knows_less_brings_findings_back() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    assert_eq!(repo.run(&["check", "--write-baseline", "known.json"]).code, 0);
    repo.write("paritylint.toml", b"baseline = \"known.json\"\n");
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    repo.write("paritylint.toml", b"");
    git(&repo, &["add", "-A"]);
    assert_eq!(rules(&repo.run(STAGED)), ["unparameterized-difference"]);
}

#[test]
fn what_is_hidden_or_deleted_is_not_called_mended() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    repo.write("paritylint.toml", b"exclude = [\"apps/**\"]\n");
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged"]);
    assert!(!run.out.contains("well done"), "{}", run.out);
    git(&repo, &["reset", "-q", "--hard"]);
    git(&repo, &["rm", "-q", PRODUCTION]);
    let run = repo.run(&["check", "--staged"]);
    assert!(!run.out.contains("well done"), "{}", run.out);
}

#[test]
fn an_exception_that_has_ended_is_an_error_where_the_change_touches_it() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    let exception = "[[exception]]\nrule = \"unparameterized-difference\"\nunit = \"apps/orders\"\n\
        owner = \"@nordwerk/orders\"\nreason = \"the ERP is slow\"\nretire-by = 2026-01-31\n";
    repo.write("paritylint.toml", exception.as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    repo.write("README.yaml", b"a: 1\n");
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged", "--today", "2026-06-01", "--format", "json"]);
    assert_eq!((run.code, rules(&run)), (0, vec![]));
    repo.write(PRODUCTION, overlay("95s").as_bytes());
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged", "--today", "2026-06-01", "--format", "json"]);
    assert!(run.code == 1 && rules(&run).contains(&"exception-expired".to_owned()), "{}", run.out);
}

#[test]
fn a_unit_that_moves_is_old_news() {
    let repo = calm();
    repo.write(PRODUCTION, overlay("90s").as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    git(&repo, &["mv", "apps/orders", "apps/purchases"]);
    let run = repo.run(&["check", "--staged", "--format", "json"]);
    assert_eq!(rules(&run), [""; 0], "{}", run.out);
    assert_eq!(json(&run)["change"]["resolved"].as_array().unwrap().len(), 0);
}

#[test]
fn a_comment_in_a_copy_is_no_news() {
    let twin =
        "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {A: \"1\"}\n# B: \"2\"\n";
    let repo = calm();
    repo.write("manifests/staging/a.yaml", twin.replace("# B", "B").as_bytes());
    repo.write("manifests/production/a.yaml", twin.as_bytes());
    git(&repo, &["add", "-A"]);
    commit(&repo, "two");
    repo.write("manifests/production/a.yaml", format!("# copied\n{twin}").as_bytes());
    git(&repo, &["add", "-A"]);
    assert_eq!(rules(&repo.run(STAGED)), [""; 0]);
}

#[test]
fn wrong_questions_are_answered() {
    let repo = calm();
    let run = repo.run(&["check", "--staged", "app"]);
    assert!(run.code == 2 && run.err.contains("there is nothing at `app`"), "{}", run.err);
    let bare = tempfile::tempdir().unwrap();
    git(&repo, &["clone", "-q", "--bare", ".", bare.path().to_str().unwrap()]);
    for args in [&["check", "--staged"][..], &["check", "--hook"], &["check", "--base", "HEAD"]] {
        let output = repo.command(args).current_dir(bare.path()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && err.contains("`--tree REV`"), "{err}");
    }
}

#[test]
fn a_new_entry_of_a_group_is_told_at_its_place() {
    let values = |of: &str| -> String {
        (0..12).map(|at| format!("text{at}: {of}{at}\n")).collect::<Vec<_>>().concat()
    };
    let repo = Repo::new(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: orders\nversion: 0.1.0\n"),
        ("chart/values-staging.yaml", &(values("a") + "mood: calm\n")),
        ("chart/values-production.yaml", &(values("b") + "mood: calm\n")),
    ]);
    git(&repo, &["add", "-A"]);
    commit(&repo, "one");
    let stormy = values("b") + "mood: stormy\n";
    repo.write("chart/values-production.yaml", stormy.as_bytes());
    let ignored = ["--ignore", "production-only-change"];
    let report = json(&repo.run(&[&["check", "--format", "json"], &ignored[..]].concat()));
    let group = &report["findings"][0];
    assert!(group["message"].as_str().unwrap().contains("in 13 places"), "{report:#}");
    let news = [&["check", "--base", "HEAD", "--format", "json"], &ignored[..]].concat();
    let report = json(&repo.run(&news));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report:#}");
    assert_eq!(findings[0]["path"], "mood");
    assert_eq!(findings[0]["value"], "stormy");
    assert_eq!(findings[0]["level"], "note");
    assert_eq!(findings[0]["locations"][0]["line"], 13);
}
