//! `check --rendered`: manifests that a pipeline rendered.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Repo, Run};

const CHART: &[(&str, &str)] = &[
    ("charts/orders/Chart.yaml", "apiVersion: v2\nname: orders\nversion: 1.0.0\n"),
    ("charts/orders/values-staging.yaml", "timeout: 30s\n"),
    ("charts/orders/values-production.yaml", "timeout: 90s\n"),
];

fn settings(timeout: &str) -> String {
    format!(
        "---\n# Source: orders/templates/settings.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  \
         name: orders\ndata:\n  TIMEOUT: {timeout}\n"
    )
}

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: orders\ndata:\n  PASSWORD: \
                      aHVudGVyMi1zd29yZGZpc2g=\n";

/// A repository with a chart, and what was rendered of it beside the repository.
struct Work {
    repo: Repo,
    out: tempfile::TempDir,
}

impl Work {
    fn new(files: &[(&str, &str)]) -> Self {
        let work = Self { repo: Repo::new(CHART), out: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            let path = work.out.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        work
    }

    /// Runs with `--rendered` for each `ENVIRONMENT=DIR`, the directories below the one beside the
    /// repository, whose name becomes `OUT`.
    fn run(&self, command: &[&str], rendered: &[(&str, &str)]) -> Run {
        let out = self.out.path().to_str().unwrap();
        let mut args: Vec<String> = command.iter().map(|&arg| arg.to_owned()).collect();
        for (environment, directory) in rendered {
            args.extend(["--rendered".to_owned(), format!("{environment}={out}/{directory}")]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let run = self.repo.run(&args);
        Run { out: run.out.replace(out, "OUT"), err: run.err.replace(out, "OUT"), ..run }
    }

    fn check(&self, rendered: &[(&str, &str)]) -> Value {
        let run = self.run(&["check", "--format", "json"], rendered);
        assert_ne!(run.code, 2, "{}", run.err);
        run.json()
    }

    fn units(&self, rendered: &[(&str, &str)]) -> Vec<String> {
        let json = self.run(&["units", "--format", "json"], rendered).json();
        let units = json["units"].as_array().unwrap().iter().map(|unit| {
            let overlays = unit["overlays"].as_array().unwrap().iter().map(|overlay| {
                let variant = overlay["variant"].as_str().map(|it| format!("/{it}"));
                let environment = overlay["environment"].as_str().unwrap();
                let root = overlay["root"].as_str().unwrap();
                format!("{environment}{}={root}", variant.unwrap_or_default())
            });
            format!(
                "{}: {}",
                unit["name"].as_str().unwrap(),
                overlays.collect::<Vec<_>>().join(" ")
            )
        });
        units.filter(|unit| !unit.starts_with("charts/")).collect()
    }
}

const BOTH: &[(&str, &str)] = &[("staging", "staging"), ("production", "production")];

fn helm() -> Work {
    Work::new(&[
        ("staging/orders/templates/settings.yaml", &settings("30s")),
        ("production/orders/templates/settings.yaml", &settings("90s")),
        ("staging/orders/templates/secret.yaml", SECRET),
        ("production/orders/templates/secret.yaml", SECRET),
    ])
}

fn findings<'j>(json: &'j Value, rule: &str) -> Vec<&'j Value> {
    json["findings"].as_array().unwrap().iter().filter(|it| it["rule"] == rule).collect()
}

#[test]
fn what_a_pipeline_rendered_is_compared() {
    let work = helm();
    let json = work.check(BOTH);
    let found = findings(&json, "unparameterized-difference");
    let found = found.into_iter().find(|it| it["unit"] == "orders").unwrap();
    assert_eq!(found["path"], "data.TIMEOUT");
    assert_eq!((&found["value"], &found["reference_value"]), (&"90s".into(), &"30s".into()));
    let place = &found["locations"][0];
    assert_eq!(place["file"], "OUT/production/orders/templates/settings.yaml");
    assert_eq!((&place["line"], &place["column"]), (&8.into(), &12.into()));
    let reference = &found["locations"][1];
    assert_eq!(reference["file"], "OUT/staging/orders/templates/settings.yaml");
    assert_eq!(json["summary"]["files"], 3 + 4);
    // What is not written down in the repository is no leak in it.
    assert!(findings(&json, "plaintext-secret").is_empty());
    assert_eq!(work.run(&["check"], BOTH).out.matches("hunter2").count(), 0);
    let paths = |format: &str| work.run(&["check", "--format", format], BOTH).out;
    for format in ["concise", "github", "gitlab", "rdjson", "junit"] {
        assert!(paths(format).contains("OUT/production/orders/"), "{format}");
    }
    let diff = work.run(&["diff", "orders"], BOTH);
    // The chart is called so, too.
    assert!(diff.out.contains("  data.TIMEOUT  (warning: "), "{}{}", diff.out, diff.err);
}

#[test]
fn what_a_pipeline_rendered_is_validated() {
    let work = Work::new(&[
        (
            "staging/a.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  prots: []\n",
        ),
        ("production/a.yaml", "a: [\n"),
        (
            "production/b.yaml",
            "apiVersion: v1\nkind: Service\nkind: Service\nmetadata:\n  name: b\n",
        ),
    ]);
    let json = work.check(BOTH);
    let file = |rule: &str| findings(&json, rule)[0]["locations"][0]["file"].clone();
    assert_eq!(file("unknown-field"), "OUT/staging/a.yaml");
    assert_eq!(file("invalid-syntax"), "OUT/production/a.yaml");
    assert_eq!(file("duplicate-key"), "OUT/production/b.yaml");
    // A file that cannot be read may hold anything.
    let missing = findings(&json, "missing-resource");
    let missing: Vec<_> = missing.into_iter().map(|it| &it["resource"]["name"]).collect();
    assert_eq!(missing, ["b"]);
}

#[test]
fn directories_inside_the_repository_are_named_by_their_paths() {
    let repo = Repo::new(CHART);
    repo.write(".gitignore", b"out/\n");
    repo.write("out/staging/orders.yaml", settings("30s").as_bytes());
    repo.write("out/production/orders.yaml", settings("90s").as_bytes());
    let args = ["--rendered", "staging=out/staging", "--rendered", "production=out/production"];
    let run = |command: &str| repo.run(&[&[command][..], &args].concat());
    let text = run("check").out;
    assert!(text.contains("[out/production/orders.yaml:8:12]"), "{text}");
    let expected = text.replace("ms", "");
    std::fs::remove_file(repo.path().join(".gitignore")).unwrap();
    // Nothing changes where nobody ignores them: they are looked at once.
    let strip = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("checked "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(strip(&run("check").out.replace("ms", "")), strip(&expected));
    let units = run("units").out;
    assert!(units.contains("rendered ") && !units.contains("out"), "{units}");
}

#[test]
fn units_are_what_stands_right_below() {
    let (a, b) = (settings("1s"), settings("2s"));
    let two = format!("{a}{b}");
    let work = Work::new(&[
        ("staging/orders/a.yaml", &a),
        ("staging/billing-stg.yaml", &two),
        ("production/orders/a.yaml", &a),
        ("production/billing-prod.yaml", &two),
        ("production/notes.txt", "hello"),
    ]);
    assert_eq!(
        work.units(BOTH),
        [
            "billing: staging=OUT/staging/billing-stg.yaml production=OUT/production/billing-prod.yaml",
            "orders: staging=OUT/staging/orders production=OUT/production/orders",
        ]
    );
    let flat = Work::new(&[
        ("staging/deployment.yaml", &a),
        ("staging/service.yaml", &b),
        ("production/deployment.yaml", &a),
        ("eu/deployment.yaml", &a),
    ]);
    let trees = [("staging", "staging"), ("production", "production"), ("production/eu", "eu")];
    let expected = "rendered: staging=OUT/staging production=OUT/production production/eu=OUT/eu";
    assert_eq!(flat.units(&trees), [expected]);
    let one = Work::new(&[("staging/x.yaml", &two), ("production/y.yaml", &two)]);
    let expected = "rendered: staging=OUT/staging/x.yaml production=OUT/production/y.yaml";
    assert_eq!(one.units(BOTH), [expected]);
    // A unit of the repository keeps its name.
    one.repo.write("rendered/staging/kustomization.yaml", b"namePrefix: a-\n");
    one.repo.write("rendered/production/kustomization.yaml", b"namePrefix: a-\n");
    let names = one.units(BOTH);
    assert!(names[0].starts_with("rendered: staging=rendered/staging "), "{names:?}");
    assert!(names[1].starts_with("rendered/rendered: "), "{names:?}");
}

#[test]
fn environments_are_known_or_made() {
    let work = helm();
    let fails = |rendered: &[(&str, &str)], message: &str| {
        let run = work.run(&["check"], rendered);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
        assert!(run.err.contains(message), "{}", run.err);
    };
    fails(&[("prodution", "production")], "did you mean `production`?");
    fails(&[("acme", "production")], "known names: `staging`, `production`");
    fails(&[("staging", "nowhere")], "`OUT/nowhere` does not exist");
    fails(&[("staging", "staging/orders/templates/secret.yaml")], "is not a directory");
    fails(&[("staging", "staging"), ("production", "staging")], "is named twice");
    fails(&[("staging", "staging"), ("production", "staging/orders")], "is named twice");
    std::fs::create_dir(work.out.path().join("empty")).unwrap();
    fails(&[("staging", "empty")], "there is no manifest in `OUT/empty`");
    let root = work.repo.path().to_str().unwrap();
    let run = work.repo.run(&["check", "--rendered", &format!("staging={root}")]);
    assert!(run.code == 2 && run.err.contains("holds the repository"), "{}", run.err);
    for flag in [&["--staged"][..], &["--base", "HEAD"], &["--tree", "HEAD"], &["--hook"]] {
        let run = work.run(&[&["check"], flag].concat(), &[("staging", "staging")]);
        assert!(run.code == 2 && run.err.contains("cannot be used with"), "{}", run.err);
    }
    for wrong in ["staging", "=out", "staging=", "staging/=out"] {
        let run = work.repo.run(&["check", "--rendered", wrong]);
        assert!(run.code == 2 && run.err.contains("ENVIRONMENT=DIR"), "{}", run.err);
    }
    // Where nothing tells environments, those that are named are all there are, in their order.
    let bare = Work { repo: Repo::new(&[]), out: work.out };
    let units = bare.units(&[("blue", "staging"), ("green", "production")]);
    assert_eq!(units, ["orders: blue=OUT/staging/orders green=OUT/production/orders"]);
    let json = bare.check(&[("blue", "staging"), ("green", "production")]);
    let found = &findings(&json, "unparameterized-difference")[0];
    assert_eq!((&found["environment"], &found["reference"]), (&"green".into(), &"blue".into()));
}

#[test]
fn links_do_not_lead_out() {
    let work = helm();
    let link = |target: &Path, name: &str| {
        let path = work.out.path().join("production/orders/templates").join(name);
        std::os::unix::fs::symlink(target, path).unwrap();
    };
    std::fs::write(work.out.path().join("outside.yaml"), settings("1s")).unwrap();
    link(&work.out.path().join("outside.yaml"), "linked.yaml");
    link(Path::new("/etc"), "etc");
    link(Path::new("."), "round");
    let json = work.check(BOTH);
    assert_eq!(json["summary"]["files"], 3 + 4);
    assert_eq!(json, {
        let mut other = work.check(&[BOTH[1], BOTH[0]]);
        other["summary"]["duration_ms"] = json["summary"]["duration_ms"].clone();
        other
    });
}

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  \
                        TIMEOUT: {{ .Values.timeout | quote }}\n";

#[test]
fn a_value_is_shown_where_the_chart_says_it_comes_from() {
    let work = helm();
    work.repo.write("charts/orders/templates/settings.yaml", TEMPLATE.as_bytes());
    let json = work.check(BOTH);
    let found = findings(&json, "unparameterized-difference");
    assert_eq!(found.len(), 1, "{json:#}");
    assert_eq!((&found[0]["unit"], &found[0]["path"]), (&"orders".into(), &"data.TIMEOUT".into()));
    let places = found[0]["locations"].as_array().unwrap().iter().map(|place| {
        let text = |name: &str| place[name].as_str().unwrap().to_owned();
        format!("{} {}:{}:{}", text("role"), text("file"), place["line"], place["column"])
    });
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            "primary charts/orders/values-production.yaml:1:10",
            "reference charts/orders/values-staging.yaml:1:10",
            "related OUT/production/orders/templates/settings.yaml:8:12",
            "related OUT/staging/orders/templates/settings.yaml:8:12",
        ]
    );
}

#[test]
fn what_may_differ_as_a_value_may_differ_as_it_is_rendered() {
    let work = helm();
    work.repo.write("charts/orders/templates/settings.yaml", TEMPLATE.as_bytes());
    let parameter = b"[[parameter]]\nkind = \"values\"\npath = \"timeout\"\nconstraint = \"any\"\n";
    work.repo.write("paritylint.toml", parameter);
    let json = work.check(BOTH);
    assert!(findings(&json, "unparameterized-difference").is_empty(), "{json:#}");
}

#[test]
fn where_there_is_a_doubt_the_manifest_is_shown() {
    let primary = |files: &[(&str, &str)]| {
        let work = helm();
        work.repo.write("charts/orders/templates/settings.yaml", TEMPLATE.as_bytes());
        for (path, text) in files {
            work.repo.write(path, text.as_bytes());
        }
        let json = work.check(BOTH);
        let found = findings(&json, "unparameterized-difference");
        let found = found.into_iter().find(|it| it["unit"] == "orders").unwrap();
        found["locations"][0]["file"].as_str().unwrap().to_owned()
    };
    let rendered = "OUT/production/orders/templates/settings.yaml";
    assert_ne!(primary(&[]), rendered);
    // Another value is the same in both environments.
    let (staging, production) =
        ("charts/orders/values-staging.yaml", "charts/orders/values-production.yaml");
    let two = [(staging, "timeout: 30s\nother: 30s\n"), (production, "timeout: 90s\nother: 90s\n")];
    assert_eq!(primary(&two), rendered);
    let template = "charts/orders/templates/settings.yaml";
    for line in ["  TIMEOUT: {{ .Values.timeout | upper }}", "  LIMIT: {{ .Values.timeout }}"] {
        assert_eq!(primary(&[(template, line)]), rendered, "{line}");
    }
    let values = [(staging, "timeout: 31s\n"), (production, "timeout: 90s\n")];
    assert_eq!(primary(&values), rendered);
    // The same in another chart.
    let other = [
        ("charts/billing/Chart.yaml", "apiVersion: v2\nname: billing\nversion: 1.0.0\n"),
        ("charts/billing/values-staging.yaml", "wait: 30s\n"),
        ("charts/billing/values-production.yaml", "wait: 90s\n"),
    ];
    assert_eq!(primary(&other), rendered);
}

#[test]
fn an_exception_and_a_baseline_know_what_was_rendered() {
    let work = helm();
    let blamed = work.run(&["check", "--blame"], BOTH);
    // The chart's own file.
    assert_eq!(blamed.out.matches("not committed yet").count(), 1, "{}", blamed.out);
    let json = work.check(BOTH);
    let found = findings(&json, "unparameterized-difference");
    let found = found.into_iter().find(|it| it["unit"] == "orders").unwrap();
    let fingerprint = found["fingerprint"].as_str().unwrap();
    let run = work.run(&["check", "--write-baseline", "baseline.json"], BOTH);
    assert_eq!(run.code, 0, "{}", run.err);
    let run = work.run(&["check", "--baseline", "baseline.json", "--format", "json"], BOTH);
    assert_eq!(run.json()["findings"], serde_json::json!([]));
    let promise =
        ["--owner", "@team", "--until", "2027-01-31", "--reason", "slow", "--today", "2026-12-01"];
    let add = [&["exceptions", "add", fingerprint][..], &promise].concat();
    let run = work.run(&add, BOTH);
    assert_eq!(run.code, 0, "{}", run.err);
    let json = work.run(&["check", "--today", "2026-12-01", "--format", "json"], BOTH).json();
    assert_eq!(json["suppressed"].as_array().unwrap().len(), 1, "{json:#}");
}
