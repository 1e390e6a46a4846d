//! `exceptions`, `exceptions add`, and files with exceptions.

use crate::harness::{Repo, SHOP};

const TODAY: &str = "2026-12-01";
const OWNERS: (&str, &str) =
    (".github/CODEOWNERS", "* @nordwerk/team-platform\n/apps/shop/ @nordwerk/team-shop\n");

fn shop(more: &[(&str, &str)]) -> Repo {
    let repo = Repo::new(SHOP);
    for (path, text) in more {
        repo.write(path, text.as_bytes());
    }
    repo
}

/// The fingerprint of the finding about the value that differs.
fn fingerprint(repo: &Repo) -> String {
    let report = repo.run(&["check", "--format", "json", "--today", TODAY]).json();
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["path"] == "data.TIMEOUT").unwrap();
    found["fingerprint"].as_str().unwrap().to_owned()
}

fn add<'a>(fingerprint: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["exceptions", "add", fingerprint, "--today", TODAY];
    let defaults = [
        ("--owner", "@nordwerk/team-shop"),
        ("--until", "2027-01-31"),
        ("--reason", "the \"new\" cash desk comes in January"),
    ];
    for (flag, value) in defaults {
        if !more.contains(&flag) {
            args.extend([flag, value]);
        }
    }
    args.extend(more);
    args
}

#[test]
fn an_added_exception_covers_its_finding_and_nothing_else() {
    let repo = shop(&[OWNERS]);
    let name = fingerprint(&repo);
    let run = repo.run(&add(&name[..8], &["--ticket", "CHG-7"]));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.starts_with("paritylint.toml:3\n\n[[exception]]\n"), "{}", run.out);
    assert_eq!(
        repo.read("paritylint.toml"),
        "#:schema https://raw.githubusercontent.com/paritylint/paritylint/main/schemas/\
         paritylint.schema.json\n\n[[exception]]\nrule = \"unparameterized-difference\"\n\
         unit = \"apps/shop\"\nenvironments = [\"production\"]\nresource = \"ConfigMap/shop\"\n\
         path = \"data.TIMEOUT\"\nreason = \"the \\\"new\\\" cash desk comes in January\"\n\
         owner = \"@nordwerk/team-shop\"\ncreated = 2026-12-01\nretire-by = 2027-01-31\n\
         ticket = \"CHG-7\"\n"
    );
    let report = repo.run(&["check", "--format", "json", "--today", TODAY]).json();
    let suppressed = report["suppressed"].as_array().unwrap();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["finding"]["fingerprint"], name.as_str());
    let left: Vec<_> = report["findings"].as_array().unwrap().iter().collect();
    assert!(left.iter().any(|finding| finding["rule"] == "missing-key"), "{left:#?}");
    assert!(left.iter().all(|finding| finding["family"] != "exceptions"), "{left:#?}");
    let again = repo.run(&add(&name, &[]));
    assert_eq!(again.code, 2);
    assert!(again.err.contains("an exception already covers"), "{}", again.err);
}

#[test]
fn other_files_are_extended_as_they_are_written() {
    let list = "# agreed on Mondays\nexception:\n  - rule: missing-probe # old\n    unit: apps/x\n";
    let config = "[exceptions] # here\nfiles = [\"governance/*.yaml\", \"old.toml\"]";
    let files =
        [("paritylint.toml", config), ("governance/shop.yaml", list), ("old.toml", "# none yet\n")];
    let repo = shop(&files);
    let name = fingerprint(&repo);
    let run = repo.run(&add(&name, &["--file", "governance/shop.yaml"]));
    assert_eq!(run.code, 0, "{}", run.err);
    let text = repo.read("governance/shop.yaml");
    assert!(
        text.starts_with(&format!("{list}  - rule: \"unparameterized-difference\"\n    unit:"))
    );
    assert_eq!(repo.read("paritylint.toml"), config);
    let report = repo.run(&["check", "--format", "json", "--today", TODAY]).json();
    assert_eq!(report["suppressed"][0]["exception"]["file"], "governance/shop.yaml");
    assert_eq!(report["suppressed"][0]["exception"]["line"], 5);

    let repo = shop(&files);
    let run = repo.run_in("governance", &add(&name, &["--file", "new.yaml"]));
    assert_eq!(run.code, 0, "{}", run.err);
    let new = repo.read("governance/new.yaml");
    assert!(new.starts_with("# yaml-language-server: $schema="), "{new}");
    let run = repo.run(&add(&name, &["--file", "old.toml"]));
    assert!(run.err.contains("an exception already covers"), "{}", run.err);
}

#[test]
fn what_may_not_be_granted_is_refused_and_nothing_is_written() {
    let repo = shop(&[OWNERS]);
    let name = fingerprint(&repo);
    for (arguments, message) in [
        (add("zz", &[]), "there is no finding with the fingerprint `zz`"),
        (add("", &[]), "there is no finding"),
        (add(&name, &["--owner", "@nordwerk/team-shp"]), "did you mean `@nordwerk/team-shop`?"),
        (add(&name, &["--owner", "@\u{1b}[31mred"]), "does not name `@\\u{1b}[31mred`"),
        (add(&name, &["--until", "2026-11-30"]), "`--until 2026-11-30` is past"),
        (add(&name, &["--until", "2027-12-01"]), "the latest day is 2027-05-30"),
        (add(&name, &["--reason", " "]), "`--reason` is empty"),
        (add(&name, &["--file", "other.toml"]), "add it to `files` under `[exceptions]`"),
        (add(&name, &["--file", "../other.toml"]), "lies outside of"),
    ] {
        let run = repo.run(&arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains(message), "{}", run.err);
        assert!(!run.err.contains('\u{1b}'));
    }
    assert!(!repo.path().join("paritylint.toml").exists());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_outside_of_the_root() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let config = "[exceptions]\nfiles = [\"x/*.toml\", \"link.toml*\"]\n";
    let repo = shop(&[("paritylint.toml", config)]);
    symlink(outside.path(), repo.path().join("x")).unwrap();
    std::fs::write(outside.path().join("real.toml"), "# mine\n").unwrap();
    symlink(outside.path().join("real.toml"), repo.path().join("link.toml")).unwrap();
    let name = fingerprint(&repo);
    for file in ["x/new.toml", "x/real.toml", "link.toml"] {
        let run = repo.run(&add(&name, &["--file", file]));
        assert_eq!(run.code, 2, "{file}: {}", run.out);
    }
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read_to_string(outside.path().join("real.toml")).unwrap(), "# mine\n");
}

#[test]
fn every_mistake_in_a_file_is_reported_with_its_place() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    let entry = "exception:\n  - rule: x\n    unit: a\n    retire_by: 2026-01-01\n    ticket: 12\n\
                 \x20   created: 31.1.2026\n    reason:\n  - {rule: y}\n";
    let config = "[exceptions]\nfiles = [\"a.yaml\", \"bomb.yaml\", \"b.toml\", \"../out.toml\", \
                  \"gone.toml\", \"x.txt\", \"deep.yaml\", \"none/*.yaml\"]\nmax-day = 1\n";
    let repo = shop(&[
        ("paritylint.toml", config),
        ("a.yaml", entry),
        ("bomb.yaml", bomb),
        ("b.toml", "[[exception]]\nrule = \"x\"\nuntil = 2026-01-01\n[rules]\n"),
        ("x.txt", ""),
    ]);
    repo.write(
        "deep.yaml",
        format!("exception: {}x{}\n", "[".repeat(150), "]".repeat(150)).as_bytes(),
    );
    let run = repo.run(&["check", "--color", "never"]);
    assert_eq!(run.code, 2);
    for message in [
        "unknown key `max-day`",
        "did you mean `max-days`?",
        "`../out.toml` is not read: the path leads outside the repository",
        "there is no file `gone.toml`",
        "`x.txt` is neither TOML nor YAML",
        "unknown key `retire_by`",
        "did you mean `retire-by`?",
        "`12` is not read as a text",
        "`31.1.2026` is not a date",
        "the value is missing",
        "aliases are not read here",
        "the file is nested too deeply",
        "the exception holds for the whole repository",
        "unknown key `until`",
        "unknown table or key `rules`",
        "[a.yaml:4:5]",
        "[b.toml:3:1]",
    ] {
        assert!(run.err.contains(message), "{message}\n{}", run.err);
    }
}

#[test]
fn an_expired_exception_is_an_error_only_where_its_findings_are_asked_about() {
    let config = "[[exception]]\nrule = \"unparameterized-difference\"\nunit = \"apps/shop\"\n\
                  owner = \"@nordwerk/team-shop\"\nreason = \"x\"\nretire-by = 2026-11-30\n";
    let repo = shop(&[("paritylint.toml", config), ("apps/other/a.yaml", "a: 1\n")]);
    let level = |paths: &[&str]| {
        let args = [&["check", "--format", "concise", "--today", TODAY], paths].concat();
        let out = repo.run(&args).out;
        let line = out.lines().find(|line| line.contains("[exception-expired]"));
        line.map(|line| line.contains(": error["))
    };
    assert_eq!(level(&[]), Some(true));
    assert_eq!(level(&["apps/shop"]), Some(true));
    assert_eq!(level(&["paritylint.toml", "apps/other"]), Some(false));
    assert_eq!(level(&["apps/other"]), None);
}

#[test]
fn exceptions_are_listed_by_owner_and_date() {
    let config = "[exceptions]\nfiles = [\"more.yaml\"]\n\
                  [[exception]]\nrule = \"unparameterized-difference\"\nunit = \"apps/shop\"\n\
                  owner = \"@nordwerk/team-shop\"\nreason = \"a | b\"\ncreated = 2026-11-01\n\
                  retire-by = 2026-12-20\nticket = \"CHG-1\"\n\
                  [[exception]]\nrule = \"missing-probe\"\nunit = \"gone\"\nreason = \"x\"\n";
    let more = "exception:\n  - rule: missing-key\n    resource: ConfigMap/shop\n    owner: \
                \"@a\\e[31m\"\n    reason: \"<img src=x> `@all`\"\n    retire-by: 2026-11-01\n";
    let repo = shop(&[("paritylint.toml", config), ("more.yaml", more)]);
    let list = |more: &[&str]| {
        let run = repo.run(&[&["exceptions", "--today", TODAY], more].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(!run.out.contains('\u{1b}'), "{}", run.out);
        run
    };
    let text = list(&[]).out;
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("OWNER "), "{text}");
    assert!(
        lines[1].starts_with("- ") && lines[1].contains("unused  paritylint  missing-probe"),
        "{text}"
    );
    assert!(lines[2].starts_with("@a\\u{1b}[31m ") && lines[2].contains("30 over"), "{text}");
    assert!(lines[3].contains("2026-12-20  19 left  1 "), "{text}");
    assert!(lines[3].contains("CHG-1   paritylint.toml:3"), "{text}");
    assert_eq!(
        lines[5],
        "3 exceptions: 1 expired, 1 within 30 days of the end, 1 without owner, 1 without a last \
         day, 1 unused"
    );
    assert_eq!(list(&["--expiring", "2w"]).out.matches("missing-").count(), 1);
    let json = list(&["--owner", "@Nordwerk/Team-Shop", "--format", "json"]).json();
    assert_eq!(json["schema"], "paritylint/exceptions/v1");
    let rows = json["exceptions"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["days_left"], &rows[0]["state"]), (&19.into(), &"used".into()));
    assert_eq!(rows[0]["scope"]["unit"], "apps/shop");
    let markdown = list(&["--format", "markdown"]).out;
    assert!(markdown.contains("`` <img src=x> `@all` ``"), "{markdown}");
    assert!(markdown.contains("`a \\| b`"), "{markdown}");
}

#[test]
fn fingerprints_are_shown_to_who_asks() {
    let repo = shop(&[]);
    let name = fingerprint(&repo);
    for format in ["full", "concise"] {
        assert!(repo.run(&["check", "-v", "--format", format]).out.contains(&name));
        assert!(!repo.run(&["check", "--format", format]).out.contains(&name));
    }
}

#[test]
fn the_schema_of_files_with_exceptions_is_printed() {
    let repo = Repo::new(&[]);
    assert_eq!(repo.run(&["schema", "exceptions"]).json()["title"], "exceptions");
    assert_eq!(repo.run(&["schema", "exception"]).code, 2);
}
