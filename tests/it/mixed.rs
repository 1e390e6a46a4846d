//! Units that are of one kind in one environment and of another in the next.

use crate::harness::Repo;

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\nspec:\n  \
                          replicas: 1\n";
const CHANGED: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\nspec:\n  \
                       paused: true\n";
const AGENT: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: fluent-bit\n";

fn orders(production: &[(&str, &str)]) -> Repo {
    let repo = Repo::new(&[
        ("apps/orders/staging/kustomization.yaml", "resources: [deployment.yaml, agent.yaml]\n"),
        ("apps/orders/staging/deployment.yaml", DEPLOYMENT),
        ("apps/orders/staging/agent.yaml", AGENT),
    ]);
    for (path, text) in production {
        repo.write(path, text.as_bytes());
    }
    repo
}

#[test]
fn a_chart_and_a_kustomization_are_one_unit_that_is_not_compared() {
    let repo = orders(&[("apps/orders/production/values.yaml", "replicas: 3\nimage: a\n")]);
    let units = repo.run(&["units"]);
    let row = "apps/orders        1           1  kustomize (staging), values (production)\n";
    assert!(units.out.contains(row), "{}", units.out);
    let run = repo.run(&["check", "--select", "parity,observability"]);
    assert_eq!(run.code, 0, "{}", run.out);
    for missing in ["missing", "fluent-bit"] {
        assert!(!run.out.contains(missing), "{}", run.out);
    }
    let json = repo.run(&["check", "--format", "json"]).json();
    let gaps = json["not_analysed"].as_array().unwrap();
    let gap = gaps.iter().find(|gap| gap["what"] == "kinds differ").unwrap();
    assert_eq!(gap["file"], "apps/orders/staging");
    assert_eq!(
        gap["detail"],
        "unit apps/orders is kustomize in staging and values in production: it cannot be compared \
         as a whole"
    );
    let run = repo.run(&["diff", "orders"]);
    assert!(run.out.contains("    kustomize "), "{}", run.out);
    assert!(run.out.contains("3 where the kinds differ\n"), "{}", run.out);
    assert!(run.out.contains("\n3 differences\n  3 where the kinds differ\n"), "{}", run.out);
}

#[test]
fn objects_are_compared_with_objects_however_they_are_written() {
    let repo = orders(&[("apps/orders/production/deployment.yaml", CHANGED)]);
    let units = repo.run(&["units"]);
    assert!(units.out.contains("kustomize (staging), manifests (production)"), "{}", units.out);
    let run = repo.run(&["check", "--format", "json"]);
    let json = run.json();
    let rules: Vec<_> = json["findings"].as_array().unwrap().iter().map(|it| &it["rule"]).collect();
    assert!(rules.iter().any(|rule| *rule == "reconciliation-paused"), "{}", run.out);
    assert!(json["not_analysed"].as_array().unwrap().is_empty(), "{}", run.out);
}

#[test]
fn a_reference_of_the_same_kind_is_preferred() {
    let repo = orders(&[
        ("apps/orders/test/values.yaml", "replicas: 3\n"),
        ("apps/orders/production/kustomization.yaml", "resources: [deployment.yaml]\n"),
        ("apps/orders/production/deployment.yaml", CHANGED),
    ]);
    repo.rename("apps/orders/staging", "apps/orders/dev");
    let run = repo.run(&["diff", "orders"]);
    assert!(run.out.contains("    dev "), "{}", run.out);
    assert!(run.out.contains("spec.paused"), "{}", run.out);
}

#[test]
fn units_of_one_name_that_share_an_environment_stay_apart() {
    let repo = orders(&[
        ("apps/orders/production/values.yaml", "replicas: 3\n"),
        ("apps/orders/staging/values.yaml", "replicas: 3\n"),
    ]);
    let json = repo.run(&["units", "--format", "json"]).json();
    assert_eq!(json["units"].as_array().unwrap().len(), 2, "{json:#}");
}
