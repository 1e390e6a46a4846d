//! What the documents say of commands, the configuration and files holds.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its files")]

use std::path::{Path, PathBuf};
use std::process::Command;

use paritylint::baseline::Baseline;
use paritylint::config::{BUILT_IN, Config, parse_registry};
use paritylint::exceptions::collect_inline;
use paritylint::policy::{Policy, Selection};
use paritylint::report::{baseline_schema, configuration_schema};
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
    "docs/reports.md",
    "docs/schemas.md",
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
