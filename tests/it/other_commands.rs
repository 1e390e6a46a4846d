//! `render`, `units`, `rules`, `explain`, `completions`, `schema`.

use crate::harness::{Repo, SHOP};

const STAGING: &str = "apps/shop/overlays/staging";

#[test]
fn render_prints_objects_and_their_origins() {
    let repo = Repo::new(SHOP);
    let run = repo.run(&["render", STAGING]);
    assert_eq!(
        run.out,
        "apiVersion: v1\ndata:\n  RETRIES: \"3\"\n  TIMEOUT: 30s\nkind: ConfigMap\nmetadata:\n  \
         name: shop\n"
    );
    let run = repo.run(&["render", STAGING, "--origins"]);
    let line = "  TIMEOUT: 30s # apps/shop/overlays/staging/settings.yaml:6\n";
    assert!(run.out.contains(line), "{}", run.out);
    let outside = Repo::without_git(SHOP);
    assert_eq!(outside.run(&["render", STAGING]).code, 0);
    assert_eq!(outside.run_in(STAGING, &["render", "."]).code, 0);
}

#[test]
fn render_is_restricted_and_whole_unless_told_otherwise() {
    let repo = Repo::new(SHOP);
    repo.write("a/kustomization.yaml", b"resources: [../settings.yaml]\n");
    repo.write("settings.yaml", SHOP[2].1.as_bytes());
    let run = repo.run(&["render", "a"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("a/kustomization.yaml:1:"), "{}", run.err);
    assert_eq!(repo.run(&["render", "a", "--unrestricted"]).code, 0);
    repo.write("b/kustomization.yaml", b"resources: [\"https://example.org/x?ref=v1\"]\n");
    assert_eq!(repo.run(&["render", "b"]).code, 2);
    let run = repo.run(&["render", "b", "--partial"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("https://example.org/x?ref=v1"), "{}", run.err);
}

#[test]
fn units_are_listed() {
    let repo = Repo::new(SHOP);
    let run = repo.run(&["units"]);
    assert!(run.out.contains("apps/shop"), "{}", run.out);
    let json = repo.run(&["units", "--format", "json"]).json();
    assert_eq!(json["units"][0]["name"], "apps/shop");
}

#[test]
fn rules_are_listed_and_explained() {
    let repo = Repo::new(SHOP);
    let list = repo.run(&["rules", "--format", "json"]).json();
    for rule in list["rules"].as_array().unwrap() {
        let id = rule["id"].as_str().unwrap();
        let run = repo.run(&["explain", id]);
        assert!(run.out.starts_with(&format!("# {id}\n")));
        assert!(run.out.contains("## Why") && run.out.contains("## Fix"));
    }
    assert!(repo.run(&["rules"]).out.contains("mutable-image"));
}

#[test]
fn completions_schema_and_help_are_printed() {
    let repo = Repo::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = repo.run(&["completions", shell]);
        assert!(run.code == 0 && run.out.contains("paritylint"));
    }
    assert_eq!(repo.run(&["schema"]).json()["title"], "paritylint");
    let help = repo.run(&["--help"]);
    assert_eq!(help.code, 0);
    for command in [
        "check",
        "diff",
        "render",
        "units",
        "exceptions",
        "rules",
        "explain",
        "completions",
        "schema",
    ] {
        assert!(help.out.contains(&format!("\n  {command} ")), "{command}");
    }
    assert!(repo.run(&["check", "--help"]).out.contains("Examples:"));
    assert_eq!(repo.run(&["--version"]).out, format!("paritylint {}\n", env!("CARGO_PKG_VERSION")));
}
