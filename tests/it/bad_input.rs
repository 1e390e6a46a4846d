//! Wrong usage and broken repositories: a clear message, and 2.

use crate::harness::{Repo, SHOP};

fn fails(repo: &Repo, args: &[&str], parts: &[&str]) {
    let run = repo.run(args);
    assert_eq!(run.code, 2, "{args:?}\n{}{}", run.out, run.err);
    for part in parts {
        assert!(run.err.contains(part), "{args:?}: {part:?} is missing in\n{}", run.err);
    }
    assert_eq!(run.out, "", "{args:?}");
}

#[test]
fn paths_that_are_wrong() {
    let repo = Repo::new(SHOP);
    fails(&repo, &["check", "nowhere"], &["error: `nowhere` does not exist", "help: "]);
    fails(&repo, &["chekc"], &["`chekc` does not exist", "--help"]);
    fails(&repo, &["render", "nowhere"], &["`nowhere` does not exist"]);
    let file = "apps/shop/overlays/staging/settings.yaml";
    fails(&repo, &["render", file], &["is not a directory"]);
    fails(&repo, &["check", "/"], &["error: "]);
}

#[test]
fn nothing_to_check_is_not_green() {
    let empty = Repo::without_git(&[]);
    fails(&empty, &["check"], &["`ROOT` holds no files"]);
    let text = Repo::new(&[("README.md", "hello\n")]);
    fails(&text, &["check"], &["there is nothing to check below `ROOT`", "--allow-empty"]);
    assert_eq!(text.run(&["check", "--allow-empty"]).code, 0);
    let shop = Repo::new(SHOP);
    shop.write("docs/a.txt", b"x");
    fails(&shop, &["check", "docs"], &["nothing to check below `docs`"]);
    shop.write("paritylint.toml", b"");
    let run = shop.run(&["check", "paritylint.toml", "docs/a.txt"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("nothing was checked"), "{}", run.err);
}

#[test]
fn what_the_environments_share_is_something_to_check() {
    let module = "terraform/orders/variables.tf";
    let repo = Repo::new(&[
        (module, "variable \"timeout\" {\n  type    = number\n  default = 30\n}\n"),
        ("terraform/orders/staging.tfvars", "timeout = 30\n"),
        ("terraform/orders/production.tfvars", "timeout = 30\n"),
    ]);
    for path in [module, "terraform/orders", "terraform/orders/production.tfvars"] {
        let run = repo.run(&["check", path]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{path}: {}", run.out);
    }
}

#[test]
fn a_directory_without_git_is_checked_and_told() {
    let run = Repo::without_git(SHOP).run(&["check", "--format", "concise"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.err, "note: not a git repository: checking the files below ROOT\n");
}

#[test]
fn broken_configurations_name_file_line_and_remedy() {
    let repo = Repo::new(SHOP);
    repo.write("paritylint.toml", b"[rules]\nmissing-kay = \"off\"\n\n[[parameter]]\npath = 1\n");
    fails(&repo, &["check"], &["paritylint.toml:5:8"]);
    repo.write("paritylint.toml", b"[rules]\nmissing-kay = \"off\"\nx = \"note\"\n");
    let parts = ["paritylint.toml:2:1", "did you mean `missing-key`?", "there is no rule `x`"];
    fails(&repo, &["check"], &parts);
    repo.write("paritylint.toml", b"[rules\n");
    fails(&repo, &["check"], &["paritylint.toml:1:"]);
    fails(&repo, &["units"], &["paritylint.toml:1:"]);
    repo.write("paritylint.toml", b"\xff\n");
    fails(&repo, &["check"], &["not UTF-8"]);
    repo.write("paritylint.toml", b"");
    fails(
        &repo,
        &["check", "--config", "none.toml"],
        &["there is no configuration file `none.toml`"],
    );
    fails(&repo, &["check", "--config", "/etc/hostname"], &["lies outside of"]);
}

#[test]
fn wrong_flags() {
    let repo = Repo::new(SHOP);
    fails(&repo, &["check", "--select", "missing-kay"], &["did you mean `missing-key`?"]);
    fails(&repo, &["check", "--today", "tomorrow"], &["`tomorrow` is not a date"]);
    fails(&repo, &["check", "--format", "xml"], &["full", "concise", "json"]);
    fails(&repo, &["check", "--output", "json"], &["FORMAT=PATH"]);
    fails(&repo, &["check", "--output", "json=no/such/dir"], &["`no/such/dir` cannot be written"]);
    fails(&repo, &["check", "-q", "-v"], &["cannot be used with"]);
    fails(&repo, &["check", "-j", "0"], &["--jobs"]);
    fails(&repo, &["explain", "missing-kay"], &["did you mean `missing-key`?"]);
}

#[test]
fn hostile_files_end_quickly() {
    let deep = "[".repeat(100_000);
    let bomb = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        format!("{text}a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1)
    });
    let long = format!("a: {}\na: 1\n", "x".repeat(1_000_000));
    let repo = Repo::new(&[("deep.yaml", &deep), ("bomb.yaml", &bomb), ("long.yaml", &long)]);
    repo.write("binary.yaml", &[0, 159, 146, 150]);
    for format in ["full", "json"] {
        let run = repo.run(&["check", "--format", format]);
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(run.out.len() < 20_000, "{} bytes", run.out.len());
    }
}

#[test]
fn a_kustomization_that_includes_itself_is_reported() {
    let own = "resources: [../prod]\n";
    let staging = "resources: [cm.yaml]\n";
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
    let repo = Repo::new(&[
        ("prod/kustomization.yaml", own),
        ("staging/kustomization.yaml", staging),
        ("staging/cm.yaml", object),
    ]);
    let run = repo.run(&["check", "--format", "concise"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("prod/kustomization.yaml:1:13: error[build-failed]"), "{}", run.out);
    assert!(run.out.contains("in a circle"), "{}", run.out);
}

#[test]
fn hostile_configuration_files_end_quickly() {
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let tables = format!("{}a = 1\n", "a.".repeat(50_000));
    let line = format!("A={}\nB=\"{}\n", "x".repeat(200_000), "\\\"".repeat(100_000));
    let quotes = format!("A=\"{}", "\n# \"x".repeat(50_000));
    let long = format!("a={}b\n", "\\\n ".repeat(200_000));
    let sections = (0..4_000).fold(String::new(), |text, at| format!("{text}[s{at}]\nk: v ;c\n"));
    let comments = format!("{{{}\"a\": 1,}}", "/* x */ // y\n".repeat(10_000));
    let good = [
        ("a/production.json", "{\"a\": 1}"),
        ("b/production.toml", "a = 1\n"),
        ("c/.env.production", "A=1\r\nB=2\r\n"),
        ("d/.env.production", "\u{feff}A=1\n"),
        ("e/app-production.properties", "a=1\n"),
        ("g/production.json", "{\"a\": 2}"),
        ("h/.env.production", "A=\u{1b}[31m\0\n::error::x=1\n"),
    ];
    let repo = Repo::new(&good);
    for (path, text) in [
        ("a/staging.json", &deep),
        ("b/staging.toml", &tables),
        ("c/.env.staging", &line),
        ("d/.env.staging", &quotes),
        ("e/app-staging.properties", &long),
        ("f/app-staging.ini", &sections),
        ("f/app-production.ini", &sections.replacen("k: v", "k: w", 1)),
        ("g/staging.json", &comments),
    ] {
        repo.write(path, text.as_bytes());
    }
    repo.write("h/.env.staging", b"A=\xff\xfe\0\n");
    for format in ["full", "concise", "github", "json"] {
        let run = repo.run(&["check", "--format", format]);
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(run.out.len() < 100_000, "{} bytes of {format}", run.out.len());
        assert!(!run.out.contains('\u{1b}') && !run.out.contains("\n::error::x"), "{}", run.out);
    }
    let units = repo.run(&["units"]);
    assert!(units.out.contains("configuration"), "{}", units.out);
}
