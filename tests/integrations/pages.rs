//! The pages of `docs/integrations`: their configurations, taken from the text, run or validated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_yaml::Value;

use crate::action::program;
use crate::site::{Run, Site, manifests, overlay, without};
use crate::tools::tool;

/// A page's text.
pub(crate) fn page(name: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/integrations");
    std::fs::read_to_string(directory.join(name)).unwrap()
}

/// The blocks of a page in one language.
pub(crate) fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let start = format!("```{language}\n");
    text.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The file that a block is, by the comment at its beginning.
pub(crate) fn file(block: &str) -> &str {
    let line = block.lines().find(|line| !line.starts_with("#!")).unwrap();
    line.trim_start_matches(['#', '/', ' '])
}

#[test]
fn configurations_of_pre_commit_are_valid() {
    let page = page("pre-commit.md");
    let blocks = blocks(&page, "yaml");
    assert_eq!(blocks.len(), 4);
    let site = Site::empty();
    for block in blocks {
        site.write(file(block), block);
        for framework in ["pre-commit", "prek"] {
            let Some(program) = tool(framework) else { continue };
            let run = site.run(program, &["validate-config", file(block)]).passes();
            run.never_says(&["WARNING", "warning"]);
        }
    }
}

/// The hook as a Python package is this repository's, with another language.
#[test]
fn the_local_hook_is_like_the_one_in_the_manifest() {
    let page = page("pre-commit.md");
    let block = blocks(&page, "yaml").into_iter().find(|block| block.contains("repo: local"));
    let config: Value = serde_yaml::from_str(block.unwrap()).unwrap();
    let local = &config["repos"][0]["hooks"][0];
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let manifest: Value =
        serde_yaml::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap();
    for key in ["id", "name", "entry", "pass_filenames", "always_run", "require_serial", "stages"] {
        assert_eq!(local[key], manifest[0][key], "{key}");
    }
}

/// Holds a workflow against the schema, zizmor and actionlint.
fn valid_workflow(text: &str) {
    let site = Site::empty();
    let file = ".github/workflows/a.yml";
    site.write(file, text);
    if let Some(program) = tool("check-jsonschema") {
        site.run(program, &["--builtin-schema", "vendor.github-workflows", file]).passes();
    }
    if let Some(program) = tool("zizmor") {
        let arguments = ["--offline", "--no-progress", "--persona", "auditor", file];
        site.run(program, &arguments).passes().says(&["No findings to report"]);
    }
    if let Some(program) = tool("actionlint") {
        site.run(program, &[file]).passes();
    }
}

#[test]
fn workflows_are_valid() {
    let page = page("github.md");
    let blocks = blocks(&page, "yaml");
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        valid_workflow(block);
    }
}

/// The comment of the page's workflow, against a `gh` that writes down what it is asked.
#[test]
fn the_comment_is_made_edited_and_deleted() {
    let page = page("github.md");
    let block = blocks(&page, "yaml").into_iter().find(|block| block.contains("name: Comment"));
    let workflow: Value = serde_yaml::from_str(block.unwrap()).unwrap();
    let steps = workflow["jobs"]["paritylint"]["steps"].as_sequence().unwrap();
    let script = steps.iter().find(|step| step["name"] == "Comment").unwrap()["run"].as_str();
    let site = Site::empty();
    let gh = "case \"$*\" in *--paginate*) printf \"$OLD\" ;; *) echo \"$*\" >>\"$ASKED\" ;; esac";
    let path = program(&site, "gh", gh);
    for (text, old, asked) in [
        ("news", "", "api --silent repos/n/shop/issues/7/comments --field body=@FILE"),
        (
            "news",
            "12\\n13\\n",
            "api --silent --method PATCH repos/n/shop/issues/comments/12 --field body=@FILE",
        ),
        ("", "12\\n", "api --silent --method DELETE repos/n/shop/issues/comments/12"),
        ("", "", ""),
    ] {
        site.write("comment.md", text);
        site.write("asked", "");
        let (file, log) = (site.work().join("comment.md"), site.work().join("asked"));
        let mut command = site.command("bash");
        command.args(["-e", "-o", "pipefail", "-c", script.unwrap()]);
        command.env("PATH", &path).env("OLD", old).env("ASKED", &log).env("FILE", &file);
        command.env("GITHUB_REPOSITORY", "n/shop").env("NUMBER", "7");
        Run::of(&mut command, "").passes();
        let log = std::fs::read_to_string(log).unwrap();
        assert_eq!(log.trim(), asked.replace("FILE", file.to_str().unwrap()));
    }
}

#[test]
fn the_workflow_of_this_repository_is_valid_and_calls_the_checks() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows/ci.yml");
    let text = std::fs::read_to_string(file).unwrap();
    valid_workflow(&text);
    let workflow: Value = serde_yaml::from_str(&text).unwrap();
    let steps = workflow["jobs"]["check"]["steps"].as_sequence().unwrap();
    assert!(steps.iter().any(|step| step.get("run").and_then(Value::as_str) == Some(".ci/run")));
}

/// All inputs and outputs of the Action are on its page, with their defaults, and no others.
#[test]
fn the_page_of_the_action_lists_what_it_takes() {
    let action = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    let action: Value = serde_yaml::from_str(&std::fs::read_to_string(action).unwrap()).unwrap();
    let page = page("github.md");
    let section = |title: &str| {
        let (_, text) = page.split_once(&format!("\n## {title}\n")).unwrap();
        text.split("\n## ").next().unwrap()
    };
    let rows = |title: &str| {
        let rows = section(title).lines().filter(|line| line.starts_with("| `"));
        rows.map(str::to_owned).collect::<Vec<_>>()
    };
    let inputs = action["inputs"].as_mapping().unwrap();
    assert_eq!(rows("Inputs").len(), inputs.len());
    for (name, input) in inputs {
        let start = format!("| `{}` | ", name.as_str().unwrap());
        let row = rows("Inputs").into_iter().find(|row| row.starts_with(&start)).unwrap();
        let default = input["default"].as_str().unwrap();
        assert!(default.is_empty() || row.starts_with(&format!("{start}`{default}`")), "{row}");
    }
    let outputs = action["outputs"].as_mapping().unwrap();
    let listed: usize = rows("Outputs").iter().map(|row| row.matches('`').count() / 2).sum();
    assert_eq!(listed, outputs.len());
    for name in outputs.keys() {
        assert!(section("Outputs").contains(&format!("`{}`", name.as_str().unwrap())));
    }
}

/// A branch with a fault, of a `main` with an older one.
fn branch() -> Site {
    let site = Site::new();
    site.write(overlay("production").join("settings.yaml"), &without("CURRENCY"));
    site.commit_unchecked("an old fault");
    site.git(&["switch", "--quiet", "--create", "topic"]).passes();
    site.write(manifests("production").join("settings.yaml"), &without("RETRIES"));
    site.commit_unchecked("a new fault");
    site
}

const INTRODUCED: &[&str] = &["missing-key", "RETRIES"];
const OLD: &[&str] = &["CURRENCY"];

#[test]
fn the_pipeline_of_gitlab_is_valid_and_runs() {
    let page = page("gitlab.md");
    let block = blocks(&page, "yaml")[0];
    let site = branch();
    if let Some(program) = tool("check-jsonschema") {
        let file = site.path("gitlab-ci.yml");
        std::fs::write(&file, block).unwrap();
        let arguments = ["--builtin-schema", "vendor.gitlab-ci", file.to_str().unwrap()];
        site.run(program, &arguments).passes();
    }
    let pipeline: Value = serde_yaml::from_str(block).unwrap();
    let job = &pipeline["paritylint"];
    let lines: Vec<_> =
        job["script"].as_sequence().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let script = lines.join("\n");
    let run = |base: Option<&str>| {
        let mut command = site.command("sh");
        command.args(["-e", "-c", &script]).env("CI_PROJECT_DIR", site.work());
        if let Some(base) = base {
            let base = site.git(&["rev-parse", base]).passes().text;
            command.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim());
        }
        Run::of(&mut command, "")
    };
    run(Some("main")).fails(INTRODUCED).never_says(OLD);
    run(None).fails(INTRODUCED).says(OLD);
    // The reports are where the pipeline looks for them, and the first one is about everything.
    let reports = &job["artifacts"]["reports"];
    let report = |name: &str| {
        std::fs::read_to_string(site.work().join(reports[name].as_str().unwrap())).unwrap()
    };
    let quality: serde_json::Value = serde_json::from_str(&report("codequality")).unwrap();
    assert_eq!(quality.as_array().unwrap().len(), 2);
    assert!(report("junit").contains("missing-key"));
}

#[test]
fn the_pipeline_of_jenkins_runs() {
    let page = page("jenkins.md");
    let block = blocks(&page, "groovy")[0];
    let script = block.split("'''").nth(1).unwrap();
    let origin = branch();
    let site = Site::empty();
    let url = origin.work();
    site.git(&["remote", "add", "origin", url.to_str().unwrap()]).passes();
    site.git(&["fetch", "--quiet", "origin", "topic"]).passes();
    site.git(&["checkout", "--quiet", "FETCH_HEAD"]).passes();
    let run = |target: Option<&str>| {
        let mut command = site.command("sh");
        command.args(["-c", script]);
        if let Some(target) = target {
            command.env("CHANGE_TARGET", target);
        }
        Run::of(&mut command, "")
    };
    run(Some("main")).fails(INTRODUCED).never_says(OLD);
    run(None).fails(INTRODUCED).says(OLD);
    assert!(site.work().join("paritylint.xml").exists());
    run(Some("$(touch pwned)"));
    assert!(!site.work().join("pwned").exists());
}

/// Every Action that is used is pinned to a commit, and everywhere to the same one.
#[test]
fn actions_are_pinned_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let texts = [read("action.yml"), read(".github/workflows/ci.yml"), page("github.md")];
    let mut pins: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for used in texts.iter().flat_map(|text| text.split("uses: ").skip(1)) {
        let (name, rest) = used.split_once('@').unwrap();
        pins.entry(name).or_default().insert(rest.split_whitespace().next().unwrap());
    }
    assert!(pins.len() > 3, "{pins:?}");
    for (name, commits) in pins {
        assert_eq!(commits.len(), 1, "{name}: {commits:?}");
        let commit = commits.first().unwrap();
        assert!(
            commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{name}"
        );
    }
}
