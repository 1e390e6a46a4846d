//! What the configuration accepts, and what it says about what it does not.

use crate::config::{Config, Constraint};
use crate::finding::Level;
use crate::source::Snapshot;
use crate::text::{FileId, RepoPath};

fn errors(text: &str) -> Vec<String> {
    Config::parse(FileId(0), text)
        .unwrap_err()
        .into_iter()
        .map(|error| {
            let place = error.span.map_or("", |span| &text[span.range()]);
            format!("{place} | {} | {}", error.message, error.help.unwrap_or_default())
        })
        .collect()
}

#[test]
fn everything_can_be_said() {
    let text = r#"
exclude = ["legacy/**"]
[environments]
staging = ["staging", "stg"]
production = ["production"]
canary = ["canary"]
[[unit]]
name = "apps/orders"
template = "apps/orders/overlays/{env}"
[[compare]]
environment = "canary"
reference = "staging"
[[substitution]]
staging = "staging.example.org"
production = "example.org"
[[parameter]]
path = "spec.replicas"
constraint = { max-ratio = 4 }
[[parameter]]
path = "data.MODE"
kind = "ConfigMap"
unit = "apps/*"
environments = ["production"]
constraint = { one-of = ["a", 1, true] }
reason = "because"
[[parameter]]
path = "data.**"
constraint = "same-keys"
[built-in]
image-tags = false
[[exception]]
rules = ["missing-key"]
unit = "apps/*"
created = 2026-01-02
retire-by = "2027-01-02"
[rules]
hotfix-comment = "note"
mutable-image = { level = "off", words = ["next"] }
[owners]
allowed = ["@team/*"]
"#;
    let config = Config::parse(FileId(0), text).unwrap();
    let names: Vec<_> = config.environments.iter().map(|e| e.value.name.as_str()).collect();
    assert_eq!(names, ["staging", "production", "canary"]);
    assert!(matches!(config.parameters[0].value.constraint, Constraint::MaxRatio(r) if r.0 > 3.9));
    let Constraint::OneOf(words) = &config.parameters[1].value.constraint else { panic!() };
    assert_eq!(words.iter().map(|word| word.0.as_str()).collect::<Vec<_>>(), ["a", "1", "true"]);
    assert_eq!(config.exceptions[0].retire_by.unwrap().to_string(), "2027-01-02");
    assert_eq!(config.exceptions[0].created.unwrap().to_string(), "2026-01-02");
    assert_eq!(&text[config.exceptions[0].span.range()], "[[exception]]");
    assert_eq!(config.rules["mutable-image"].level, Some(Level::Off));
    assert!(config.rules["mutable-image"].options.contains_key("words"));
    assert_eq!(config.built_in.get("image-tags"), Some(&false));
}

#[test]
fn all_errors_are_reported_at_once_each_at_its_place() {
    let text = r#"
excludes = ["x"]
[[parameter]]
paht = "spec.x"
constraint = "at-least-referense"
unit = "a["
[[parameter]]
path = "spec..x"
constraint = { matches = "(" }
[[exception]]
rule = "missing-key"
retire_by = 2027-01-01
[[exception]]
rule = "missing-key"
unit = "x"
retire-by = "31.12.2026"
[built-in]
image-tag = true
[rules]
mutable-image = "fatal"
[[unit]]
name = "x"
template = "x/y"
"#;
    let errors = errors(text);
    let expected = [
        "excludes | unknown table or key `excludes` | did you mean `exclude`?",
        "paht | unknown key `paht` | did you mean `path`?",
        "\"at-least-referense\" | unknown constraint `at-least-referense` | did you mean `at-least-reference`?",
        "\"a[\" | `a[` is not a glob",
        "\"spec..x\" | `spec..x` is not a path: a key is missing here (character 6)",
        "{ matches = \"(\" } | `(` is not a regular expression: unclosed group",
        "retire_by | unknown key `retire_by` | did you mean `retire-by`?",
        "\"31.12.2026\" | `31.12.2026` is not a date such as 2027-01-31",
        "image-tag | unknown built-in permission `image-tag` | did you mean `image-tags`?",
        "\"fatal\" | unknown level `fatal`",
        "[[unit]] | the template of a unit must hold `{env}` once",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.starts_with(expected), "{error}\nshould begin\n{expected}");
    }
}

#[test]
fn an_exception_for_everything_and_broken_toml_are_refused() {
    assert_eq!(
        errors("[[exception]]\nrule = \"x\"\n")[0],
        "[[exception]] | the exception holds for the whole repository | \
         narrow it with `unit`, `environments`, `resource`, `path`, `file` or `suppression`"
    );
    assert!(!errors("[rules\nx = = 1\n").is_empty());
}

#[test]
fn the_file_is_found_in_the_root_and_only_one_is_allowed() {
    let one = Snapshot::from_memory([(".paritylint.toml", "exclude = []\n")]);
    let path = Config::load(&one, None).unwrap().path.unwrap();
    assert_eq!(path.as_str(), ".paritylint.toml");
    let both = Snapshot::from_memory([(".paritylint.toml", ""), ("paritylint.toml", "")]);
    assert_eq!(Config::load(&both, None).unwrap_err().len(), 1);
    assert!(Config::load(&both, Some(&RepoPath::new("paritylint.toml").unwrap())).is_ok());
    assert!(Config::load(&one, Some(&RepoPath::new("x.toml").unwrap())).is_err());
}
