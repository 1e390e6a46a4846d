//! The hook without pre-commit and prek: scripts of git itself, lefthook, husky.

use crate::pages::{blocks, file, page};
use crate::site::{Run, SETTINGS, Site, overlay, without};
use crate::tools::tool;

const MISSING: &[&str] = &["missing-key", "RETRIES"];

/// Commits, a merge and a push as users make them, where the hooks are set up and committed.
fn commits_are_checked(site: &Site, pushes: bool) {
    let production = overlay("production").join("settings.yaml");
    // What is staged decides, whatever the work tree holds.
    site.write(&production, &without("RETRIES"));
    site.git(&["add", "--all"]).passes();
    site.write(&production, SETTINGS);
    site.git(&["commit", "--message", "half"]).fails(MISSING);
    site.git(&["reset", "--quiet", "--hard"]).passes();
    // With -a and with a path git prepares an index of its own.
    site.write(&production, &without("RETRIES"));
    site.git(&["commit", "--all", "--message", "all"]).fails(MISSING);
    site.git(&["commit", "--message", "path", "--", production.to_str().unwrap()]).fails(MISSING);
    site.git(&["reset", "--quiet", "--hard"]).passes();
    // A commit that only deletes.
    site.git(&["rm", "--quiet", production.to_str().unwrap()]).passes();
    site.git(&["commit", "--message", "less"]).fails(&["build-failed"]);
    site.git(&["reset", "--quiet", "--hard"]).passes();
    // A good one passes without a word of the program.
    for environment in ["staging", "production"] {
        let text = SETTINGS.replace("30s", "45s");
        site.write(overlay(environment).join("settings.yaml"), &text);
    }
    let run = site.git(&["commit", "--all", "--message", "wait longer"]).passes();
    run.never_says(&["checked", "found"]);
    if !pushes {
        return;
    }
    let remote = site.path("remote.git");
    let remote = remote.to_str().unwrap();
    site.git(&["init", "--quiet", "--bare", remote]).passes();
    site.git(&["remote", "add", "origin", remote]).passes();
    site.git(&["push", "origin", "main"]).passes();
    site.write(&production, &without("RETRIES"));
    site.commit_unchecked("in a hurry");
    site.git(&["push", "origin", "main"]).fails(MISSING);
    site.git(&["push", "origin", "main:topic"]).fails(MISSING);
    site.git(&["push", "--no-verify", "origin", "main:topic"]).passes();
    site.git(&["push", "origin", ":topic"]).passes();
}

/// A merge of two sides that are right alone.
fn merges_are_checked(site: &Site) {
    let settings = |environment: &str, text: &str| {
        site.write(overlay(environment).join("settings.yaml"), text);
    };
    let kustomization = overlay("production").join("kustomization.yaml");
    site.git(&["switch", "--quiet", "--create", "side"]).passes();
    // One side stops to use the file in both, the other one uses more of it.
    let shared = "apps/orders/base/limits.yaml";
    site.write(shared, &SETTINGS.replace("name: orders", "name: limits"));
    settings("staging", SETTINGS);
    site.commit_unchecked("add a file that nobody uses");
    site.git(&["switch", "--quiet", "--create", "other"]).passes();
    site.git(&["rm", "--quiet", shared]).passes();
    site.git(&["commit", "--message", "nobody uses it"]).passes();
    site.git(&["switch", "--quiet", "side"]).passes();
    site.write("apps/orders/base/kustomization.yaml", "resources: [limits.yaml]\n");
    for environment in ["staging", "production"] {
        let text = "namespace: orders\nresources: [deployment.yaml, settings.yaml, ../../base]\n";
        site.write(overlay(environment).join("kustomization.yaml"), text);
    }
    site.git(&["add", "--all"]).passes();
    site.git(&["commit", "--message", "use it"]).passes();
    let before = site.commits();
    site.git(&["merge", "--no-edit", "other"]).fails(&["build-failed"]);
    assert_eq!(site.commits(), before);
    assert!(site.work().join(kustomization).exists());
}

/// Writes the files that blocks of the page are.
fn write_blocks(site: &Site, language: &str, directory: &str) -> usize {
    let page = page("git-hooks.md");
    let blocks =
        blocks(&page, language).into_iter().filter(|text| file(text).starts_with(directory));
    blocks.map(|block| site.write(file(block), block)).count()
}

fn plain() -> Site {
    let site = Site::new();
    assert_eq!(write_blocks(&site, "sh", ".githooks/"), 3);
    let page = page("git-hooks.md");
    let steps = blocks(&page, "sh").into_iter().find(|block| block.starts_with("chmod")).unwrap();
    site.run("sh", &["-e", "-c", steps]).passes();
    site.commit_unchecked("add hooks");
    site
}

#[test]
fn scripts_of_git_check_commits_and_pushes() {
    commits_are_checked(&plain(), true);
}

#[test]
fn scripts_of_git_check_merges() {
    merges_are_checked(&plain());
}

#[test]
fn scripts_of_git_check_linked_work_trees_and_the_first_commit() {
    let site = plain();
    let linked = site.path("linked");
    site.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "-b", "other"]).passes();
    std::fs::write(linked.join(overlay("production")).join("settings.yaml"), without("RETRIES"))
        .unwrap();
    let mut commit = site.command("git");
    commit.args(["commit", "--all", "--message", "there"]).current_dir(&linked);
    Run::of(&mut commit, "").fails(MISSING);

    let site = Site::uncommitted();
    write_blocks(&site, "sh", ".githooks/");
    site.run("sh", &["-e", "-c", "chmod +x .githooks/*; git config core.hooksPath .githooks"]);
    site.write(overlay("production").join("settings.yaml"), &without("RETRIES"));
    site.git(&["add", "--all"]).passes();
    site.git(&["commit", "--message", "begin"]).fails(MISSING);
    site.write(overlay("production").join("settings.yaml"), SETTINGS);
    site.git(&["add", "--all"]).passes();
    site.git(&["commit", "--message", "begin"]).passes();
}

#[test]
fn lefthook_checks_commits_and_merges() {
    let Some(program) = tool("lefthook") else { return };
    for scenario in [|site: &Site| commits_are_checked(site, true), merges_are_checked] {
        let site = Site::new();
        assert_eq!(write_blocks(&site, "yaml", "lefthook.yml"), 1);
        site.run(&program, &["validate"]).passes();
        site.run(&program, &["install"]).passes();
        site.commit_unchecked("add hooks");
        scenario(&site);
    }
}

#[test]
fn husky_checks_commits() {
    let Some(program) = tool("husky") else { return };
    let site = Site::new();
    site.run(program, &[]).passes();
    assert!(write_blocks(&site, "sh", ".husky/") > 0);
    site.commit_unchecked("add hooks");
    commits_are_checked(&site, true);
}

/// prek runs hooks of a nested configuration there, and git names the index from the root.
#[test]
fn the_index_that_git_names_is_found_from_below() {
    let site = plain();
    site.write(overlay("production").join("settings.yaml"), &without("RETRIES"));
    site.git(&["add", "--all"]).passes();
    let mut check = site.command("paritylint");
    check.args(["check", "--hook"]).env("GIT_INDEX_FILE", ".git/index");
    Run::of(check.current_dir(site.work().join("apps")), "").fails(MISSING);
}

/// Such commits change something, if nothing that is read: they are no reason to check everything.
#[test]
fn what_is_old_fails_no_commit_that_changes_no_text() {
    let site = plain();
    let production = overlay("production").join("settings.yaml");
    site.write(&production, &without("RETRIES"));
    site.commit_unchecked("an old fault");
    // A mode.
    site.run("chmod", &["+x", production.to_str().unwrap()]).passes();
    site.git(&["commit", "--all", "--message", "mode"]).passes();
    // Another commit of a submodule.
    let other = Site::new();
    let (url, file) = (other.work(), "protocol.file.allow=always");
    let add = ["-c", file, "submodule", "--quiet", "add", url.to_str().unwrap(), "vendor/other"];
    site.git(&add).passes();
    site.commit_unchecked("add a submodule");
    let empty = ["-C", "vendor/other", "commit", "--quiet", "--allow-empty", "--message", "next"];
    site.git(&empty).passes();
    site.git(&["commit", "--all", "--message", "submodule"]).passes();
    // Something outside of the directory that is checked.
    site.git(&["mv", "apps", "deploy"]).passes();
    site.write("deploy/paritylint.toml", "");
    site.commit_unchecked("move");
    site.write("src/main.c", "int main(void) { return 0; }\n");
    site.git(&["add", "--all"]).passes();
    let mut commit = site.command("git");
    let mut hook = site.command("paritylint");
    hook.args(["check", "--hook"]).current_dir(site.work().join("deploy"));
    Run::of(&mut hook, "").passes();
    Run::of(commit.args(["commit", "--message", "code"]), "").passes();
}

/// There is nothing to be compared in such a repository, and no reason to stop its users.
#[test]
fn a_repository_without_environments_is_left_alone() {
    let site = Site::empty();
    write_blocks(&site, "sh", ".githooks/");
    site.run("sh", &["-e", "-c", "chmod +x .githooks/*; git config core.hooksPath .githooks"]);
    site.git(&["add", "--all"]).passes();
    site.git(&["commit", "--message", "begin"]).passes();
    site.git(&["commit", "--amend", "--no-edit"]).passes();
    site.git(&["commit", "--allow-empty", "--message", "empty"]).passes();
}
