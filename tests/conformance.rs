//! Renders every case of the conformance suite, if it is there, and compares with kustomize.
//!
//! A case holds when the objects are equal by value and order; of all outputs, nearly all must be
//! equal to the byte.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test reads its own files, and may stop and say why"
)]

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use paritylint::render::output::write;
use paritylint::render::{Options, Renderer};
use paritylint::source::{Limits, Snapshot};
use paritylint::syntax::Store;
use paritylint::text::RepoPath;
use serde_yaml::Value as Yaml;

/// How many of a hundred outputs must be equal to the byte.
const EXACT: usize = 99;

fn main() {
    let arguments = Arguments::from_args();
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/kustomize/suite");
    let Ok(cases) = suite.read_dir() else {
        eprintln!("SKIPPED: there is no conformance suite at {}", suite.display());
        return;
    };
    let mut names: Vec<String> = cases
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("root").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    let cases: Vec<PathBuf> = names.iter().map(|name| suite.join(name)).collect();
    let mut trials: Vec<Trial> = names
        .into_iter()
        .zip(cases.clone())
        .map(|(name, case)| Trial::test(name, move || check(&case).map_err(Failed::from)))
        .collect();
    trials.push(Trial::test("outputs_are_equal_to_the_byte", move || {
        let outputs: Vec<bool> = cases.iter().filter_map(|case| is_exact(case)).collect();
        let exact = outputs.iter().filter(|exact| **exact).count();
        if exact * 100 < outputs.len() * EXACT {
            return Err(format!("only {exact} of {}", outputs.len()).into());
        }
        Ok(())
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn read(case: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(case.join(name)).ok()
}

/// Why a case is refused, and what to do.
#[derive(Debug)]
struct Refusal(String, Option<String>);

/// What our own renderer makes of a case.
fn rendered(case: &Path) -> Result<String, Refusal> {
    let root = RepoPath::new(read(case, "root").unwrap().trim()).unwrap();
    let snapshot = Snapshot::from_work_tree(&case.join("input"), Limits::default());
    let snapshot = snapshot.unwrap_or_else(|_empty| Snapshot::from_memory([("", "")]));
    let store = Store::new(&snapshot);
    let options = Options { restricted: !case.join("flags").exists(), partial: false };
    let rendered = Renderer::new(&store, options).render(&root);
    rendered
        .and_then(|rendered| write(&rendered.resources, None))
        .map_err(|error| Refusal(error.message, error.help))
}

/// Whether the output is that of kustomize to the byte; nothing for a case that must fail.
fn is_exact(case: &Path) -> Option<bool> {
    let expected = read(case, "expected.yaml")?;
    Some(rendered(case).is_ok_and(|written| written == expected))
}

fn check(case: &Path) -> Result<(), String> {
    let (written, expected) = (rendered(case), read(case, "expected.yaml"));
    let (written, expected) = match (written, expected) {
        (Err(Refusal(_, Some(_))), None) => return Ok(()),
        (Err(Refusal(error, None)), None) => {
            return Err(format!("`{error}` does not say what to do"));
        }
        (Ok(_), None) => {
            return Err(format!("accepted; {}", read(case, "expected-error.txt").unwrap()));
        }
        (Err(error), Some(_)) => return Err(format!("refused: {error:?}")),
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
