//! Our tree of a YAML text against what `serde_yaml` reads, over texts that are trusted.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its files")]

use std::path::{Path, PathBuf};

use paritylint::syntax::scalar::{Dialect, Tag, bool_value, float_value};
use paritylint::syntax::{NodeRef, parse_yaml};
use paritylint::text::FileId;
use serde::Deserialize as _;
use serde_yaml::Value as Yaml;

/// Notations that both read, each a document of its own.
const NOTATIONS: &[&str] = &[
    "a: 1\nb: -2\nc: 1.5\nd: 1e3\ne: 0x1F\nf: .inf\ng: 0\n",
    "a: true\nb: False\nc: ~\nd:\ne: null\nf: 'true'\ng: \"null\"\nh: ''\n",
    "a: plain text\nb: 'it''s'\nc: \"q\\\"\\n\\t\\u00e9\\x41\"\nd: a#b\ne: a:b\nf: -x\n",
    "a: several\n  plain\n\n  lines\nb: \"several\n  quoted\n\n  lines\"\n",
    "a: |\n  l1\n\n    l2\n  l3\nb: |-\n  l1\nc: |+\n  l1\n\nd: end\n",
    "a: >\n  l1\n  l2\n\n  l3\n    l4\nb: >-\n  l1\n  l2\nc: |2\n    l1\n",
    "- 1\n- - 2\n  - 3\n-\n  - 4\n- a: 1\n  b: 2\n-\n- {}\n- []\n",
    "a:\n- x\n- y\nb: [1, 'two', [3], {four: 4},]\nc: {d: , e: [], \"f\": g}\n",
    "# above\na: 1 # right\n# between\nb:\n  # inside\n  c: 2\n# below\n",
    "a: &x {b: 1}\nc: *x\nd: &y text\ne: [*y, *y]\nf: &z\n  - *x\ng: *z\n",
    "a: 1\r\nb: |\r\n  l1\r\n  l2\r\nc:\r\n- x\r\n",
    "---\na: 1\n---\nb: 2\n...\n---\n- c\n",
    "? a\n: 1\n? b\n: - 2\n",
    "{\"json\": [1, 2.5, null, true, \"\\u00e9\\/\"], \"b\": {}}\n",
    "é: ü\n\"日本\": [語]\na: \u{1f600}\n",
    "a: !!str 5\nb: !!int 7\n",
    "\"\"",
    "text",
];

/// Parts of the names of files that hold broken texts or duplicate keys on purpose.
const MALFORMED: &[&str] = &[
    "invalid-syntax",
    "broken-patch",
    "duplicate-key",
    "exception",
    "conflict-marker",
    "collector.yaml",
];

fn documents(text: &str) -> Result<Vec<Yaml>, serde_yaml::Error> {
    let read: Result<Vec<_>, _> =
        serde_yaml::Deserializer::from_str(text).map(Yaml::deserialize).collect();
    Ok(read?.into_iter().filter(|document| !document.is_null()).collect())
}

/// Compares all documents of a text; says whether both could read it.
fn compare(name: &str, text: &str) -> bool {
    let ours = parse_yaml(FileId(0), text);
    let Ok(theirs) = documents(text) else { return false };
    if ours.is_broken() || !ours.problems.is_empty() {
        return false;
    }
    let ours: Vec<_> = ours.documents.iter().map(|document| document.root()).collect();
    let ours: Vec<_> = ours.into_iter().filter(|root| !root.is_null()).collect();
    assert_eq!(ours.len(), theirs.len(), "{name}: the number of documents");
    for (ours, theirs) in ours.into_iter().zip(&theirs) {
        let mut path = Vec::new();
        let result = same(ours, theirs, &mut path);
        assert_eq!(result, Ok(()), "{name}: at {}", path.join("."));
    }
    true
}

fn same(ours: NodeRef<'_>, theirs: &Yaml, path: &mut Vec<String>) -> Result<(), String> {
    let all = |pairs: Vec<(String, NodeRef<'_>, &Yaml)>, path: &mut Vec<String>| {
        for (step, ours, theirs) in pairs {
            path.push(step);
            same(ours, theirs, path)?;
            path.pop();
        }
        Ok(())
    };
    let differ = || Err(format!("{:?} is {theirs:?} for serde_yaml", ours.raw().kind));
    let equal = match theirs {
        Yaml::Mapping(map) if ours.is_map() && ours.entries().len() == map.len() => {
            let pairs = ours.entries().zip(map).flat_map(|((key, value), (their_key, theirs))| {
                let step = key.text().unwrap_or("?").to_owned();
                [(format!("{step} (key)"), key, their_key), (step, value, theirs)]
            });
            return all(pairs.collect(), path);
        }
        Yaml::Sequence(list) if ours.is_list() && ours.items().len() == list.len() => {
            let items = ours.items().zip(list).enumerate();
            return all(items.map(|(at, (a, b))| (at.to_string(), a, b)).collect(), path);
        }
        Yaml::Tagged(tagged) => return same(ours, &tagged.value, path),
        Yaml::Mapping(_) | Yaml::Sequence(_) => return differ(),
        Yaml::Null => ours.is_null(),
        _ => {
            let Some(text) = ours.text() else { return differ() };
            let tag = |dialect| ours.tag(dialect).unwrap();
            if tag(Dialect::Resource) != tag(Dialect::Config) || is_old_number(text) {
                // YAML 1.1 for one of the tools of Kubernetes: serde_yaml does not know it.
                return Ok(());
            }
            match (theirs, tag(Dialect::Resource)) {
                (Yaml::Bool(truth), Tag::Bool) => bool_value(text) == Some(*truth),
                (Yaml::Number(number), Tag::Int | Tag::Float) => {
                    let (a, b) = (float_value(text).unwrap(), number.as_f64().unwrap());
                    a.to_bits() == b.to_bits()
                }
                (Yaml::String(string), Tag::Str) => text == string,
                _ => false,
            }
        }
    };
    if equal { Ok(()) } else { differ() }
}

/// Octals with a leading zero, binaries and numbers with underscores.
fn is_old_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    let second = digits.as_bytes().get(1).copied().unwrap_or(0);
    float_value(text).is_some()
        && (text.contains('_')
            || digits.starts_with('0') && (second.is_ascii_digit() || second == b'b'))
}

fn yaml_below(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in directory.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

#[test]
fn notations_mean_the_same() {
    for text in NOTATIONS {
        assert!(compare(text, text), "one of the two does not read\n{text}");
    }
}

#[test]
fn a_difference_would_be_seen() {
    let parsed = parse_yaml(FileId(0), "a: [1, x]\n");
    let root = parsed.documents[0].root();
    for wrong in ["a: [1, y]", "a: [2, x]", "a: ['1', x]", "a: [1]", "b: [1, x]", "a: {}", "[]"] {
        let theirs = &documents(wrong).unwrap()[0];
        assert!(same(root, theirs, &mut Vec::new()).is_err(), "{wrong}");
    }
}

#[test]
fn fixtures_and_examples_mean_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for directory in ["examples", "tests/rules"] {
        yaml_below(&root.join(directory), &mut files);
    }
    let mut left_out = Vec::new();
    for file in &files {
        let name = file.strip_prefix(root).unwrap().display().to_string();
        // Some cases are not text: that is what they are for.
        let text = std::fs::read_to_string(file).unwrap_or_default();
        // A template is no YAML before it is filled in.
        if parse_yaml(FileId(0), &text).template.is_none() && !compare(&name, &text) {
            left_out.push(name);
        }
    }
    left_out.retain(|name| !MALFORMED.iter().any(|rule| name.contains(rule)));
    assert!(files.len() > 100, "the files were not found");
    assert!(left_out.is_empty(), "one of the two does not read {left_out:#?}");
}
