//! Secrets are compared and never shown.

use crate::harness::Repo;

/// A unit with the same secrets in all the places where secrets are found.
fn repo() -> Repo {
    let repo = Repo::new(&[]);
    for (environment, number) in [("staging", 1), ("production", 2)] {
        let directory = format!("apps/shop/overlays/{environment}");
        repo.write(
            &format!("{directory}/kustomization.yaml"),
            format!(
                "resources: [all.yaml]\nsecretGenerator:\n  - name: made\n    literals:\n      - \
                 API_TOKEN=generated-hush{number}\n"
            )
            .as_bytes(),
        );
        repo.write(
            &format!("{directory}/all.yaml"),
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  plain: \
                 data-hush{number}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: \
                 shop\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          \
                 image: shop:1.0\n          env:\n            - name: DB_PASSWORD\n              value: \
                 env-hush{number}\n            - name: DATABASE_URL\n              value: \
                 postgres://u:url-hush{number}@db/shop\n            - name: TIMEOUT\n              value: \
                 {number}0s\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  \
                 authToken: map-hush{number}\n  app.properties: |\n    db.password = \
                 file-hush{number}\n    size = {number}\n  lone: only-in-{environment}\n"
            )
            .as_bytes(),
        );
    }
    repo
}

#[test]
fn no_format_shows_a_secret() {
    let repo = repo();
    for format in crate::reports::formats() {
        let run = repo.run(&["check", "--format", &format, "-v"]);
        assert!(run.out.contains("TIMEOUT"), "{}", run.out);
        assert!(!run.out.contains("hush"), "{}", run.out);
        assert!(!run.err.contains("hush"), "{}", run.err);
    }
    assert!(repo.run(&["check"]).out.contains("(secret)"));
}

#[test]
fn lines_next_to_a_finding_are_masked_too() {
    let repo = Repo::new(&[("a.yaml", "a: 1\npassword: hush\na: 2\nclient_secret: hush\n")]);
    let run = repo.run(&["check"]);
    assert!(run.out.contains("password: (secret)") && run.out.contains("client_secret: (secret)"));
    assert!(!run.out.contains("hush"), "{}", run.out);
    let config = Repo::new(&[("a.yaml", "a: 1\n"), ("paritylint.toml", "token = \"hush\"\n")]);
    let run = config.run(&["check"]);
    assert_eq!(run.code, 2);
    assert!(!run.err.contains("hush"), "{}", run.err);
}

#[test]
fn what_is_reported_to_stand_in_plain_text_is_not_shown() {
    let key = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        "kHushq7Zr2TnWy4Lm0Pd".repeat(4)
    );
    let repo = Repo::new(&[
        (
            "o/production/kustomization.yaml",
            "resources: [all.yaml]\nsecretGenerator:\n  - name: made\n    literals:\n      - \
          plain=Hush-7-kelp\n      - password=Hush-8-kelp\n    files: [a.pem]\n    envs: [a.env]\n",
        ),
        (
            "o/production/all.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  note: Hush\n  \
          password: Hush-9-kelp\n  a.conf: |\n    password = Hush-6-kelp\ndata:\n  pass: \
          SHVzaC05LWtlbHA=\n",
        ),
        ("o/production/a.pem", &key),
        ("o/production/a.env", "A=Hush\nPASSWORD=Hush-5-kelp\n"),
        (
            "o/production/values.yaml",
            "hash: ENC[AES256_GCM,data:x]\ndeploy-key: Hush77kelp88Wind\nsops:\n  mac: x\n",
        ),
    ]);
    for format in crate::reports::formats() {
        let run = repo.run(&["check", "--format", &format, "-v"]);
        assert!(run.out.contains("plaintext-secret"), "{format}: {}", run.out);
        for text in [&run.out, &run.err] {
            let shown = ["Hush", "SHVzaC"].iter().find(|hushed| text.contains(**hushed));
            assert_eq!(shown, None, "{format}: {text}");
        }
    }
    let run = repo.run(&["check", "--format", "concise"]);
    assert_eq!(run.out.matches("plaintext-secret").count(), 3, "{}", run.out);
}
