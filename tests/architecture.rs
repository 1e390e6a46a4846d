//! The order of the layers: a module uses only modules before it.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its sources")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// From the bottom to the top. `cli` is used by `main.rs` only.
const LAYERS: &[&str] = &[
    "text",
    "source",
    "syntax",
    "kube",
    "finding",
    "config",
    "owners",
    "schema",
    "layout",
    "suppressions",
    "render",
    "compare",
    "references",
    "history",
    "validation",
    "rules",
    "policy",
    "exceptions",
    "baseline",
    "report",
    "check",
    "change",
    "cli",
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The layer of a source file; `None` for `lib.rs` and `main.rs`.
fn layer(source: &Path, root: &Path) -> Option<usize> {
    let relative = source.strip_prefix(root).unwrap();
    let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
    let name = first.trim_end_matches(".rs");
    if matches!(name, "lib" | "main") {
        return None;
    }
    let at = LAYERS.iter().position(|layer| *layer == name);
    assert!(at.is_some(), "`{name}` is not in the list of layers");
    at
}

/// The layers that the text names: after `crate::`, also inside `use crate::{a, b::c}`.
fn used(text: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let text = text.lines().filter(code).collect::<Vec<_>>().join("\n");
    let mut names = BTreeSet::new();
    for (at, mark) in text.match_indices("crate::") {
        let rest = &text[at + mark.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut starts = true;
        for (at, character) in list.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => starts = true,
                c if starts && !c.is_whitespace() => {
                    names.insert(word(&list[at..]));
                    starts = false;
                }
                _ => {}
            }
        }
    }
    names
}

#[test]
fn imports_go_down_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let Some(own) = layer(&file, &root) else { continue };
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        if text.contains("super::super") {
            wrong.push(format!("{name} uses `super::super`: write the path from `crate`"));
        }
        for used in used(&text) {
            if let Some(at) = LAYERS.iter().position(|layer| *layer == used)
                && at > own
            {
                wrong.push(format!("{name} is in `{}` and uses `{used}`", LAYERS[own]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lists_of_imports_are_read() {
    let names = used("use crate::{check, rules::{a, b}, text};\nlet x = crate::report::y();");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["check", "report", "rules", "text"]);
}

#[test]
fn files_stay_small() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines: split it", file.display());
        let is_test = file.ends_with("tests.rs");
        assert!(
            is_test || text.starts_with("//! "),
            "{} does not say what it is for",
            file.display()
        );
    }
}
