//! What the documents say of commands, the configuration and files holds.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its files")]

#[path = "common/json.rs"]
mod json;

use std::path::{Path, PathBuf};
use std::process::Command;

use paritylint::baseline::Baseline;
use paritylint::config::{BUILT_IN, Config, parse_registry};
use paritylint::exceptions::collect_inline;
use paritylint::policy::{Policy, Selection};
use paritylint::report::{baseline_schema, configuration_schema, exceptions_schema};
use paritylint::source::Snapshot;
use paritylint::syntax::Store;
use paritylint::text::{FileId, RepoPath};

const DOCUMENTS: &[&str] = &[
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/baseline.md",
    "docs/changes.md",
    "docs/configuration.md",
    "docs/design.md",
    "docs/exceptions.md",
    "docs/history.md",
    "docs/configuration-files.md",
    "docs/reports.md",
    "docs/schemas.md",
    "docs/terraform.md",
    "docs/integrations/git-hooks.md",
    "docs/integrations/github.md",
    "docs/integrations/gitlab.md",
    "docs/integrations/jenkins.md",
    "docs/integrations/pre-commit.md",
    "docs/suppressions.md",
];

fn documents() -> impl Iterator<Item = (PathBuf, String)> {
    DOCUMENTS.iter().map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    })
}

/// The blocks of a document in one language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let start = format!("```{language}\n");
    text.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn examples_of_the_configuration_are_valid() {
    let mut count = 0;
    for (path, text) in documents() {
        for block in blocks(&text, "toml") {
            let config = Config::parse(FileId(0), block);
            let config =
                config.map_err(|errors| format!("{}: {errors:#?}\n{block}", path.display()));
            Policy::new(&config.unwrap(), &Selection::default()).unwrap();
            count += 1;
        }
    }
    assert!(count > 8, "only {count} examples were found");
}

/// The texts that have one key or table misspelt.
fn misspelt(text: &str) -> impl Iterator<Item = String> {
    let key = regex::Regex::new(r"[A-Za-z-]+ *=|\[\[?[A-Za-z.-]+\]").unwrap();
    let ends: Vec<usize> = key
        .find_iter(text)
        .map(|found| found.start() + found.as_str().trim_end_matches([' ', '=', ']']).len())
        .collect();
    ends.into_iter().map(|end| format!("{}x{}", &text[..end], &text[end..]))
}

/// What an editor says of a configuration is what the program says.
#[test]
fn the_schema_of_the_configuration_knows_its_keys() {
    let schema = jsonschema::validator_for(&configuration_schema()).unwrap();
    let is_valid = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        schema.is_valid(&json::of_toml(toml::Value::Table(table)))
    };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/paritylint.toml");
    let example = (example.clone(), std::fs::read_to_string(&example).unwrap());
    let mut refused = 0;
    for (path, text) in documents().chain([example]) {
        let whole = path.extension().is_some_and(|extension| extension == "toml");
        let blocks = if whole { vec![&*text] } else { blocks(&text, "toml") };
        for block in blocks {
            assert!(is_valid(block), "{}\n{block}", path.display());
            for wrong in misspelt(block) {
                let valid = is_valid(&wrong);
                let read = Config::parse(FileId(0), &wrong)
                    .is_ok_and(|config| Policy::new(&config, &Selection::default()).is_ok());
                assert_eq!(valid, read, "the schema and the program disagree on\n{wrong}");
                refused += usize::from(!valid);
            }
        }
    }
    assert!(refused > 100, "only {refused} misspelt keys were refused");
}

#[test]
fn the_schema_of_exceptions_knows_its_keys() {
    let schema = jsonschema::validator_for(&exceptions_schema()).unwrap();
    let (_, text) = documents().find(|(path, _)| path.ends_with("docs/exceptions.md")).unwrap();
    let mut count = 0;
    for block in blocks(&text, "yaml").into_iter().filter(|block| block.contains("exception:\n")) {
        let right: serde_json::Value = serde_yaml::from_str(block).unwrap();
        assert!(schema.is_valid(&right), "{block}");
        for at in 0..right["exception"].as_array().unwrap().len() {
            for key in right["exception"][at].as_object().unwrap().keys() {
                let mut wrong = right.clone();
                let entry = wrong["exception"][at].as_object_mut().unwrap();
                let value = entry.remove(key).unwrap();
                entry.insert(format!("{key}x"), value);
                assert!(!schema.is_valid(&wrong), "`{key}x` is accepted");
                count += 1;
            }
        }
    }
    assert!(count > 3, "only {count} misspelt keys were tried");
}

/// Lists of exceptions are read as such, comments as comments.
#[test]
fn examples_of_exceptions_are_valid() {
    let (_, text) = documents().find(|(path, _)| path.ends_with("docs/exceptions.md")).unwrap();
    let path = RepoPath::new("exceptions.yaml").unwrap();
    let mut count = 0;
    for block in blocks(&text, "yaml") {
        if block.contains("exception:\n") {
            let exceptions = parse_registry(FileId(0), &path, block).unwrap();
            assert!(exceptions.iter().all(|exception| exception.owner.is_some()));
            count += exceptions.len();
        } else {
            let snapshot = Snapshot::from_memory([("a.yaml", block)]);
            let store = Store::new(&snapshot);
            let inline = collect_inline(&snapshot, &store, &[FileId(0)], &[]);
            assert!(inline.malformed.is_empty(), "{:#?}", inline.malformed);
            count += inline.exceptions.len();
        }
    }
    assert_eq!(count, 2);
}

#[test]
fn the_example_of_a_baseline_is_valid() {
    let (_, text) = documents().find(|(path, _)| path.ends_with("docs/baseline.md")).unwrap();
    let schema = jsonschema::validator_for(&baseline_schema()).unwrap();
    let blocks = blocks(&text, "json");
    let [block] = blocks[..] else { panic!("{} examples", blocks.len()) };
    assert!(schema.is_valid(&serde_json::from_str(block).unwrap()));
    let snapshot = Snapshot::from_memory([("baseline.json", block)]);
    let baseline = Baseline::read(snapshot.file(FileId(0)).unwrap()).unwrap();
    assert_eq!(baseline.entries.len(), 2);
    assert_eq!(baseline.text().unwrap(), block, "it is not as the program writes it");
}

#[test]
fn the_whole_configuration_is_described() {
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md"),
    );
    let text = text.unwrap();
    for built_in in BUILT_IN {
        assert!(text.contains(&format!("\n| `{}` |", built_in.name)), "`{}`", built_in.name);
    }
    let schema = configuration_schema();
    let schema = serde_json::to_value(schema).unwrap();
    for key in schema["properties"].as_object().unwrap().keys() {
        let headed = text.lines().any(|line| line.starts_with("## ") && line.contains(key));
        assert!(headed, "`{key}` has no section");
    }
}

#[test]
fn commands_and_flags_exist() {
    let help = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_paritylint");
        let output = Command::new(program).args(arguments).arg("--help").output().unwrap();
        assert!(output.status.success(), "there is no `paritylint {}`", arguments.join(" "));
        String::from_utf8(output.stdout).unwrap()
    };
    let mut count = 0;
    for (path, text) in documents() {
        let lines = blocks(&text, "console").into_iter().flat_map(str::lines);
        for line in lines.filter_map(|line| line.strip_prefix("$ paritylint ")) {
            let words: Vec<_> = line.split_whitespace().take_while(|word| *word != "#").collect();
            let command = if words.get(1) == Some(&"add") { &words[..2] } else { &words[..1] };
            let help = help(command);
            for flag in words.iter().filter(|word| word.starts_with("--")) {
                let name = flag.split('=').next().unwrap();
                assert!(help.contains(name), "{}: `{line}`: no {name}", path.display());
            }
            count += 1;
        }
    }
    assert!(count > 4, "only {count} commands were found");
}

/// The text without the time that a check took.
fn without_time(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once(" in ") {
        Some((counts, _)) if line.starts_with("checked ") => counts,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What the README shows is what is printed; `…` stands for what was cut.
#[test]
fn the_output_in_the_readme_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_paritylint"));
        let output = command.args(arguments).current_dir(root).output().unwrap();
        without_time(&String::from_utf8(output.stdout).unwrap())
    };
    let printed = run(&["check", "examples", "--today", "2026-12-01", "--color", "never"])
        + &run(&["render", "examples/apps/redis/overlays/production", "--origins"]);
    let text = std::fs::read_to_string(root.join("README.md")).unwrap();
    let blocks = blocks(&text, "text");
    assert_eq!(blocks.len(), 2);
    for piece in blocks.iter().flat_map(|block| block.split("…\n")) {
        let piece = without_time(piece.trim_end());
        assert!(printed.contains(&piece), "not printed:\n{piece}");
    }
}

#[test]
fn links_lead_somewhere() {
    for (path, text) in documents() {
        let links = text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for link in links.filter(|link| !link.starts_with("http")) {
            let target = path.parent().unwrap().join(link.split('#').next().unwrap());
            assert!(target.exists(), "{}: {link}", path.display());
        }
    }
}
