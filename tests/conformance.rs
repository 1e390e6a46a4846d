//! Renders every case of the conformance suite, if it is there, and compares with kustomize.
//!
//! `tests/conformance-known.txt` lists the cases that do not hold yet; a listed case that holds
//! fails, so that the list stays exact.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test reads its own files, and may stop and say why"
)]

use std::collections::BTreeSet;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use paritylint::render::output::write;
use paritylint::render::{Options, Renderer};
use paritylint::source::{Limits, Snapshot};
use paritylint::syntax::Store;
use paritylint::text::RepoPath;
use serde_yaml::Value as Yaml;

const KNOWN: &str = include_str!("conformance-known.txt");

fn main() {
    let arguments = Arguments::from_args();
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/kustomize/suite");
    let Ok(cases) = suite.read_dir() else {
        eprintln!("SKIPPED: there is no conformance suite at {}", suite.display());
        return;
    };
    let known: BTreeSet<&str> = KNOWN.lines().filter(|line| !line.is_empty()).collect();
    let mut names: Vec<String> = cases
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("root").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    let stale = known.iter().filter(|name| !names.iter().any(|case| case == *name));
    let mut trials: Vec<Trial> = stale
        .map(|name| {
            Trial::test(*name, || Err(Failed::from("the known list is stale: no such case")))
        })
        .collect();
    for name in names {
        let case = suite.join(&name);
        let is_known = known.contains(name.as_str());
        trials.push(Trial::test(name, move || match (check(&case), is_known) {
            (Err(why), false) => Err(Failed::from(why)),
            (Ok(()), true) => Err(Failed::from("the known list is stale: this case holds")),
            _ => Ok(()),
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(case: &Path) -> Result<(), String> {
    let read = |name: &str| std::fs::read_to_string(case.join(name)).ok();
    let root = RepoPath::new(read("root").unwrap().trim()).map_err(|error| error.to_string())?;
    let snapshot = Snapshot::from_work_tree(&case.join("input"), Limits::default());
    let snapshot = snapshot.unwrap_or_else(|_empty| Snapshot::from_memory([("", "")]));
    let store = Store::new(&snapshot);
    let options = Options { restricted: !case.join("flags").exists(), partial: false };
    let rendered = Renderer::new(&store, options).render(&root);
    let written = rendered
        .map_err(|error| format!("{error} {:?}", error.help))
        .and_then(|rendered| write(&rendered.resources, None).map_err(|error| error.to_string()));
    let (written, expected) = match (written, read("expected.yaml")) {
        (Err(_), None) => return Ok(()),
        (Ok(_), None) => return Err(format!("accepted; {}", read("expected-error.txt").unwrap())),
        (Err(error), Some(_)) => return Err(format!("refused: {error}")),
        (Ok(written), Some(expected)) => (written, expected),
    };
    let (actual, expected) = (documents(&written), documents(&expected));
    if actual == expected {
        return Ok(());
    }
    let print = |list: &[Yaml]| {
        list.iter().map(|value| serde_yaml::to_string(value).unwrap()).collect::<Vec<_>>()
    };
    let (actual, expected) = (print(&actual), print(&expected));
    let at = actual.iter().zip(&expected).position(|(a, b)| a != b);
    let at = at.unwrap_or(actual.len().min(expected.len()));
    let none = String::from("(nothing)\n");
    Err(format!(
        "document {at} of {} / {} differs\n--- expected\n{}--- actual\n{}",
        actual.len(),
        expected.len(),
        expected.get(at).unwrap_or(&none),
        actual.get(at).unwrap_or(&none),
    ))
}

fn documents(text: &str) -> Vec<Yaml> {
    use serde::Deserialize as _;
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Yaml::deserialize(document).unwrap())
        .filter(|document| !document.is_null())
        .collect()
}
