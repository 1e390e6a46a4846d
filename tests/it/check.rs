//! `paritylint check`.

use std::process::Stdio;

use crate::harness::{Repo, SHOP};

#[test]
fn differences_are_found_and_counted() {
    let run = Repo::new(SHOP).run(&["check", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let report = run.json();
    assert_eq!(report["schema"], "paritylint/v1");
    assert_eq!(report["summary"]["units"], 1);
    assert_eq!(report["summary"]["overlays"], 2);
    assert_eq!(report["summary"]["comparisons"], 1);
    let rules: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["unparameterized-difference", "missing-key"]);
    let first = &report["findings"][0];
    assert_eq!(first["value"], "90s");
    assert_eq!(first["reference_value"], "30s");
    assert_eq!(first["locations"][0]["file"], "apps/shop/overlays/production/settings.yaml");
    assert_eq!(
        (&first["locations"][0]["line"], &first["locations"][0]["column"]),
        (&6.into(), &12.into())
    );
    assert_eq!(first["locations"][0]["end_column"], 15);
    assert_eq!(first["locations"][1]["role"], "reference");
}

#[test]
fn both_sides_are_shown_with_their_source() {
    let run = Repo::new(SHOP).run(&[]);
    for part in [
        "warning[unparameterized-difference]",
        "[apps/shop/overlays/production/settings.yaml:6:12]",
        "TIMEOUT: 90s",
        "[apps/shop/overlays/staging/settings.yaml:6:12]",
        "TIMEOUT: 30s",
        "checked 4 files, 1 unit, 2 overlays, 1 comparison in ",
        "found 1 error, 1 warning, 0 notes",
    ] {
        assert!(run.out.contains(part), "{part:?} is missing in\n{}", run.out);
    }
    assert!(!run.out.contains('\u{1b}'));
    let colored = Repo::new(SHOP).run(&["--color", "always"]);
    assert!(colored.out.contains("\u{1b}["));
}

#[test]
fn the_exit_code_follows_the_level_and_not_the_format() {
    let repo = Repo::new(SHOP);
    for format in crate::reports::formats() {
        assert_eq!(repo.run(&["check", "--format", &format]).code, 1);
    }
    let warnings = ["check", "--ignore", "missing-key"];
    assert_eq!(repo.run(&warnings).code, 0);
    assert_eq!(repo.run(&[&warnings[..], &["--fail-on", "warning"]].concat()).code, 1);
    assert_eq!(repo.run(&["check", "--exit-zero"]).code, 0);
    let hidden = repo.run(&["check", "--min-severity", "error", "--format", "concise"]);
    assert_eq!((hidden.code, hidden.out.lines().count()), (1, 1));
}

#[test]
fn selections_take_rules_and_families() {
    let repo = Repo::new(SHOP);
    let lines = |args: &[&str]| repo.run(&[&["check", "--format", "concise"], args].concat()).out;
    assert!(!lines(&["--select", "missing-key"]).contains("unparameterized-difference"));
    assert_eq!(lines(&["--ignore", "parity"]), "");
    assert_eq!(lines(&["--select", "hotfix,schema"]), "");
}

#[test]
fn an_exception_excuses_up_to_its_day() {
    let repo = Repo::new(SHOP);
    repo.write(
        "paritylint.toml",
        b"[[exception]]\nrules = [\"missing-key\", \"unparameterized-difference\"]\n\
          unit = \"apps/*\"\nenvironment = \"production\"\nowner = \"@shop\"\nreason = \"sale\"\n\
          retire-by = 2026-12-31\n",
    );
    let json = |args: &[&str]| repo.run(&[&["check", "--format", "json"], args].concat());
    let run = json(&["--today", "2026-12-31"]);
    assert_eq!(run.code, 0);
    let report = run.json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["findings"][0]["rule"], "exception-expiring-soon");
    assert_eq!(report["suppressed"][1]["exception"]["owner"], "@shop");
    assert_eq!(report["suppressed"][1]["exception"]["retire_by"], "2026-12-31");
    let run = json(&["--today", "2027-01-01"]);
    assert_eq!(run.code, 1);
    let rules: Vec<_> = run.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(rules, ["unparameterized-difference", "missing-key", "exception-expired"]);
    let shown = repo.run(&["check", "--show-suppressed", "--today", "2026-12-01"]);
    assert!(shown.out.contains("excepted by @shop until 2026-12-31: sale (paritylint.toml:1)"));
}

#[test]
fn a_directory_restricts_what_is_reported_and_not_what_is_looked_at() {
    let repo = Repo::new(SHOP);
    repo.write("other/a.yaml", b"a: 1\na: 2\n");
    let run = repo.run(&["check", "apps", "--format", "concise"]);
    assert!(!run.out.contains("duplicate-key"));
    let run = repo.run(&["check", "other/a.yaml", "--format", "concise"]);
    assert_eq!(run.out.lines().count(), 1);
    let run = repo.run_in("apps/shop", &["check", ".", "--format", "concise"]);
    assert!(
        run.out.starts_with("apps/shop/overlays/production/settings.yaml:6:12:"),
        "{}",
        run.out
    );
    let run = repo.run(&["check", "apps/shop/overlays/staging", "--format", "concise"]);
    assert_eq!(run.out.lines().count(), 2, "{}", run.out);
}

#[test]
fn the_nearest_configuration_makes_its_directory_the_root() {
    let repo = Repo::new(&[]);
    for (path, text) in SHOP {
        repo.write(&format!("examples/{path}"), text.as_bytes());
    }
    repo.write("examples/paritylint.toml", b"[rules]\nmissing-key = \"off\"\n");
    let run = repo.run(&["check", "examples", "--format", "json"]);
    assert_eq!(run.json()["findings"][0]["unit"], "apps/shop");
    assert_eq!(run.json()["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn reports_can_be_written_to_files() {
    let repo = Repo::new(SHOP);
    let run = repo.run(&[
        "check",
        "-q",
        "--output",
        "json=report.json",
        "--output",
        "concise=report.txt",
    ]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains("checked "));
    let json: serde_json::Value = serde_json::from_str(&repo.read("report.json")).unwrap();
    assert_eq!(json["summary"]["errors"], 1);
    assert_eq!(repo.read("report.txt").lines().count(), 2);
}

#[test]
fn wrong_outputs_are_told_before_anything_is_done() {
    let repo = Repo::new(SHOP);
    let run = repo.run(&["check", "--output", "json=a.json", "--output", "sarif=./a.json"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("two reports go to `./a.json`"), "{}", run.err);
    assert!(!repo.path().join("a.json").exists());
    let run = repo.run(&["check", "--output", "sarfi=a.json"]);
    assert_eq!(run.code, 2);
    for part in ["unknown format `sarfi`", "sarif", "concise"] {
        assert!(run.err.contains(part), "{}", run.err);
    }
    assert_eq!(repo.run(&["check", "--output", "sarif"]).code, 2);
}

#[test]
fn threads_do_not_change_the_report() {
    let repo = Repo::new(SHOP);
    let one = repo.run(&["check", "--format", "concise", "-j", "1"]).out;
    assert_eq!(one, repo.run(&["check", "--format", "concise", "-j", "7"]).out);
}

#[test]
fn what_was_not_analysed_is_told_and_strict_fails() {
    let repo = Repo::new(&[("a.yaml", "a: 1\n"), ("b.yaml", "{{ if x }}\nb: [\n")]);
    let run = repo.run(&["check"]);
    assert_eq!(run.code, 0);
    assert!(
        run.out.contains("not analysed: 1 (template)\n  b.yaml:1: {{ is to be filled in first"),
        "{}",
        run.out
    );
    let strict = repo.run(&["check", "--strict"]);
    assert_eq!(strict.code, 1);
    assert!(strict.err.contains("1 things were not analysed") || strict.err.contains("--strict"));
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let repo = Repo::new(SHOP);
    let mut child =
        repo.command(&["rules"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn text_of_the_repository_does_not_steer_the_terminal() {
    let repo =
        Repo::new(&[("a.yaml", "\"k\\e[31m\": 1\n\"k\\e[31m\": \"\u{202e}x\" # \u{200b}\n")]);
    for format in ["full", "concise", "json"] {
        let run = repo.run(&["check", "--format", format]);
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(!run.out.contains(['\u{1b}', '\u{202e}', '\u{200b}']), "{}", run.out);
    }
}
