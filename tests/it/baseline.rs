//! `--baseline`, `--write-baseline` and `--prune`.

use crate::harness::{Repo, Run, SHOP};

const FILE: &str = "paritylint-baseline.json";
const SETTINGS: &str = "apps/shop/overlays/production/settings.yaml";

fn settings(timeout: &str, more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  TIMEOUT: {timeout}\n{more}"
    )
}

fn write(repo: &Repo, day: &str) -> Run {
    repo.run(&["check", "--write-baseline", FILE, "--today", day])
}

fn check(repo: &Repo, more: &[&str]) -> Run {
    let args = ["check", "--baseline", FILE, "--today", "2026-03-11", "--fail-on", "note"];
    repo.run(&[&args[..], more].concat())
}

fn accepted() -> Repo {
    let repo = Repo::new(SHOP);
    let run = write(&repo, "2026-03-01");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    repo
}

fn entries(repo: &Repo) -> Vec<serde_json::Value> {
    let file: serde_json::Value = serde_json::from_str(&repo.read(FILE)).unwrap();
    assert_eq!(file["schema"], "paritylint-baseline/v1");
    file["findings"].as_array().unwrap().clone()
}

fn is(value: &serde_json::Value, expected: &str) -> bool {
    value.as_str() == Some(expected)
}

#[test]
fn what_was_accepted_fails_nothing_and_stays_visible() {
    let repo = Repo::new(SHOP);
    let all = repo.run(&["check", "--format", "json"]).json();
    let count = all["findings"].as_array().unwrap().len();
    assert!(count >= 2, "{all:#}");
    let run = write(&repo, "2026-03-01");
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.err.contains(&format!("{FILE} written: {count} added, 0 kept")), "{}", run.err);
    assert_eq!(entries(&repo).len(), count);
    let schema = repo.run(&["schema", "baseline"]).json();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&repo.read(FILE)).unwrap();
    assert!(schema.is_valid(&file));
    file["findings"][0]["onwer"] = "me".into();
    assert!(!schema.is_valid(&file));

    let run = check(&repo, &[]);
    assert_eq!(run.code, 0, "{}", run.out);
    let known =
        format!("{count} known findings in the baseline, the oldest since 2026-03-01 (10 days)");
    assert!(run.out.contains(&known), "{}", run.out);
    assert!(!run.out.contains("TIMEOUT"), "{}", run.out);

    let json = check(&repo, &["--format", "json"]).json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0);
    assert_eq!(json["summary"]["known"], count);
    let known = json["known"].as_array().unwrap();
    assert!(known.iter().all(|entry| is(&entry["accepted"], "2026-03-01") && entry["days"] == 10));
    let before: Vec<_> = all["findings"].as_array().unwrap().iter().collect();
    assert_eq!(before, known.iter().map(|entry| &entry["finding"]).collect::<Vec<_>>());

    for format in ["full", "concise"] {
        let run = check(&repo, &["--show-suppressed", "--format", format]);
        assert!(run.out.contains("TIMEOUT"), "{}", run.out);
        assert!(run.out.contains("known since 2026-03-01"), "{}", run.out);
    }
}

#[test]
fn a_value_that_drifts_is_known_and_another_value_is_new() {
    let repo = accepted();
    repo.write(SETTINGS, settings("95s", "").as_bytes());
    assert_eq!(check(&repo, &[]).code, 0, "the known difference is still the same one");
    repo.write(SETTINGS, settings("95s", "  QUEUE: slow\n").as_bytes());
    let run = check(&repo, &["--format", "json"]);
    assert_eq!(run.code, 1);
    let found = run.json();
    let found = found["findings"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0]["message"].as_str().unwrap().contains("QUEUE"), "{found:#?}");
}

#[test]
fn writing_again_adds_and_keeps_what_people_wrote() {
    let repo = accepted();
    let text = repo.read(FILE).replace(
        "\"accepted\": \"2026-03-01\"",
        "\"accepted\": \"2026-03-01\", \"owner\": \"@nordwerk/shop\", \"reason\": \"old ERP\"",
    );
    repo.write(FILE, text.as_bytes());
    let before = entries(&repo);
    repo.write(SETTINGS, settings("95s", "  QUEUE: slow\n").as_bytes());
    let run = write(&repo, "2026-05-01");
    assert!(run.err.contains(&format!("updated: 1 added, {} kept", before.len())), "{}", run.err);
    let after = entries(&repo);
    assert_eq!(after.len(), before.len() + 1);
    let (old, new): (Vec<_>, Vec<_>) = after.iter().partition(|e| is(&e["accepted"], "2026-03-01"));
    assert!(old.iter().all(|e| is(&e["owner"], "@nordwerk/shop") && is(&e["reason"], "old ERP")));
    assert_eq!(new.len(), 1);
    assert!(is(&new[0]["accepted"], "2026-05-01") && new[0].get("owner").is_none());

    let text = repo.read(FILE);
    write(&repo, "2026-06-01");
    assert_eq!(repo.read(FILE), text, "nothing new, nothing written");
    let run = check(&repo, &[]);
    let owned = format!("{} with an owner: @nordwerk/shop {}", before.len(), before.len());
    assert!(run.out.contains(&owned), "{}", run.out);
}

#[test]
fn what_is_fixed_is_stale_until_it_is_pruned() {
    let repo = accepted();
    let before = entries(&repo).len();
    let fixed = settings("30s", "");
    repo.write(SETTINGS, fixed.as_bytes());
    let run = check(&repo, &[]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.contains("1 stale entry in the baseline"), "{}", run.out);
    let json = check(&repo, &["--format", "json"]).json();
    assert_eq!(json["summary"]["stale"], 1);
    assert!(json["stale"][0]["message"].as_str().unwrap().contains("TIMEOUT"), "{json:#}");
    let run = check(&repo, &["--strict"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("(--strict)"), "{}", run.err);
    // Restricted to other paths or rules, nobody can tell.
    for some in [&["apps/shop/overlays/staging"][..], &["--select", "missing-key"]] {
        assert_eq!(check(&repo, &[&["--strict"], some].concat()).code, 0, "{some:?}");
    }

    // Something new is not accepted by pruning.
    repo.write(SETTINGS, format!("{fixed}  QUEUE: slow\n").as_bytes());
    let run = repo.run(&["check", "--write-baseline", FILE, "--prune", "--fail-on", "note"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.err.contains(&format!("1 removed, {} kept", before - 1)), "{}", run.err);
    assert!(run.out.contains("QUEUE"), "{}", run.out);
    assert_eq!(entries(&repo).len(), before - 1);
    assert_eq!(check(&repo, &["--strict"]).code, 1, "the new one");
    repo.write(SETTINGS, settings("90s", "").as_bytes());
    assert_eq!(check(&repo, &[]).code, 1, "what was let go of and comes back is new");
}

#[test]
fn a_finding_that_matters_more_than_it_did_is_new() {
    let repo = accepted();
    let config = |level: &str| format!("[rules]\nunparameterized-difference = \"{level}\"\n");
    repo.write("paritylint.toml", config("note").as_bytes());
    let run = repo.run(&["check", "--write-baseline", FILE, "--prune", "--today", "2026-04-01"]);
    assert!(run.err.contains("0 removed"), "{}", run.err);
    assert_eq!(check(&repo, &[]).code, 0);
    repo.write("paritylint.toml", config("error").as_bytes());
    let run = check(&repo, &["--format", "concise"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("error[unparameterized-difference]"), "{}", run.out);
    let run = write(&repo, "2026-05-01");
    assert!(run.err.contains("0 added, 1 grown"), "{}", run.err);
    assert_eq!(check(&repo, &[]).code, 0);
    assert!(entries(&repo).iter().all(|entry| is(&entry["accepted"], "2026-03-01")));
}

#[test]
fn a_part_of_the_repository_adds_and_never_drops() {
    let repo = Repo::new(SHOP);
    for (path, text) in SHOP {
        repo.write(&path.replace("shop", "billing"), text.replace("shop", "billing").as_bytes());
    }
    let all = repo.run(&["check", "--format", "json"]).json()["findings"].as_array().unwrap().len();
    repo.run(&["check", "apps/shop", "--write-baseline", FILE]);
    let some = entries(&repo).len();
    assert!(some < all && some > 0, "{some} of {all}");
    repo.run(&["check", "apps/billing", "--write-baseline", FILE]);
    assert_eq!(entries(&repo).len(), all);
    let whole = repo.read(FILE);
    repo.run(&["check", "--select", "missing-key", "--write-baseline", FILE]);
    repo.run(&["check", "--min-severity", "error", "--write-baseline", FILE]);
    assert_eq!(repo.read(FILE), whole);
    for some in [&["apps/shop"][..], &["--select", "parity"], &["--min-severity", "error"]] {
        let run = repo.run(&[&["check", "--write-baseline", FILE, "--prune"], some].concat());
        assert_eq!(run.code, 2, "{some:?}");
        assert!(run.err.contains("cannot be used with"), "{}", run.err);
    }
    assert_eq!(repo.read(FILE), whole);
}

#[test]
fn what_cannot_be_rendered_or_is_switched_off_is_not_let_go_of() {
    let repo = accepted();
    let whole = repo.read(FILE);
    let kustomization = "apps/shop/overlays/production/kustomization.yaml";
    repo.write(kustomization, b"resources: [settings.yaml, absent/]\n");
    let run = repo.run(&["check", "--write-baseline", FILE, "--prune", "--exit-zero"]);
    assert!(run.err.contains("0 removed"), "{}", run.err);
    repo.write(kustomization, b"resources: [settings.yaml]\n");
    repo.write("paritylint.toml", b"[rules]\nunparameterized-difference = \"off\"\n");
    repo.run(&["check", "--write-baseline", FILE, "--prune"]);
    assert_eq!(repo.read(FILE), whole);
}

#[test]
fn the_configuration_names_the_baseline_and_the_flag_wins() {
    let repo = accepted();
    repo.write("paritylint.toml", format!("baseline = \"{FILE}\"\n").as_bytes());
    assert_eq!(repo.run(&["check", "--fail-on", "note"]).code, 0);
    assert_eq!(repo.run_in("apps/shop", &["check", "--fail-on", "note"]).code, 0);
    repo.write("empty.json", b"{\"schema\": \"paritylint-baseline/v1\", \"findings\": []}");
    assert_eq!(repo.run(&["check", "--fail-on", "note", "--baseline", "empty.json"]).code, 1);

    repo.write("paritylint.toml", b"exclude = []\nbaseline = \"absent.json\"\n");
    let run = repo.run(&["check"]);
    assert_eq!(run.code, 2);
    for said in
        ["paritylint.toml:2:12", "no baseline `absent.json`", "--write-baseline absent.json"]
    {
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
    assert_eq!(
        repo.run(&["check", "--write-baseline", "absent.json"]).code,
        0,
        "it makes the file"
    );
    assert_eq!(repo.run(&["check", "--fail-on", "note"]).code, 0);
    for wrong in ["../outside.json", "/etc/passwd", ""] {
        repo.write("paritylint.toml", format!("baseline = \"{wrong}\"\n").as_bytes());
        let run = repo.run(&["check"]);
        assert_eq!(run.code, 2);
        assert!(run.err.contains("is not a file of the repository"), "{}", run.err);
    }
}

#[test]
fn a_file_outside_of_the_repository_is_read_too() {
    let repo = Repo::new(SHOP);
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("accepted.json");
    let file = file.to_str().unwrap();
    assert_eq!(repo.run(&["check", "--write-baseline", file]).code, 0);
    assert_eq!(repo.run(&["check", "--baseline", file, "--fail-on", "note"]).code, 0);
    assert_eq!(repo.run(&["check", "--fail-on", "note"]).code, 1);
}

#[test]
fn findings_about_exceptions_are_never_hidden() {
    let repo = Repo::new(SHOP);
    repo.write(
        "paritylint.toml",
        b"[[exception]]\nrule = \"unparameterized-difference\"\nunit = \"apps/shop\"\n\
          owner = \"@nordwerk/shop\"\nreason = \"old ERP\"\ncreated = 2026-01-01\n\
          retire-by = 2026-02-01\n",
    );
    let run = write(&repo, "2026-03-01");
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.err.contains("1 finding about exceptions cannot be accepted"), "{}", run.err);
    let run = check(&repo, &["--format", "json"]);
    assert_eq!(run.code, 1);
    let found = run.json();
    let rules: Vec<_> = found["findings"].as_array().unwrap().iter().map(|f| &f["rule"]).collect();
    assert_eq!(rules, ["exception-expired"]);
    // Not by hand either.
    let name = found["findings"][0]["fingerprint"].as_str().unwrap();
    let entry = format!(
        "{{\"fingerprint\": \"{name}\", \"rule\": \"exception-expired\", \"level\": \"error\", \
         \"accepted\": \"2026-03-01\", \"file\": \"paritylint.toml\", \"message\": \"\"}}, "
    );
    let text =
        repo.read(FILE).replacen("{\"fingerprint\"", &format!("{entry}{{\"fingerprint\""), 1);
    repo.write(FILE, text.as_bytes());
    let run = check(&repo, &[]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("1 stale entry"), "{}", run.out);
}

#[test]
fn an_exception_is_judged_first() {
    let repo = accepted();
    repo.write(
        "paritylint.toml",
        b"[[exception]]\nrule = \"unparameterized-difference\"\nunit = \"apps/shop\"\n\
          owner = \"@nordwerk/shop\"\nreason = \"old ERP\"\ncreated = 2026-03-01\n\
          retire-by = 2026-06-01\n",
    );
    let run = check(&repo, &["--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.out);
    let json = run.json();
    assert_eq!(json["summary"]["suppressed"], 1);
    assert_eq!(json["summary"]["stale"], 1, "the entry is not needed any more");
}

#[test]
fn files_that_are_no_baseline_are_refused_and_left_alone() {
    let entry = |text: &str| {
        format!(
            "{{\n  \"schema\": \"paritylint-baseline/v1\",\n  \"findings\": [\n    {text}\n  ]\n}}\n"
        )
    };
    let right = "\"fingerprint\": \"a\", \"rule\": \"r\", \"level\": \"note\", \
                 \"accepted\": \"2026-03-01\", \"file\": \"f\", \"message\": \"m\"";
    let cases = [
        (String::new(), "1:1", "this is not JSON"),
        ("[]".to_owned(), "1:", "expected an object"),
        ("findings: []\n".to_owned(), "1:", "this is not JSON"),
        (entry(&format!("{{{right},}}")), "4:", "this is not JSON"),
        (entry(&format!("{{{right}, \"onwer\": \"x\"}}")), "4:", "did you mean `owner`?"),
        (entry("{\"rule\": \"r\"}"), "4:", "missing key `fingerprint`"),
        (entry(&format!("{{{}}}", right.replace("03-01", "13-01"))), "4:", "is not a date"),
        (entry(&format!("{{{}}}", right.replace("note", "notes"))), "4:", "did you mean `note`?"),
        (entry("1"), "4:", "expected an object"),
        (entry("").replace("/v1", "/v9"), "2:", "is not the form of a baseline"),
        (format!("<<<<<<< ours\n{}=======\n>>>>>>> theirs\n", entry("")), "1:", "merge conflict"),
        ("[".repeat(100_000), "1:", "expected a string"),
        (format!("{{\"schema\": {}1", "[".repeat(300)), "1:", "invalid type"),
    ];
    for (text, line, said) in cases {
        let repo = Repo::new(SHOP);
        repo.write(FILE, text.as_bytes());
        for flag in ["--baseline", "--write-baseline"] {
            let run = repo.run(&["check", flag, FILE]);
            let start: String = text.chars().take(80).collect();
            assert_eq!(run.code, 2, "{start}: {}", run.out);
            assert!(run.err.contains(said), "{start}: {}", run.err);
            assert!(run.err.contains(&format!("{FILE}:{line}")), "{start}: {}", run.err);
            assert!(run.err.contains("help:"), "{start}: {}", run.err);
        }
        assert_eq!(repo.read(FILE), text);
    }
    let repo = Repo::new(SHOP);
    repo.write(FILE, b"\xff\xfe{");
    let run = repo.run(&["check", "--baseline", FILE]);
    assert_eq!((run.code, run.err.contains("not UTF-8")), (2, true), "{}", run.err);
    let run = repo.run(&["check", "--baseline", "apps"]);
    assert_eq!((run.code, run.err.contains("the baseline `apps`")), (2, true), "{}", run.err);
    let run = repo.run(&["check", "--baseline", "absent.json"]);
    assert_eq!((run.code, run.err.contains("--write-baseline absent.json")), (2, true));
    let run = repo.run(&["check", "--write-baseline", "absent.json", "--prune"]);
    assert_eq!((run.code, run.err.contains("no baseline `absent.json`")), (2, true));
    let run = repo.run(&["check", "--write-baseline", "no/such/dir.json"]);
    assert_eq!((run.code, run.err.contains("cannot be written")), (2, true), "{}", run.err);
}

#[test]
fn lines_that_a_merge_doubled_are_one_entry() {
    let repo = accepted();
    let text = repo.read(FILE);
    let line =
        text.lines().find(|line| line.contains("fingerprint")).unwrap().trim_end_matches(',');
    let later = line.replace("2026-03-01", "2026-03-05");
    repo.write(FILE, text.replacen(line, &format!("{later},\n{line}"), 1).as_bytes());
    assert_eq!(check(&repo, &[]).code, 0);
    write(&repo, "2026-04-01");
    assert_eq!(repo.read(FILE), text);
}

#[test]
fn nothing_in_it_reaches_the_terminal_and_no_secret_reaches_it() {
    let repo = Repo::new(SHOP);
    for (environment, value) in [("staging", "c3RhZ2luZw=="), ("production", "c2VjcmV0LXByb2Q=")] {
        repo.write(
            &format!("apps/shop/overlays/{environment}/settings.yaml"),
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  token: {value}\n\
                 \x20 \"a\\e[31m{environment}\": eA==\n"
            )
            .as_bytes(),
        );
    }
    write(&repo, "2026-03-01");
    let text = repo.read(FILE);
    assert!(text.contains("findings\": [\n"), "{text}");
    assert!(!text.contains("c2VjcmV0") && !text.contains('\u{1b}'), "{text}");
    let hostile = text.replace("\"accepted\"", "\"owner\": \"\\u001b[2Jme\", \"accepted\"");
    repo.write(FILE, hostile.as_bytes());
    for args in [&[][..], &["--show-suppressed"], &["--format", "json"]] {
        let run = check(&repo, args);
        assert!(!run.out.contains('\u{1b}'), "{}", run.out);
    }
}
