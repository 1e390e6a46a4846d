//! `diff` and `render UNIT ENVIRONMENT`.

use crate::harness::{Repo, Run, SHOP};

/// Two environments with two variants each; of every sort of difference one.
const ORDERS: &[(&str, &str)] = &[
    (
        "apps/orders/base/kustomization.yaml",
        "resources: [deployment.yaml, secret.yaml, settings.yaml]\n",
    ),
    (
        "apps/orders/base/deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\nspec:\n  replicas: 1\n  \
         template:\n    spec:\n      containers:\n      - name: api\n        image: \
         registry.example.org/orders:1.0\n        args: [--host=a.staging.example.org, --fast]\n",
    ),
    (
        "apps/orders/base/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: orders\nstringData:\n  PASSWORD: hunter2\n",
    ),
    (
        "apps/orders/base/settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: orders\ndata:\n  HOST: \
         orders.staging.example.org\n  REGION: ${REGION}\n  TIMEOUT: 30s\n  GONE: here\n",
    ),
    ("apps/orders/overlays/staging/kustomization.yaml", "resources: [../../base]\n"),
    (
        "apps/orders/overlays/production/kustomization.yaml",
        "resources: [../../base, budget.yaml]\npatches: [{path: patch.yaml}]\n",
    ),
    (
        "apps/orders/overlays/production/budget.yaml",
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: orders\nspec:\n  \
         minAvailable: 1\n",
    ),
    (
        "apps/orders/overlays/production/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\nspec:\n  replicas: 3\n  \
         template:\n    spec:\n      containers:\n      - name: api\n        args: \
         [--host=a.production.example.org, --fast]\n---\napiVersion: v1\nkind: \
         Secret\nmetadata:\n  name: orders\nstringData:\n  PASSWORD: swordfish\n---\napiVersion: \
         v1\nkind: ConfigMap\nmetadata:\n  name: orders\ndata:\n  HOST: \
         orders.production.example.org\n  REGION: eu\n  TIMEOUT: 90s\n  GONE: null\n",
    ),
];

fn table(repo: &Repo, columns: &str, args: &[&str]) -> String {
    let run = repo.command(args).env("COLUMNS", columns).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn every_difference_stands_beside_its_counterpart() {
    let repo = Repo::new(ORDERS);
    let text = table(&repo, "100", &["diff", "apps/orders"]);
    let expected = "\
apps/orders
    staging                                        │ production
    apps/orders/overlays/staging                   │ apps/orders/overlays/production

ConfigMap orders
  data.GONE  (error: missing-key)
    here                                           │ not set
    apps/orders/base/settings.yaml:9               │ removed by …/overlays/production/patch.yaml:28
  data.HOST  (environment name)
    orders.staging.example.org                     │ orders.production.example.org
    apps/orders/base/settings.yaml:6               │ apps/orders/overlays/production/patch.yaml:25
  data.REGION  (filled in later)
    ${REGION}                                      │ eu
    apps/orders/base/settings.yaml:7               │ apps/orders/overlays/production/patch.yaml:26
  data.TIMEOUT  (warning: unparameterized-difference)
    30s                                            │ 90s
    apps/orders/base/settings.yaml:8               │ apps/orders/overlays/production/patch.yaml:27

Secret orders
  stringData.PASSWORD  (secret value)
    (secret)                                       │ (secret)
    apps/orders/base/secret.yaml:6                 │ apps/orders/overlays/production/patch.yaml:18

Deployment orders
  spec.replicas  (allowed: replicas)
    1                                              │ 3
    apps/orders/base/deployment.yaml:6             │ apps/orders/overlays/production/patch.yaml:6
  spec.template.spec.containers[name=api].args[0]  (environment name)
    --host=a.staging.example.org                   │ --host=a.production.example.org
    apps/orders/base/deployment.yaml:12            │ apps/orders/overlays/production/patch.yaml:11

PodDisruptionBudget orders
  the whole of it  (warning: missing-resource)
    not there                                      │ present
    near …rs/overlays/staging/kustomization.yaml:1 │ apps/orders/overlays/production/budget.yaml:4

8 differences
  3 reported by `check`
  1 allowed by parameters
  2 in the environments' names alone
  1 filled in later
  1 in values of secrets
";
    assert_eq!(text, expected);
    for columns in ["80", "200", "20", "9999"] {
        let text = table(&repo, columns, &["diff", "apps/orders"]);
        let width = columns.parse::<usize>().unwrap().clamp(80, 200);
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
    }
}

#[test]
fn sides_are_chosen_and_swapped() {
    let repo = Repo::new(ORDERS);
    let swapped = table(&repo, "100", &["diff", "orders", "prod", "stg"]);
    assert!(swapped.contains("    production  "), "{swapped}");
    assert!(swapped.contains("    90s                                            │ 30s\n"));
    let json = |args: &[&str]| repo.run(args).json();
    let one = json(&["diff", "orders", "--format", "json"]);
    let other = json(&["diff", "orders", "production", "staging", "--format", "json"]);
    assert_eq!(one["schema"], "paritylint-diff/v1");
    assert_eq!(one["left"]["environment"], "staging");
    assert_eq!(other["left"]["environment"], "production");
    let budget = |json: &serde_json::Value| {
        let list = json["differences"].as_array().unwrap().clone();
        list.into_iter().find(|it| it["resource"]["kind"] == "PodDisruptionBudget").unwrap()
    };
    assert_eq!(budget(&one)["change"], "right-only");
    assert_eq!(budget(&other)["change"], "left-only");
    assert_eq!(budget(&one)["path"], serde_json::Value::Null);
    let timeout = &one["differences"][3];
    assert_eq!(timeout["path"], "data.TIMEOUT");
    assert_eq!((&timeout["left"]["line"], &timeout["right"]["line"]), (&8.into(), &27.into()));
    assert_eq!((&timeout["verdict"], &timeout["right"]["column"]), (&"judged".into(), &12.into()));
    assert_eq!(
        (&timeout["rule"], &timeout["level"]),
        (&"unparameterized-difference".into(), &"warning".into())
    );
    let run = repo.run(&["diff", "orders", "--exit-code"]);
    assert_eq!(run.code, 1);
    let run = repo.run(&["diff", "orders"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.out, repo.run(&["diff", "orders", "production"]).out);
    let directory = repo.path().to_str().unwrap();
    let elsewhere = Repo::new(&[]);
    assert_eq!(elsewhere.run(&["diff", "orders", "-C", directory]).out, run.out);
}

#[test]
fn the_environments_that_are_alike_have_no_differences() {
    let files: Vec<_> = SHOP.iter().filter(|(path, _)| !path.ends_with("settings.yaml")).collect();
    let mut files: Vec<(&str, &str)> = files.into_iter().copied().collect();
    files.push(("apps/shop/overlays/staging/settings.yaml", SHOP[2].1));
    files.push(("apps/shop/overlays/production/settings.yaml", SHOP[2].1));
    let repo = Repo::new(&files);
    let run = repo.run(&["diff", "shop", "--exit-code"]);
    assert_eq!(run.code, 0);
    assert!(run.out.ends_with("\nno differences\n"), "{}", run.out);
}

#[test]
fn variants_are_named_and_what_another_has_too_is_said() {
    let settings = |timeout: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  TIMEOUT: {timeout}\n"
        )
    };
    let repo = Repo::new(&[]);
    for (overlay, timeout) in [
        ("staging/eu", "30s"),
        ("staging/us", "90s"),
        ("production/eu", "90s"),
        ("production/us", "90s"),
    ] {
        let directory = format!("apps/shop/overlays/{overlay}");
        let file = b"resources: [settings.yaml]\n";
        repo.write(&format!("{directory}/kustomization.yaml"), file);
        repo.write(&format!("{directory}/settings.yaml"), settings(timeout).as_bytes());
    }
    let run = repo.run(&["diff", "shop"]);
    assert!(run.err.contains("`production` has 2 variants here; this is `production/eu`"));
    assert!(run.out.contains("data.TIMEOUT  (as in staging/us)"), "{}", run.out);
    let run = repo.run(&["diff", "shop", "staging/eu", "staging/us"]);
    assert_eq!(run.err, "");
    assert!(run.out.contains("    30s "), "{}", run.out);
    let run = repo.run(&["diff", "shop", "staging", "production/us"]);
    assert!(run.out.ends_with("\nno differences\n"), "{}", run.out);
    fails(&repo.run(&["diff", "shop", "staging/ue"]), "did you mean `staging/eu`?");
    fails(&repo.run(&["diff", "shop", "staging/eu", "staging/eu"]), "is both sides");
    fails(&repo.run(&["render", "shop", "staging"]), "name one of: staging/eu, staging/us");
}

fn fails(run: &Run, help: &str) {
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.out);
    assert!(run.err.contains(help), "{}", run.err);
}

#[test]
fn what_is_not_there_is_said() {
    let repo = Repo::new(ORDERS);
    repo.write("apps/lonely/overlays/staging/kustomization.yaml", b"resources: []\n");
    repo.write("apps/lonely/overlays/staging/kustomization.yaml", b"namePrefix: a-\n");
    fails(&repo.run(&["diff", "apps/ordres"]), "did you mean `apps/orders`?");
    fails(&repo.run(&["diff", "orders", "prodution"]), "did you mean `production`?");
    fails(&repo.run(&["diff", "orders", "development"]), "known names: `staging`, `production`");
    fails(&repo.run(&["diff", "lonely"]), "has one environment only: `staging`");
    fails(&repo.run(&["diff", "lonely", "production"]), "its environments are: staging");
    fails(&repo.run(&["diff", "orders", "a", "b", "c"]), "unexpected value");
    repo.write("apps/orders/overlays/staging/kustomization.yaml", b"resources: [gone.yaml]\n");
    fails(&repo.run(&["diff", "orders"]), "apps/orders/overlays/staging/kustomization.yaml:1:");
    fails(&repo.run(&["render", "orders", "staging"]), "gone.yaml");
}

#[test]
fn a_side_that_is_not_whole_is_missing_nothing() {
    let repo = Repo::new(ORDERS);
    let remote = b"resources: [../../base, \"https://example.org/x?ref=v1\"]\n";
    repo.write("apps/orders/overlays/staging/kustomization.yaml", remote);
    let run = repo.run(&["diff", "orders"]);
    assert!(run.out.contains("the whole of it  (not known: the side is not whole)"), "{}", run.out);
    assert!(
        run.out.ends_with(
            "not analysed in staging: 1\n  apps/orders/overlays/staging/kustomization.yaml:1: remote \
             base https://example.org/x?ref=v1\n"
        ),
        "{}",
        run.out
    );
    let json = repo.run(&["diff", "orders", "--format", "json"]).json();
    assert_eq!(json["left"]["not_analysed"][0]["what"], "remote base");
    assert_eq!(json["right"]["not_analysed"], serde_json::json!([]));
}

#[test]
fn hostile_values_steer_nothing_and_secrets_stay_in() {
    let staging = "image:\n  tag: a\nlong: a\nauth:\n  password: hunter2\nbox: {x: 1}\n";
    let production = format!(
        "image:\n  tag: \"\\e[31mred\\a\\u202e::error::x\"\nlong: {}\nauth:\n  password: \
         swordfish\nbox: {{dbPassword: swordfish, deep: [--token=swordfish, --api-key, swordfish, \
         {{name: DB_PASSWORD, value: swordfish}}]}}\ntext: |\n  level: info\n  password: \
         swordfish\n",
        "x".repeat(100_000)
    );
    let repo = Repo::new(&[
        ("charts/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("charts/shop/values-staging.yaml", staging),
        ("charts/shop/values-production.yaml", &production),
    ]);
    for args in [
        &["diff", "shop"][..],
        &["diff", "shop", "--format", "json"],
        &["render", "shop", "production"],
        &["render", "shop", "production", "--origins"],
        &["render", "charts/shop/values-production.yaml"],
    ] {
        let run = repo.run(args);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(!run.out.contains('\u{1b}') && !run.out.contains('\u{7}'), "{args:?}");
        assert!(!run.out.contains('\u{202e}'), "{args:?}");
        let clear = run.out.contains("swordfish") || run.out.contains("hunter2");
        assert!(!clear, "{args:?}: {}", run.out);
        assert!(run.out.contains("(secret)"), "{args:?}");
    }
    let text = table(&repo, "80", &["diff", "shop", "--color", "never"]);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let text = table(&repo, "200", &["diff", "shop"]);
    let list = "[(secret), --api-key, (secret), {name: DB_PASSWORD, value: (secret)}]";
    assert!(text.contains(list), "{text}");
    let run = repo.run(&["render", "shop", "production", "--show-secrets"]);
    let first = run.out.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("# the values of ") && first.ends_with("shop in production"),
        "{first}"
    );
    assert!(run.out.contains("password: swordfish"));
}

#[test]
fn threads_change_nothing() {
    let repo = Repo::new(ORDERS);
    for format in ["text", "json"] {
        let run = |threads: &str| {
            let mut command = repo.command(&["diff", "orders", "--format", format]);
            command.env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
        };
        let one = run("1");
        assert!(!one.is_empty());
        for threads in ["2", "7"] {
            assert_eq!(run(threads), one);
        }
    }
}

#[test]
fn exceptions_are_told() {
    let repo = Repo::new(ORDERS);
    repo.write(
        "paritylint.toml",
        b"[[exception]]\nrule = \"unparameterized-difference\"\npath = \"data.TIMEOUT\"\nowner = \"@team\"\n\
          reason = \"slow\"\nretire-by = 9999-12-31\n",
    );
    let text = table(&repo, "100", &["diff", "orders"]);
    let remark = "data.TIMEOUT  (warning: unparameterized-difference, covered by an exception)\n";
    assert!(text.contains(remark), "{text}");
    assert!(text.contains("\n  1 covered by exceptions\n"), "{text}");
    let swapped = repo.run(&["diff", "orders", "production", "staging"]);
    assert!(swapped.out.contains(remark), "{}", swapped.out);
}

#[test]
fn what_check_reports_is_not_allowed() {
    let image = |name: &str, tag: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  template:\n    spec:\n      \
             containers:\n      - name: api\n        image: registry.example.org/{name}:{tag}\n"
        )
    };
    let (old, new) = (image("orders", "1.2.3"), image("orders", "1.2.4"));
    let (ahead, behind) = (image("billing", "2.1.0"), image("billing", "2.0.0"));
    let files = [
        ("shop/staging/orders.yaml", &*old),
        ("shop/staging/billing.yaml", &ahead),
        ("shop/production/orders.yaml", &new),
        ("shop/production/billing.yaml", &behind),
        ("infra/variables.tf", "variable \"app_version\" {}\nvariable \"image_tag\" {}\n"),
        ("infra/staging.tfvars", "app_version = \"1.42.0\"\nimage_tag = \"1.42.0\"\n"),
        ("infra/production.tfvars", "app_version = \"1.43.0\"\nimage_tag = \"latest\"\n"),
    ];
    let repo = Repo::new(&files);
    let text = table(&repo, "100", &["diff", "shop"]);
    assert!(text.contains(".image  (warning: promotion-order)\n"), "{text}");
    assert!(text.contains(".image  (allowed: image-tags)\n"), "{text}");
    assert!(text.ends_with("\n  1 reported by `check`\n  1 allowed by parameters\n"), "{text}");
    let text = table(&repo, "100", &["diff", "infra"]);
    assert!(text.contains("app_version  (warning: promotion-order)\n"), "{text}");
    assert!(text.contains("image_tag  (warning: mutable-image)\n"), "{text}");
    assert!(text.ends_with("\n2 differences\n  2 reported by `check`\n"), "{text}");
    let json = repo.run(&["diff", "infra", "--format", "json"]).json();
    for (at, rule) in ["promotion-order", "mutable-image"].iter().enumerate() {
        let difference = &json["differences"][at];
        assert_eq!(
            (&difference["verdict"], &difference["rule"]),
            (&"judged".into(), &(*rule).into())
        );
        assert_eq!(difference["by"], serde_json::Value::Null);
    }
}

#[test]
fn colours_are_asked_for() {
    let repo = Repo::new(ORDERS);
    let colored = |args: &[&str]| repo.run(args).out.contains('\u{1b}');
    assert!(!colored(&["diff", "orders"]));
    assert!(colored(&["diff", "orders", "--color", "always"]));
    let run = repo.command(&["diff", "orders"]).env("FORCE_COLOR", "1").output().unwrap();
    assert!(run.stdout.contains(&0x1b));
    let mut command = repo.command(&["diff", "orders"]);
    let run = command.env("NO_COLOR", "1").env("FORCE_COLOR", "1").output().unwrap();
    assert!(!run.stdout.contains(&0x1b));
}

#[test]
fn every_overlay_of_a_unit_renders() {
    let repo = Repo::new(ORDERS);
    let run = repo.run(&["render", "orders", "production"]);
    let directory = repo.run(&["render", "apps/orders/overlays/production", "--unrestricted"]);
    assert_eq!((run.code, &run.out), (0, &directory.out));
    assert!(run.out.contains("PASSWORD: swordfish"));
    let run = repo.run(&["render", "orders", "prod", "--origins"]);
    assert!(run.out.contains("replicas: 3 # apps/orders/overlays/production/patch.yaml:6\n"));
    repo.write("plain/production/budget.yaml", ORDERS[6].1.as_bytes());
    repo.write("plain/staging/budget.yaml", ORDERS[6].1.as_bytes());
    let run = repo.run(&["render", "plain/production"]);
    assert_eq!(run.out, repo.run(&["render", "plain", "production"]).out);
    assert!(run.out.contains("kind: PodDisruptionBudget"), "{}{}", run.out, run.err);
    fails(&repo.run(&["render", "apps/orders"]), "name one of them behind it: staging, production");
    fails(&repo.run(&["render", "orders"]), "name one of them behind it: staging, production");
    fails(&repo.run(&["render", "ordres"]), "did you mean `apps/orders`?");
    fails(
        &repo.run(&["render", "apps/orders/base/secret.yaml"]),
        "is not a directory, and no overlay",
    );
}
