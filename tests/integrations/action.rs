//! `action.yml`: its steps are run here as a runner would, on real repositories.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::job::{Job, PROGRAM, action, root};
use crate::site::{Run, Site, manifests, overlay, without};
use crate::tools::tool;

/// The repository of the examples, committed.
fn examples() -> Site {
    let site = Site::empty();
    let from = root().join("examples/.");
    site.run("cp", &["-R", from.to_str().unwrap(), "."]).passes();
    site.commit_unchecked("examples");
    site
}

#[test]
fn the_action_is_valid() {
    let site = Site::empty();
    let file = root().join("action.yml");
    let file = file.to_str().unwrap();
    if let Some(program) = tool("check-jsonschema") {
        site.run(program, &["--builtin-schema", "vendor.github-actions", file]).passes();
    }
    if let Some(program) = tool("zizmor") {
        let arguments = ["--offline", "--no-progress", "--persona", "auditor", file];
        site.run(program, &arguments).passes().says(&["No findings to report"]);
    }
}

/// What somebody else wrote must never be part of a script.
#[test]
fn no_script_holds_an_expression() {
    let action = action();
    let steps = action["runs"]["steps"].as_sequence().unwrap();
    let scripts: Vec<_> = steps.iter().filter_map(|step| step.get("run")?.as_str()).collect();
    assert!(scripts.len() > 2);
    for script in scripts {
        assert!(!script.contains("${{"), "{script}");
    }
}

#[test]
fn the_scripts_are_clean() {
    let Some(program) = tool("shellcheck") else { return };
    let site = Site::empty();
    let mut command = site.command(program);
    command.arg("--external-sources").current_dir(root());
    let scripts = ["common", "install", "build", "run"].map(|name| format!("action/{name}.sh"));
    Run::of(command.args(scripts).args([".ci/run", ".ci/tools"]), "").passes();
}

#[test]
fn a_push_checks_everything() {
    let site = examples();
    let outcome = Job::new(&site).run().leaves_with(1);
    let json = outcome.report("json-file");
    for (output, key) in [("errors", "errors"), ("warnings", "warnings")] {
        assert_eq!(outcome.output(output), json["summary"][key].to_string());
        assert_ne!(outcome.output(output), "0");
    }
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(outcome.output("findings"), findings.len().to_string());
    assert_eq!(outcome.output("exit-code"), "1");
    assert_eq!(outcome.output("version"), env!("CARGO_PKG_VERSION"));
    let sarif = outcome.report("sarif-file");
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), findings.len());
    let commands = outcome.commands();
    let errors = commands.iter().filter(|line| line.starts_with("::error ")).count();
    assert!(errors > 0 && errors <= 10, "{errors}");
    assert!(outcome.summary.contains("ERP_TIMEOUT") && !outcome.summary.contains("\n::"));
    assert!(outcome.used.is_empty());
}

#[test]
fn a_clean_repository_passes() {
    let site = Site::new();
    let outcome = Job::new(&site).run().leaves_with(0);
    assert_eq!(outcome.output("exit-code"), "0");
    assert_eq!(outcome.output("findings"), "0");
    assert!(outcome.commands().is_empty(), "{}", outcome.log);
}

#[test]
fn the_level_that_fails_can_be_chosen() {
    let site = examples();
    Job::new(&site).input("fail-on", "none").run().leaves_with(0);
    let outcome = Job::new(&site).input("fail-on", "info").run().leaves_with(2);
    assert!(outcome.commands()[0].contains("`fail-on` must be error, warning, note or none"));
    // A warning fails where it is told to.
    let site = Site::new();
    let file = manifests("production").join("deployment.yaml");
    site.git(&["rm", "--quiet", file.to_str().unwrap()]).passes();
    site.commit_unchecked("less");
    Job::new(&site).run().leaves_with(0);
    Job::new(&site).input("fail-on", "warning").run().leaves_with(1);
}

#[test]
fn what_cannot_be_done_is_said() {
    let site = Site::new();
    site.write("paritylint.toml", "[parameters]\n");
    let outcome = Job::new(&site).run().leaves_with(2);
    assert_eq!(outcome.output("exit-code"), "2");
    assert!(outcome.log.contains("paritylint.toml"), "{}", outcome.log);
    assert_eq!(outcome.output("upload"), "");
    for (input, value, word) in [
        ("scope", "some", "`scope` must be"),
        ("working-directory", "nowhere", "names no directory: nowhere"),
        ("binary", "/nowhere/paritylint", "names no program: /nowhere/paritylint"),
        ("version", "latest", "must be like 1.2.3, and is latest"),
    ] {
        let mut job = Job::new(&site).input(input, value);
        if input == "version" {
            job = job.input("binary", "");
        }
        let outcome = job.run().leaves_with(2);
        let said = outcome.commands().iter().any(|line| line.contains(word));
        assert!(said, "no `{word}` in:\n{}", outcome.log);
    }
}

/// A pull request: `main` with an old fault, a branch with a new one, and their merge.
fn pull_request() -> Site {
    let site = Site::new();
    site.write(overlay("production").join("settings.yaml"), &without("CURRENCY"));
    site.commit_unchecked("an old fault");
    site.git(&["switch", "--quiet", "--create", "topic", "HEAD^"]).passes();
    site.write(manifests("production").join("settings.yaml"), &without("RETRIES"));
    site.commit_unchecked("a new fault");
    site.git(&["switch", "--quiet", "main"]).passes();
    site.git(&["merge", "--quiet", "--no-verify", "--no-edit", "topic"]).passes();
    site
}

/// A job in a clone of so many commits of the merge.
fn clone(from: &Site, depth: &str) -> Site {
    let site = Site::empty();
    let url = format!("file://{}", from.work().display());
    std::fs::remove_dir_all(site.work()).unwrap();
    std::fs::create_dir(site.work()).unwrap();
    site.git(&["clone", "--quiet", "--depth", depth, &url, "."]).passes();
    site
}

fn head(site: &Site) -> String {
    site.git(&["rev-parse", "HEAD"]).passes().text.trim().to_owned()
}

#[test]
fn a_pull_request_is_about_what_it_introduces() {
    let site = clone(&pull_request(), "2");
    let job = Job::new(&site)
        .variable("GITHUB_EVENT_NAME", "pull_request")
        .variable("GITHUB_SHA", head(&site));
    let outcome = job.run().leaves_with(1);
    assert_eq!(outcome.output("errors"), "1");
    assert!(
        outcome.log.contains("RETRIES") && !outcome.log.contains("CURRENCY"),
        "{}",
        outcome.log
    );
    assert_eq!(outcome.commands().len(), 1, "{}", outcome.log);
    // Code scanning is told of everything: what is missing there counts as mended.
    let sarif = std::fs::read_to_string(outcome.output("sarif-file")).unwrap();
    assert!(sarif.contains("RETRIES") && sarif.contains("CURRENCY"));
    // The scope can be chosen, and so can the base.
    let full = job.input("scope", "full").run().leaves_with(1);
    assert_eq!(full.output("errors"), "2");
    let based = Job::new(&site).input("scope", "changed").input("base", "HEAD^2").run();
    let based = based.leaves_with(1);
    assert!(based.log.contains("CURRENCY") && !based.log.contains("RETRIES"), "{}", based.log);
}

#[test]
fn a_clone_without_the_base_says_how_to_get_it() {
    let site = clone(&pull_request(), "1");
    let outcome = Job::new(&site)
        .variable("GITHUB_EVENT_NAME", "pull_request")
        .variable("GITHUB_SHA", head(&site))
        .run()
        .leaves_with(2);
    assert!(outcome.commands()[0].contains("`fetch-depth: 2`"), "{}", outcome.log);
}

/// With `ref: …head.sha` the checkout is the branch, whose first parent is not the base.
#[test]
fn a_checkout_of_the_branch_is_compared_with_the_base_too() {
    let site = pull_request();
    let base = site.git(&["rev-parse", "main^1"]).passes().text.trim().to_owned();
    site.git(&["switch", "--quiet", "topic"]).passes();
    site.write("README.md", "Orders.\n");
    site.commit_unchecked("explain");
    let outcome = Job::new(&site)
        .variable("GITHUB_EVENT_NAME", "pull_request")
        .variable("GITHUB_SHA", "0000000000000000000000000000000000000001")
        .event("github.event.pull_request.base.sha", base)
        .run()
        .leaves_with(1);
    assert!(
        outcome.log.contains("RETRIES") && !outcome.log.contains("CURRENCY"),
        "{}",
        outcome.log
    );
}

#[test]
fn only_a_repository_of_its_own_uploads() {
    let site = examples();
    let upload = "github/codeql-action/upload-sarif";
    let fork = "github.event.pull_request.head.repo.fork";
    assert!(Job::new(&site).run().used.is_empty());
    let job = Job::new(&site).input("advanced-security", "true").event(fork, "false");
    let outcome = job.run().leaves_with(1);
    assert_eq!(outcome.used[upload]["sarif_file"], outcome.output("sarif-file"));
    assert_eq!(outcome.used[upload]["category"], "paritylint");
    let outcome = job.event(fork, "true").run().leaves_with(1);
    assert!(outcome.used.is_empty());
    assert!(outcome.log.contains("nothing is uploaded"));
}

#[test]
fn arguments_are_arguments_and_nothing_else() {
    let site = examples();
    let job = |arguments: &str| Job::new(&site).input("args", arguments).run();
    let outcome = job("--select\nexception-without-owner").leaves_with(0);
    assert_eq!(outcome.output("warnings"), "1");
    for hostile in [
        "--select\n$(touch ../pwned)",
        "--select\n`touch ../pwned`",
        "--select; touch ../pwned",
        "--select\nparity\" && touch ../pwned \"",
        "'; touch ../pwned; '",
        "--format\ngithub; touch ../pwned",
    ] {
        job(hostile).leaves_with(2);
        assert!(!site.path("pwned").exists(), "{hostile}");
    }
    for name in ["base", "config", "working-directory", "fail-on", "scope"] {
        let outcome = Job::new(&site).input("scope", "changed").input(name, "$(touch ../pwned)");
        outcome.run().leaves_with(2);
        assert!(!site.path("pwned").exists(), "{name}");
    }
}

#[test]
fn a_repository_gives_the_runner_no_orders() {
    let site = Site::new();
    let hostile = without("RETRIES").replace(
        "  REGION: north",
        "  REGION: |\n    ##[add-path]/tmp\n    ::error::gotcha\n    ::stop-commands::x\n    ::x::",
    );
    site.write(overlay("production").join("settings.yaml"), &hostile);
    site.write(
        "apps/##[debug],line=1::gotcha/overlays/production/kustomization.yaml",
        "resources: [\"::set-output name=x::y\"]\n",
    );
    site.commit_unchecked("hostile");
    let outcome = Job::new(&site).run().leaves_with(1);
    let commands = outcome.commands();
    assert!(!commands.is_empty());
    for command in commands {
        let properties = ["::error file=", "::warning file=", "::notice "];
        assert!(properties.iter().any(|start| command.starts_with(start)), "{command}");
        assert!(!command.contains("##["), "{command}");
    }
}

#[test]
fn annotations_name_files_from_the_workspace() {
    let site = Site::empty();
    let inner = Site::new();
    inner.write(overlay("production").join("settings.yaml"), &without("RETRIES"));
    inner.commit_unchecked("a fault");
    let url = inner.work();
    site.git(&["clone", "--quiet", url.to_str().unwrap(), "git, ops"]).passes();
    let outcome = Job::new(&site).input("working-directory", "git, ops").run().leaves_with(1);
    let commands = outcome.commands();
    assert!(commands[0].starts_with("::error file=git%2C ops/apps/orders/"), "{commands:?}");
}

#[test]
fn reports_can_be_switched_off() {
    let site = examples();
    let outcome = Job::new(&site).input("annotations", "false").input("summary", "false").run();
    let outcome = outcome.leaves_with(1);
    assert!(outcome.commands().is_empty());
    assert!(outcome.summary.is_empty());
}

/// A program of the test, before those of the machine.
pub(crate) fn program(site: &Site, name: &str, script: &str) -> String {
    let directory = site.directory("bin");
    let file = directory.join(name);
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    let inherited = std::env::var("PATH").unwrap();
    format!("{}:{inherited}", directory.display())
}

/// A program that dies must not leave the runner deaf for the rest of the job.
#[test]
fn a_crash_is_a_failure_that_is_told() {
    let site = Site::new();
    let script = r#"
        case "$*" in
        --version) echo paritylint 0.1.0; exit ;;
        *--help) exit ;;
        esac
        echo "::stop-commands::abc"
        echo "::error::half a line"
        echo "panicked" >&2
        exit 101"#;
    program(&site, "paritylint-broken", script);
    let binary = site.path("bin/paritylint-broken");
    let outcome = Job::new(&site).input("binary", binary.to_str().unwrap()).run().leaves_with(2);
    assert_eq!(outcome.output("exit-code"), "2");
    assert!(outcome.commands().is_empty());
    assert!(outcome.log.contains("panicked"));
}

/// A summary above 1 MiB would be thrown away as a whole.
#[test]
fn a_long_summary_is_cut_at_the_end_of_a_line() {
    let site = Site::new();
    let script = r#"
        for argument in "$@"; do
            case "$argument" in
            --version) echo paritylint 0.1.0; exit ;;
            json=*) printf '  "errors": 1,
  "warnings": 2,
  "notes": 3,
' >"${argument#*=}" ;;
            sarif=*) echo '{}' >"${argument#*=}" ;;
            markdown=*) awk 'BEGIN { for (i = 0; i < 90000; i++) print "| a row | ä |" }' >"${argument#*=}" ;;
            esac
        done
        exit 1"#;
    program(&site, "paritylint-long", script);
    let binary = site.path("bin/paritylint-long");
    let outcome = Job::new(&site).input("binary", binary.to_str().unwrap()).run().leaves_with(1);
    assert_eq!(outcome.output("findings"), "6");
    assert!(outcome.summary.len() < 1_000_100 && outcome.summary.len() > 990_000);
    let mut lines: Vec<_> = outcome.summary.lines().collect();
    let last = lines.pop().unwrap();
    lines.retain(|line| !line.is_empty());
    assert!(lines.iter().all(|line| *line == "| a row | ä |"));
    assert_eq!(last, format!("{} more lines: see the log.", 90_000 - lines.len()));
}

#[test]
fn a_release_is_used_only_with_its_digest() {
    let site = Site::new();
    // The Action with a table that knows one release.
    let sources = site.directory("action");
    let from = root().join("action");
    site.run("cp", &["-R", from.to_str().unwrap(), sources.to_str().unwrap()]).passes();
    let name = "paritylint-v9.8.7-x86_64-unknown-linux-musl";
    let unpacked = site.directory(name);
    std::os::unix::fs::symlink(PROGRAM, unpacked.join("paritylint")).unwrap();
    let archive = site.path("archive.tar.gz");
    let directory = unpacked.parent().unwrap().to_str().unwrap();
    let pack = ["-czhf", archive.to_str().unwrap(), "-C", directory, name];
    site.run("tar", &pack).passes();
    let digest = site.run("sha256sum", &[archive.to_str().unwrap()]).passes().text;
    let digest = digest.split(' ').next().unwrap();
    let table = |digest: &str| {
        let line = format!("# version target digest\n9.8.7 x86_64-unknown-linux-musl {digest}\n");
        std::fs::write(sources.join("action/releases.txt"), line).unwrap();
    };
    let log = site.path("asked");
    // Gives the archive to whoever asks, and notes for what.
    let script = format!(
        "echo \"$*\" >>'{}'; while [ \"$1\" != --output ]; do shift; done; cp '{}' \"$2\"",
        log.display(),
        archive.display()
    );
    let path = program(&site, "curl", &script);
    let job = |version: &str| {
        let mut job = Job::new(&site).input("binary", "").input("version", version);
        job = job.variable("PATH", path.clone());
        job.sources.clone_from(&sources);
        job.run()
    };

    table(&"0".repeat(64));
    let outcome = job("").leaves_with(2);
    assert!(outcome.commands()[0].contains(&format!("has the digest {digest}")));
    table(digest);
    for version in ["", "9.8.7", "v9.8.7"] {
        job(version).leaves_with(0);
    }
    // Once for the wrong digest, once for the right one.
    let asked = std::fs::read_to_string(&log).unwrap();
    assert_eq!(asked.lines().count(), 2, "{asked}");
    assert!(asked.contains(&format!("/releases/download/v9.8.7/{name}.tar.gz")), "{asked}");
    let outcome = job("9.8.8").leaves_with(2);
    assert!(outcome.commands()[0].contains("knows no paritylint 9.8.8"));
}

#[test]
fn without_a_release_the_sources_of_the_action_are_built_once() {
    let site = Site::new();
    // cargo reads settings and toolchains from where it runs: this one says where that was.
    let log = site.path("built");
    let script = format!(
        "pwd >>'{0}'; echo \"$*\" >>'{0}'; while [ \"$1\" != --root ]; do shift; done; \
         mkdir -p \"$2/bin\"; ln -s '{PROGRAM}' \"$2/bin/paritylint\"",
        log.display()
    );
    let path = program(&site, "cargo", &script);
    for _ in 0..2 {
        let job = Job::new(&site).input("binary", "").variable("PATH", path.clone());
        let outcome = job.run().leaves_with(0);
        let cache = &outcome.used["actions/cache"];
        let (_, digest) = cache["key"].rsplit_once('-').unwrap();
        assert_eq!(digest.len(), 64, "{cache:?}");
        assert!(cache["key"].starts_with("paritylint-Linux-X64-"));
        assert!(cache["path"].ends_with(digest));
    }
    let built = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<_> = built.lines().collect();
    assert_eq!(lines.len(), 2, "{built}");
    assert_eq!(Path::new(lines[0]), root().canonicalize().unwrap());
    assert!(lines[1].starts_with("install --quiet --locked --path . --root /"), "{built}");
}
