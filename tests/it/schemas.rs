//! Schemas of the team: what the configuration may say, what a change does, what a hostile one tries.

use serde_json::{Value, json};

use crate::changes::{commit, git};
use crate::harness::{Repo, Run};

const CONFIG: &str = "[[schema]]\nfiles = \"config/**\"\nschema = \"schemas/a.json\"\n";

fn check(schema: &Value, name: &str, document: &str) -> Run {
    let repo = Repo::new(&[
        ("paritylint.toml", CONFIG),
        ("schemas/a.json", &schema.to_string()),
        (&format!("config/{name}"), document),
    ]);
    repo.run(&["check", "--format", "concise", "--select", "schema-violation"])
}

#[test]
fn mistakes_in_the_configuration_are_told_with_their_place() {
    for (config, told) in [
        ("files = \"a/**\"\nschema = \"gone.json\"", "there is no file `gone.json`"),
        ("files = \"a/**\"\nschema = \"../a.json\"", "`../a.json` is not a file of the repository"),
        ("files = \"a/**\"\nschema = \"https://example.org/a.json\"", "is not fetched"),
        ("files = []\nschema = \"a.json\"", "`files` names no file"),
        ("files = [\"[\"]\nschema = \"a.json\"", "`[` is not a glob"),
        ("file = \"a/**\"\nschema = \"a.json\"", "did you mean `files`?"),
        ("schema = \"a.json\"", "missing key `files`"),
    ] {
        let text = format!("[[schema]]\n{config}\n");
        let repo =
            Repo::new(&[("paritylint.toml", &text), ("a.json", "{}"), ("a/a.yaml", "a: 1\n")]);
        let run = repo.run(&["check"]);
        assert_eq!(run.code, 2, "{config}: {}", run.out);
        assert!(run.err.contains("[paritylint.toml:"), "{config}: {}", run.err);
        assert!(run.err.contains(told), "{config}: {}", run.err);
    }
}

#[test]
fn files_of_other_notations_are_read_where_a_schema_covers_them() {
    let repo = Repo::new(&[
        ("paritylint.toml", CONFIG),
        ("schemas/a.json", "{}"),
        ("config/a.json", "{\"a\": 1,}\n"),
        ("config/b.toml", "a = \n"),
        ("config/c.json", "{\"a\": 1, \"a\": 2}\n"),
        ("other/d.json", "{\"a\": 1,}\n"),
    ]);
    let run = repo.run(&["check", "--format", "concise"]);
    let lines: Vec<_> = run.out.lines().map(|line| line.split(": ").nth(1).unwrap_or("")).collect();
    let places: Vec<_> = run.out.lines().map(|line| line.split(' ').next().unwrap_or("")).collect();
    assert_eq!(
        lines,
        [
            "error[invalid-syntax] this is not JSON",
            "error[invalid-syntax] this is not TOML",
            "error[duplicate-key] the key `a` stands twice in this map"
        ],
        "{}",
        run.out
    );
    assert_eq!(places, ["config/a.json:1:9:", "config/b.toml:1:1:", "config/c.json:1:10:"]);
}

#[test]
fn a_change_of_a_schema_is_a_change_of_all_that_it_covers() {
    let repo = Repo::new(&[
        ("paritylint.toml", CONFIG),
        ("schemas/a.json", "{\"properties\": {\"port\": {\"$ref\": \"b.yaml\"}}}\n"),
        ("schemas/b.yaml", "maximum: 9000\n"),
        ("config/a.toml", "port = 8080\n"),
        ("config/b.yaml", "port: 9999\n"),
    ]);
    git(&repo, &["add", "-A"]);
    commit(&repo, "one");
    repo.write("schemas/b.yaml", b"maximum: 8000\n");
    git(&repo, &["add", "-A"]);
    let run = repo.run(&["check", "--staged", "--format", "concise"]);
    assert!(run.out.contains("config/a.toml:1:8: error[schema-violation]"), "{}", run.out);
    assert!(!run.out.contains("config/b.yaml"), "it was wrong before: {}", run.out);
}

#[test]
fn nothing_outside_of_the_repository_is_read() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("hush.json"), "{\"enum\": [\"hush\"]}").unwrap();
    let repo = Repo::new(&[
        ("paritylint.toml", CONFIG),
        (
            "schemas/a.json",
            &json!({"properties": {
                "a": {"$ref": "link.json"}, "b": {"$ref": "directory/hush.json"},
                "c": {"$ref": format!("file://{}/hush.json", outside.path().display())},
                "d": {"$ref": format!("../../../..{}/hush.json", outside.path().display())},
            }})
            .to_string(),
        ),
        ("config/a.yaml", "a: 1\nb: 1\nc: 1\nd: 1\n"),
    ]);
    #[cfg(unix)]
    {
        let link = |name: &str, to: &std::path::Path| {
            std::os::unix::fs::symlink(to, repo.path().join("schemas").join(name)).unwrap();
        };
        link("link.json", &outside.path().join("hush.json"));
        link("directory", outside.path());
    }
    let run = repo.run(&["check", "--format", "concise"]);
    assert_eq!(run.out.matches("schemas/a.json:").count(), 4, "{}", run.out);
    assert!(!run.out.contains("enum") && !run.out.contains("cannot be"), "{}", run.out);
}

#[test]
fn hostile_schemas_and_documents_end() {
    let chain = |count: usize, step: &dyn Fn(String) -> Value| -> Value {
        let mut definitions: serde_json::Map<String, Value> =
            (0..count).map(|at| (format!("d{at}"), step(format!("#/$defs/d{}", at + 1)))).collect();
        definitions.insert(format!("d{count}"), json!({"type": "string"}));
        json!({"$ref": "#/$defs/d0", "$defs": definitions})
    };
    let twice = |next: String| json!({"anyOf": [{"$ref": next}, {"$ref": next}]});
    let often = "refers to itself too often";
    let values: Vec<_> = (0..300_000).map(|at| format!("value-{at:024}")).collect();
    let level = |at: i32| format!("a{at}: &a{at} [{}]\n", format!("*a{}, ", at - 1).repeat(10));
    let levels: Vec<_> = (1..9).map(level).collect();
    let bomb = format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}", levels.concat());
    let line = |at: i32| format!("key{at}: value {at} of a long file\n");
    let long = (0..150_000).map(line).collect::<Vec<_>>().concat();
    for (schema, document, told) in [
        (chain(40, &twice), "a: 1\n", often),
        (chain(15_000, &|next| json!({"$ref": next})), "a: 1\n", often),
        (chain(1_000, &|next| json!({"allOf": [{"allOf": [{"$ref": next}]}]})), "a: 1\n", often),
        (
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
            "a: 1\n",
            "",
        ),
        (
            json!({"properties": {"a": {"pattern": "^(a+)+$"}}}),
            &*format!("a: {}!\n", "a".repeat(50_000)),
            "must match",
        ),
        (
            json!({"properties": {"a": {"pattern": "^(?=(a+)+$)b"}}}),
            &*format!("a: {}!\n", "a".repeat(5_000)),
            "must match",
        ),
        (
            json!({"properties": {"a": {"pattern": "(x{1000}){1000}"}}}),
            "a: x\n",
            "not a JSON schema",
        ),
        (json!({"properties": {"a": {"enum": values}}}), "a: other\n", "cannot be `other`"),
        (json!({}), &bomb, "aliases expand this document"),
        (json!({"additionalProperties": {"type": "integer"}}), &long, "`key0` must be an integer"),
    ] {
        let run = check(&schema, "a.yaml", document);
        assert!(run.out.contains(told) && run.code < 2, "{told}: {}{}", run.out, run.err);
        assert!(run.out.lines().count() <= 101, "{told}");
    }
}

#[test]
fn schemas_of_kinds_that_cannot_be_used_are_told_and_pass_nothing() {
    let import =
        "apiVersion: erp.example.org/v1\nkind: Import\nmetadata: {name: a}\nspec: {n: x}\n";
    let own = "apiVersion: own.example.org/v1\nkind: Own\nmetadata: {name: a}\nspec: {n: x}\n";
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
        metadata: {name: owns.own.example.org}\nspec:\n  group: own.example.org\n  scope: Cluster\n  \
        names: {kind: Own, plural: owns}\n  versions:\n  - {name: v1, served: true, storage: true, \
        schema: {openAPIV3Schema: {type: object, properties: {spec: {pattern: \"([\"}}}}}\n";
    let repo = Repo::new(&[
        ("paritylint.toml", "kubernetes-schemas = [\"schemas\"]\n"),
        ("schemas/import-erp-v1.json", "{\"properties\": {\"spec\": {\"$ref\": \"b.json\"}}}"),
        ("crds/own.yaml", definition),
        ("apps/orders/staging/a.yaml", import),
        ("apps/orders/staging/b.yaml", own),
        ("apps/orders/production/a.yaml", import),
        ("apps/orders/production/b.yaml", own),
    ]);
    let run = repo.run(&["check"]);
    for told in [
        "nobody has a schema for Import (erp.example.org/v1): 2 objects",
        "not analysed: 2 (schema)",
        "  crds/own.yaml:9: ",
        "  schemas/import-erp-v1.json:1: ",
    ] {
        assert!(run.out.contains(told), "{told}: {}", run.out);
    }
}
