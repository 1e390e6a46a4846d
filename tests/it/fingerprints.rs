//! Fingerprints: the same on both sides of an unrelated edit, and each its own in a run.

use std::collections::BTreeSet;

use crate::harness::{Repo, SHOP};

/// Fingerprints of everything that is found, each with its rule and file.
fn found(repo: &Repo) -> Vec<(String, String, String)> {
    let json = repo.run(&["check", "--format", "json", "--today", "2026-03-01"]).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let findings = json["findings"].as_array().unwrap();
    let one = |f: &serde_json::Value| {
        (text(&f["fingerprint"]), text(&f["rule"]), text(&f["locations"][0]["file"]))
    };
    findings.iter().map(one).collect()
}

fn names(repo: &Repo) -> BTreeSet<String> {
    let all = found(repo);
    let names: BTreeSet<_> = all.iter().map(|(name, ..)| name.clone()).collect();
    assert_eq!(names.len(), all.len(), "two findings with one name: {all:#?}");
    names
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\nspec:\n  \
    template:\n    spec:\n      containers:\n        - name: api\n          \
    image: registry.example.org/orders:latest\n          image: registry.example.org/orders:latest\n";

/// Findings of many rules, most of them about a file: a patch without effect, a mutable image, a key
/// that stands twice, a comment, residue of kubectl, fields of the server, a setting taken out.
fn crowded() -> Repo {
    let overlay = |environment: &str, live: &str| {
        let kustomization = "resources: [web.yaml, settings.yaml]\npatches:\n  - target: {kind: Deployment, name: \
             gone}\n    patch: |-\n      - {op: remove, path: /spec/replicas}\nimages:\n  - name: absent\n    newTag: \"1\"\n";
        let settings = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  resourceVersion: \"12\"\ndata:\n  \
             A: \"1\"\n  {live}\n"
        );
        let web = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    \
             kubectl.kubernetes.io/restartedAt: \"2026-01-01T00:00:00Z\"\nspec:\n  containers:\n    - name: a\n      \
             image: registry.example.org/a:latest\n    - name: b\n      image: registry.example.org/b:latest\n";
        [
            (
                format!("apps/web/overlays/{environment}/kustomization.yaml"),
                kustomization.to_owned(),
            ),
            (format!("apps/web/overlays/{environment}/settings.yaml"), settings),
            (format!("apps/web/overlays/{environment}/web.yaml"), web.to_owned()),
        ]
    };
    let files: Vec<_> =
        overlay("staging", "LEVEL: high # HACK: hotfix until the release, remove me")
            .into_iter()
            .chain(overlay("production", "# LEVEL: high"))
            .chain([("notes/broken.yaml".to_owned(), "a: [\n".to_owned())])
            .chain([("notes/pod.yaml".to_owned(), DEPLOYMENT.to_owned())])
            .collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Repo::new(&files)
}

/// The rules that must speak of [`crowded`], so that the tests below say something.
const RULES: &[&str] = &[
    "commented-out-config",
    "duplicate-key",
    "hotfix-comment",
    "invalid-syntax",
    "kubectl-residue",
    "mutable-image",
    "patch-without-effect",
    "server-fields",
];

#[test]
fn many_rules_are_looked_at() {
    let rules: BTreeSet<_> = found(&crowded()).into_iter().map(|(_, rule, _)| rule).collect();
    let silent: Vec<_> = RULES.iter().filter(|rule| !rules.contains(**rule)).collect();
    assert!(silent.is_empty(), "{silent:?} of {rules:?}");
}

#[test]
fn comments_and_order_do_not_matter() {
    let repo = crowded();
    let before = names(&repo);
    for environment in ["staging", "production"] {
        for file in ["settings.yaml", "web.yaml", "kustomization.yaml"] {
            let path = format!("apps/web/overlays/{environment}/{file}");
            let text = repo.read(&path);
            repo.write(&path, format!("# Written by the web team.\n\n{text}").as_bytes());
        }
        let path = format!("apps/web/overlays/{environment}/settings.yaml");
        let text = repo.read(&path);
        let first = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n---\n";
        repo.write(&path, format!("{first}{text}").as_bytes());
    }
    assert_eq!(names(&repo), before);
}

#[test]
fn moving_a_file_inside_its_overlay_does_not_matter() {
    let repo = crowded();
    let before = found(&repo);
    for environment in ["staging", "production"] {
        let overlay = format!("apps/web/overlays/{environment}");
        for (old, new) in [("settings.yaml", "app/conf.yaml"), ("web.yaml", "app/program.yaml")] {
            repo.rename(&format!("{overlay}/{old}"), &format!("{overlay}/{new}"));
        }
        let path = format!("{overlay}/kustomization.yaml");
        let text = repo.read(&path);
        let text = text.replace("web.yaml, settings.yaml", "app/program.yaml, app/conf.yaml");
        repo.write(&path, text.as_bytes());
    }
    repo.rename("notes/broken.yaml", "notes/old/broken.yaml");
    let after = found(&repo);
    let files = |all: &[(String, String, String)]| -> BTreeSet<String> {
        all.iter().map(|(_, _, file)| file.clone()).collect()
    };
    assert_ne!(files(&before), files(&after), "the places are others");
    let before: BTreeSet<_> = before.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names(&repo), before);
}

#[test]
fn what_another_unit_does_not_matter() {
    let repo = crowded();
    let before = names(&repo);
    for (path, text) in SHOP {
        repo.write(path, text.as_bytes());
    }
    let with_shop = names(&repo);
    assert!(with_shop.is_superset(&before) && with_shop.len() > before.len());
    for environment in ["staging", "production"] {
        repo.rename(
            &format!("apps/shop/overlays/{environment}"),
            &format!("apps/a-shop/overlays/{environment}"),
        );
    }
    assert!(names(&repo).is_superset(&before));
}

#[test]
fn a_neighbour_in_a_list_does_not_matter() {
    let role = |rules: &[&str]| {
        let rule = |what: &&str| {
            format!("  - apiGroups: [\"\"]\n    resources: [{what}]\n    verbs: [get]\n")
        };
        let rules = rules.iter().map(rule).collect::<Vec<_>>().concat();
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: shop\n\
             rules:\n{rules}"
        )
    };
    let repo = Repo::new(SHOP);
    let write = |staging: &[&str], production: &[&str]| {
        for (environment, rules) in [("staging", staging), ("production", production)] {
            let overlay = format!("apps/shop/overlays/{environment}");
            repo.write(&format!("{overlay}/settings.yaml"), role(rules).as_bytes());
        }
    };
    write(&["pods", "nodes"], &["pods", "secrets"]);
    let before = found(&repo);
    assert!(before.iter().any(|(_, rule, _)| rule == "access-differs"), "{before:#?}");
    write(&["events", "pods", "nodes"], &["events", "pods", "secrets"]);
    assert_eq!(names(&repo), before.into_iter().map(|(name, ..)| name).collect());
}

#[test]
fn another_tag_set_by_hand_is_another_finding() {
    let repo = crowded();
    repo.run(&["check", "--write-baseline", "known.json"]);
    let new = || {
        let run = repo.run(&["check", "--baseline", "known.json", "--format", "json"]);
        let json = run.json();
        let messages = json["findings"].as_array().unwrap().iter().map(|f| f["message"].clone());
        messages.map(|message| message.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(new().is_empty(), "{:?}", new());
    let path = "apps/web/overlays/production/web.yaml";
    let text = repo.read(path);
    repo.write(path, text.replace("a:latest", "a:hotfix-77").as_bytes());
    let one = new();
    assert!(matches!(&one[..], [one] if one.contains("hotfix-77")), "{one:?}");
    // One more of a kind that is told together is new, one less is not.
    let container = "    - name: c\n      image: registry.example.org/c:latest\n";
    repo.write(path, format!("{text}{container}").as_bytes());
    assert!(new().iter().any(|message| message.contains("3 images")), "{:?}", new());
    repo.write(path, text.replace("a:latest", "a:1.2.3").as_bytes());
    assert!(new().is_empty(), "{:?}", new());
}

#[test]
fn equal_findings_are_counted() {
    let repo = Repo::new(&[("a.yaml", "a: 1\na: 2\nb:\n  a: 1\n  a: 2\n")]);
    let all = found(&repo);
    assert_eq!(all.len(), 2, "{all:#?}");
    assert_eq!(all[1].0, format!("{}:2", all[0].0));
    repo.write("a.yaml", b"# a comment\nb:\n    a: 1\n    a: 2\na: 1\na: 2\n");
    assert_eq!(names(&repo), all.into_iter().map(|(name, ..)| name).collect());
}
