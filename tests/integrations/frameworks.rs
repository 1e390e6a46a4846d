//! The hook in real commits, pushes and merges, run by the real frameworks.

use std::path::PathBuf;

use crate::pages::{blocks, page};
use crate::site::{Run, SETTINGS, Site, manifests, overlay, without};
use crate::tools::tool;

/// A framework that is there, and the repositories of its users.
struct Framework {
    name: &'static str,
    program: PathBuf,
}

fn frameworks() -> impl Iterator<Item = Framework> {
    ["pre-commit", "prek"]
        .into_iter()
        .filter_map(|name| tool(name).map(|program| Framework { name, program }))
}

/// What the page about them advises for a program that is installed, with the hook's repository on
/// this machine. The page has it for every kind of hook, and with options.
const ALL_HOOKS: &str = "default_install_hook_types";
const WITH_OPTIONS: &str = "args: [--fail-on, warning,";

fn configuration(site: &Site, word: &str) -> String {
    let page = page("pre-commit.md");
    let block = blocks(&page, "yaml")
        .into_iter()
        .find(|block| block.contains("id: paritylint-system") && block.contains(word));
    let repository = site.path("hook");
    block.unwrap().replace("https://github.com/paritylint/paritylint", repository.to_str().unwrap())
}

impl Framework {
    /// Sets up what the page says in a repository, and commits the configuration.
    fn install(&self, site: &Site, word: &str) {
        let hook = site.path("hook");
        std::fs::create_dir(&hook).unwrap();
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");
        std::fs::copy(manifest, hook.join(".pre-commit-hooks.yaml")).unwrap();
        let steps: [&[&str]; 4] = [
            &["init", "--quiet"],
            &["add", "--all"],
            &["commit", "--quiet", "--message", "release"],
            &["tag", "v0.1.0"],
        ];
        for step in steps {
            Run::of(site.command("git").args(step).current_dir(&hook), "").passes();
        }
        site.write(".pre-commit-config.yaml", &configuration(site, word));
        self.run(site, &["install"]).passes();
    }

    fn run(&self, site: &Site, arguments: &[&str]) -> Run {
        site.run(&self.program, arguments)
    }
}

/// Runs a scenario with each framework in a repository of its own, whose environments are alike.
fn with_each(scenario: impl Fn(&Framework, &Site)) {
    with_each_configured(ALL_HOOKS, scenario);
}

fn with_each_configured(word: &str, scenario: impl Fn(&Framework, &Site)) {
    for framework in frameworks() {
        let site = Site::new();
        framework.install(&site, word);
        site.commit_unchecked("add hooks");
        scenario(&framework, &site);
    }
}

fn production() -> PathBuf {
    overlay("production").join("settings.yaml")
}

const MISSING: &[&str] = &["missing-key", "RETRIES"];

#[test]
fn a_commit_that_keeps_environments_alike_passes_in_silence() {
    with_each(|_, site| {
        for environment in ["staging", "production"] {
            let changed = SETTINGS.replace("30s", "45s");
            site.write(overlay(environment).join("settings.yaml"), &changed);
        }
        let run = site.git(&["commit", "--all", "--message", "wait longer"]).passes();
        run.says(&["Passed"]).never_says(&["checked", "found"]);
        assert_eq!(site.commits(), 3);
    });
}

#[test]
fn a_commit_that_makes_them_differ_fails() {
    with_each(|_, site| {
        site.write(production(), &without("RETRIES"));
        site.git(&["add", "--all"]).passes();
        site.git(&["commit", "--message", "one"]).fails(MISSING);
        assert_eq!(site.commits(), 2);
    });
}

#[test]
fn the_index_decides_not_the_work_tree() {
    with_each(|_, site| {
        // Staged: a fault. In the work tree: mended.
        site.write(production(), &without("RETRIES"));
        site.git(&["add", "--all"]).passes();
        site.write(production(), SETTINGS);
        site.git(&["commit", "--message", "half"]).fails(MISSING);
        assert!(site.git(&["diff", "--quiet"]).code == 1, "the work tree was given back");
        // Staged: a change of both. In the work tree: a fault on top.
        for environment in ["staging", "production"] {
            let changed = SETTINGS.replace("30s", "45s");
            site.write(overlay(environment).join("settings.yaml"), &changed);
        }
        site.git(&["add", "--all"]).passes();
        site.write(production(), &without("RETRIES"));
        site.git(&["commit", "--message", "other half"]).passes();
    });
}

#[test]
fn an_untracked_file_hides_nothing() {
    with_each_configured(WITH_OPTIONS, |_, site| {
        let file = manifests("production").join("deployment.yaml");
        site.git(&["rm", "--quiet", "--cached", file.to_str().unwrap()]).passes();
        assert!(site.work().join(&file).exists());
        site.git(&["commit", "--message", "forget it"]).fails(&["missing-resource", "Deployment"]);
    });
}

#[test]
fn commit_all_reads_the_index_of_that_commit() {
    with_each(|_, site| {
        site.write(production(), &without("RETRIES"));
        site.git(&["commit", "--all", "--message", "all"]).fails(MISSING);
    });
}

#[test]
fn commit_patch_reads_what_was_chosen() {
    with_each(|_, site| {
        // Two hunks in one file: a harmless one, and a fault.
        let both = without("RETRIES").replace("REGION: north", "REGION: north # since May");
        site.write(production(), &both);
        let choose = |answers: &str| {
            let mut commit = site.command("git");
            Run::of(commit.args(["commit", "--patch", "--message", "some"]), answers)
        };
        choose("n\ny\n").fails(MISSING);
        choose("y\nn\n").passes();
        site.git(&["diff", "--stat"]).passes().says(&["settings.yaml"]);
    });
}

#[test]
fn commit_path_reads_that_path_only() {
    with_each(|_, site| {
        // The fault is staged, and another file is committed.
        site.write(production(), &without("RETRIES"));
        site.git(&["add", "--all"]).passes();
        site.write(overlay("staging").join("settings.yaml"), &without("RETRIES"));
        let staging = overlay("staging").join("settings.yaml");
        let staging = staging.to_str().unwrap();
        // Production has the key in this commit, and staging lacks it.
        site.git(&["commit", "--message", "staging", "--", staging]).says(&["paritylint"]);
        let production = production();
        let production = production.to_str().unwrap();
        site.git(&["reset", "--quiet", "--soft", "HEAD"]).passes();
        site.git(&["commit", "--message", "production", "--", production]).says(&["paritylint"]);
    });
}

#[test]
fn a_commit_that_only_deletes_is_checked() {
    with_each_configured(WITH_OPTIONS, |_, site| {
        let file = manifests("production").join("deployment.yaml");
        site.git(&["rm", "--quiet", file.to_str().unwrap()]).passes();
        site.git(&["commit", "--message", "less"]).fails(&["missing-resource", "Deployment"]);
        site.git(&["reset", "--quiet", "--hard"]).passes();
        // Of staging: production has more then than was tested.
        let file = manifests("staging").join("settings.yaml");
        site.git(&["rm", "--quiet", file.to_str().unwrap()]).passes();
        site.git(&["commit", "--message", "less"]).fails(&["missing-resource", "ConfigMap"]);
        site.git(&["reset", "--quiet", "--hard"]).passes();
        // What staging's kustomization names.
        let file = overlay("staging").join("settings.yaml");
        site.git(&["rm", "--quiet", file.to_str().unwrap()]).passes();
        site.git(&["commit", "--message", "less"]).fails(&["build-failed", "staging"]);
    });
}

#[test]
fn a_merge_is_checked() {
    with_each(|_, site| {
        // Each side is right alone: one begins to use a file, the other one removes it.
        let shared = "apps/orders/base/limits.yaml";
        let limits = SETTINGS.replace("name: orders", "name: limits");
        site.write(shared, &limits);
        site.write("apps/orders/base/kustomization.yaml", "resources: [limits.yaml]\n");
        site.commit_unchecked("add limits");
        site.git(&["switch", "--quiet", "--create", "side"]).passes();
        site.git(&["rm", "--quiet", "-r", "apps/orders/base"]).passes();
        site.git(&["commit", "--message", "nobody uses it"]).passes();
        site.git(&["switch", "--quiet", "main"]).passes();
        for environment in ["staging", "production"] {
            let text =
                "namespace: orders\nresources: [deployment.yaml, settings.yaml, ../../base]\n";
            site.write(overlay(environment).join("kustomization.yaml"), text);
        }
        site.git(&["commit", "--all", "--message", "use limits"]).passes();
        let before = site.commits();
        let merge = site.git(&["merge", "--no-edit", "side"]);
        merge.fails(&["build-failed", "base"]);
        assert_eq!(site.commits(), before);
    });
}

#[test]
fn a_resolved_conflict_is_checked() {
    with_each(|_, site| {
        let change = |branch: &str, text: &str| {
            site.git(&["switch", "--quiet", "-C", branch]).passes();
            for environment in ["staging", "production"] {
                site.write(overlay(environment).join("settings.yaml"), text);
            }
            site.git(&["commit", "--all", "--message", branch]).passes();
        };
        change("slow", &SETTINGS.replace("30s", "60s"));
        site.git(&["switch", "--quiet", "main"]).passes();
        change("quick", &SETTINGS.replace("30s", "10s"));
        assert_eq!(site.git(&["merge", "slow"]).code, 1);
        // Resolved in staging, and with a key lost in production.
        site.write(overlay("staging").join("settings.yaml"), SETTINGS);
        site.write(production(), &without("RETRIES"));
        site.git(&["add", "--all"]).passes();
        site.git(&["commit", "--no-edit"]).fails(MISSING);
        site.write(production(), SETTINGS);
        site.git(&["add", "--all"]).passes();
        site.git(&["commit", "--no-edit"]).passes();
    });
}

#[test]
fn old_faults_fail_no_commit_but_an_amend_and_a_full_run() {
    with_each(|framework, site| {
        framework.run(site, &["run", "--all-files"]).passes().says(&["Passed"]);
        site.write(production(), &without("RETRIES"));
        site.commit_unchecked("in a hurry");
        for environment in ["staging", "production"] {
            let file = manifests(environment).join("settings.yaml");
            site.write(file, &SETTINGS.replace("30s", "45s"));
        }
        site.git(&["commit", "--all", "--message", "other"]).passes();
        // Nothing is staged: then everything is looked at.
        framework.run(site, &["run", "--all-files"]).fails(MISSING);
        site.git(&["commit", "--amend", "--no-edit"]).fails(MISSING);
    });
}

#[test]
fn a_linked_work_tree_has_its_own_index() {
    with_each(|_, site| {
        let linked = site.path("linked");
        let add = ["worktree", "add", "--quiet", linked.to_str().unwrap(), "-b", "other"];
        site.git(&add).passes();
        let file = linked.join(production());
        std::fs::write(&file, without("RETRIES")).unwrap();
        let git = |arguments: &[&str]| {
            Run::of(site.command("git").args(arguments).current_dir(&linked), "")
        };
        git(&["commit", "--all", "--message", "there"]).fails(MISSING);
        std::fs::write(&file, SETTINGS.replace("CURRENCY", "# paid in\n  CURRENCY")).unwrap();
        git(&["commit", "--all", "--message", "there"]).passes();
    });
}

#[test]
fn the_first_commit_is_compared_with_nothing() {
    for framework in frameworks() {
        let site = Site::uncommitted();
        framework.install(&site, ALL_HOOKS);
        site.write(production(), &without("RETRIES"));
        site.git(&["add", "--all"]).passes();
        site.git(&["commit", "--message", "begin"]).fails(MISSING);
        site.write(production(), SETTINGS);
        site.git(&["add", "--all"]).passes();
        site.git(&["commit", "--message", "begin"]).passes();
        assert_eq!(site.commits(), 1);
    }
}

#[test]
fn a_sub_directory_is_as_good_as_the_root() {
    with_each(|_, site| {
        site.write(production(), &without("RETRIES"));
        let mut commit = site.command("git");
        commit.args(["commit", "--all", "--message", "from below"]);
        Run::of(commit.current_dir(site.work().join(overlay("staging"))), "").fails(MISSING);
    });
}

#[test]
fn a_push_is_checked_whatever_was_committed() {
    with_each(|_, site| {
        let remote = site.path("remote.git");
        let remote = remote.to_str().unwrap();
        site.git(&["init", "--quiet", "--bare", remote]).passes();
        site.git(&["remote", "add", "origin", remote]).passes();
        site.git(&["push", "--quiet", "origin", "main"]).passes();
        site.write(production(), &without("RETRIES"));
        site.commit_unchecked("in a hurry");
        site.git(&["push", "origin", "main"]).fails(MISSING);
        site.git(&["push", "origin", "main:topic"]).fails(MISSING);
        // The work tree and the index are mended, the commit is not.
        site.write(production(), SETTINGS);
        site.git(&["add", "--all"]).passes();
        site.git(&["push", "origin", "main"]).fails(MISSING);
        site.git(&["commit", "--message", "mend"]).passes();
        site.git(&["push", "origin", "main"]).passes();
        site.git(&["push", "origin", "main:topic"]).passes();
        site.git(&["push", "origin", ":topic"]).passes();
    });
}

#[test]
fn a_range_is_checked_in_ci() {
    with_each(|framework, site| {
        site.git(&["switch", "--quiet", "--create", "topic"]).passes();
        site.write(production(), &without("RETRIES"));
        site.commit_unchecked("in a hurry");
        let run = framework.run(site, &["run", "--from-ref", "main", "--to-ref", "HEAD"]);
        run.fails(MISSING);
        site.write("README.md", "Orders.\n");
        site.commit_unchecked("explain");
        let run = framework.run(site, &["run", "--from-ref", "HEAD^", "--to-ref", "HEAD"]);
        run.passes().never_says(&["missing-key"]);
    });
}

#[test]
fn a_commit_can_leave_it_out() {
    with_each(|framework, site| {
        site.write(production(), &without("RETRIES"));
        let mut commit = site.command("git");
        commit.args(["commit", "--all", "--message", "now"]).env("SKIP", "paritylint-system");
        let run = Run::of(&mut commit, "");
        match framework.name {
            "pre-commit" => run.passes().says(&["Skipped"]),
            // It refuses to do nothing at all; a second hook would do.
            _ => run.fails(&["No hooks found"]),
        };
        site.git(&["commit", "--all", "--no-verify", "--message", "now"]);
        assert_eq!(site.commits(), 3);
    });
}

/// prek has projects inside of projects, and runs their hooks in their directories.
#[test]
fn a_nested_project_of_prek_is_checked() {
    let Some(program) = tool("prek") else { return };
    let framework = Framework { name: "prek", program };
    let site = Site::new();
    framework.install(&site, ALL_HOOKS);
    site.write("apps/.pre-commit-config.yaml", &configuration(&site, ALL_HOOKS));
    site.write(".pre-commit-config.yaml", "repos: []\n");
    site.commit_unchecked("add hooks");
    site.write(production(), &without("RETRIES"));
    site.git(&["add", "--all"]).passes();
    site.git(&["commit", "--message", "one"]).fails(MISSING);
}
