//! What the fuzz targets do with their bytes; a test runs the same on chance bytes.

mod pieces;

use std::path::Path;
use std::process::{Command, Stdio};

use jiff::civil::date;
use paritylint::check::{self, Job};
use paritylint::config::Config;
use paritylint::history::History;
use paritylint::policy::{Policy, Selection};
use paritylint::render::output::write;
use paritylint::render::{Options, Renderer};
use paritylint::source::Snapshot;
use paritylint::syntax::{NodeRef, Notation, Store, parse_hcl, parse_inside, parse_yaml};
use paritylint::text::{FileId, RepoPath, Span};
use serde::Deserialize as _;
use serde_yaml::Value;

/// The files that a tree of arbitrary bytes may have.
const PATHS: [&str; 10] = [
    "kustomization.yaml",
    "a.yaml",
    "b.yaml",
    "base/kustomization.yaml",
    "base/a.yaml",
    "base/patch.yaml",
    "comp/kustomization.yaml",
    "config.yaml",
    "data.env",
    "openapi.json",
];
/// Between files.
const SEPARATOR: u8 = 0xff;

/// Any small tree: no panic, no hang, bounded memory.
pub fn render(data: &[u8]) {
    let chunks = data.split(|byte| *byte == SEPARATOR);
    let files = chunks.filter_map(|chunk| {
        let (first, text) = chunk.split_first()?;
        Some((PATHS[usize::from(*first) % PATHS.len()], text))
    });
    let snapshot = Snapshot::from_memory(files);
    for partial in [false, true] {
        let store = Store::new(&snapshot);
        let renderer = Renderer::new(&store, Options { restricted: false, partial });
        if let Ok(rendered) = renderer.render(&RepoPath::root()) {
            let _text = write(&rendered.resources, None);
        }
        let _manifests = renderer.manifests(&RepoPath::root());
    }
}

/// The files of a whole check in which arbitrary text may stand, beside two overlays of pieces.
const TEXTS: [&str; 6] = [
    "apps/web/overlays/production/notes.yaml",
    "exceptions.yaml",
    ".github/CODEOWNERS",
    ".trivyignore",
    "main.tf",
    "apps/web/overlays/staging/app.env",
];
/// What a check is told.
const CONFIGURATION: &str = "[exceptions]\nfiles = [\"exceptions.yaml\"]\n\
                             [observability]\nrequire = [\"metrics\", \"logs\"]\n";

/// A repository of two environments: every rule and every report, without a panic.
pub fn check(data: &[u8]) {
    let mut chunks = data.split(|byte| *byte == SEPARATOR);
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for environment in ["staging", "production"] {
        let tree = pieces::tree(chunks.next().unwrap_or_default());
        files.extend(tree.into_iter().map(|(path, text)| {
            (format!("apps/web/overlays/{environment}/{path}"), text.into_bytes())
        }));
    }
    files.extend(TEXTS.iter().zip(chunks).map(|(path, text)| ((*path).to_owned(), text.to_vec())));
    files.push(("paritylint.toml".to_owned(), CONFIGURATION.as_bytes().to_vec()));
    let snapshot = Snapshot::from_memory(files.iter().map(|(path, text)| (path, text.clone())));
    let store = Store::new(&snapshot);
    // Broken exceptions are told; the check goes on with those that are right.
    let (config, _errors) = Config::load_what_is_right(&snapshot, None);
    let Ok(policy) = Policy::new(&config, &Selection::default()) else { return };
    let layout = check::layout(&store, &config);
    let (day, history) = (date(2026, 12, 1), History::off());
    let checked = check::check(Job::whole(&store, &config, &policy, &layout, day, &history));
    for finding in &checked.outcome.reported {
        let bytes = snapshot.bytes(finding.primary().file).map(|bytes| bytes.len());
        assert!(bytes.is_ok_and(|length| finding.primary().range().end <= length), "{finding:#?}");
    }
}

/// Any text: every span lies in the text and inside the span of what holds the node.
pub fn yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = parse_yaml(FileId(0), text);
    for document in &parsed.documents {
        nested(document.root(), Span::new(FileId(0), 0, text.len()), text);
    }
    for span in parsed.problems.iter().map(|problem| problem.span) {
        assert!(text.get(span.range()).is_some(), "a problem at {span:?}");
    }
    for span in parsed.comments.iter().map(|comment| comment.span) {
        assert!(text.get(span.range()).is_some_and(|text| text.starts_with('#')), "{span:?}");
    }
}

/// Any text as HCL: as [`yaml`].
pub fn hcl(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = parse_hcl(FileId(0), text);
    for document in &parsed.documents {
        nested(document.root(), Span::new(FileId(0), 0, text.len()), text);
    }
    let problems = parsed.problems.iter().map(|problem| problem.span);
    for span in problems.chain(parsed.comments.iter().map(|comment| comment.span)) {
        assert!(text.get(span.range()).is_some(), "{span:?} is no part of the text");
    }
}

/// Any text in the notations of one key a line, and in quotes inside of another: every span lies in
/// the text.
pub fn lines(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let whole = Span::new(FileId(0), 0, quoted.len());
    for notation in
        [Notation::Json, Notation::Toml, Notation::Dotenv, Notation::Properties, Notation::Ini]
    {
        let parsed = notation.parse(FileId(0), text);
        parsed.documents.iter().for_each(|document| cuts(document.root(), text));
        for span in parsed.problems.iter().map(|problem| problem.span) {
            assert!(text.get(span.range()).is_some(), "a problem at {span:?}");
        }
        let parsed = parse_inside(notation, text, &quoted, whole);
        parsed.documents.iter().for_each(|document| cuts(document.root(), &quoted));
    }
}

fn cuts(node: NodeRef<'_>, text: &str) {
    let span = node.span();
    assert!(text.get(span.range()).is_some(), "{span:?} is no part of the text");
    if node.is_alias() {
        return;
    }
    node.items().for_each(|item| cuts(item, text));
    for (key, value) in node.entries() {
        cuts(key, text);
        cuts(value, text);
    }
}

fn nested(node: NodeRef<'_>, outer: Span, text: &str) {
    let span = node.span();
    assert!(text.get(span.range()).is_some(), "{span:?} is no part of the text");
    assert!(outer.start <= span.start && span.end <= outer.end, "{span:?} sticks out of {outer:?}");
    if node.is_alias() {
        return;
    }
    node.items().for_each(|item| nested(item, span, text));
    for (key, value) in node.entries() {
        nested(key, span, text);
        nested(value, span, text);
    }
}

/// A tree of our own pieces: what `kubectl kustomize` makes of it, or a refusal like its own.
///
/// Without kubectl there is nothing to compare with.
pub fn differential(data: &[u8]) {
    let files = pieces::tree(data);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let Some(expected) = build(directory.path(), &files) else { return };
    let snapshot = Snapshot::from_memory(files.iter().map(|(path, text)| (path, text.clone())));
    let store = Store::new(&snapshot);
    let rendered = Renderer::new(&store, Options::default()).render(&RepoPath::root());
    let actual = rendered
        .map_err(|error| error.to_string())
        .and_then(|rendered| write(&rendered.resources, None).map_err(|error| error.to_string()));
    match (&actual, &expected) {
        (Ok(actual), Ok(expected)) if documents(actual) == documents(expected) => {}
        (Err(_), Err(_)) => {}
        _ => panic!("{files:#?}\nkubectl: {expected:#?}\nparitylint: {actual:#?}"),
    }
}

/// What kubectl says; nothing when it cannot be run.
fn build(root: &Path, files: &[(String, String)]) -> Option<Result<String, String>> {
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent()?).ok()?;
        std::fs::write(path, text).ok()?;
    }
    let mut command = Command::new("kubectl");
    let output = command.arg("kustomize").arg(root).stdin(Stdio::null()).output().ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) })
}

fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .filter_map(|document| Value::deserialize(document).ok())
        .filter(|document| !document.is_null())
        .collect()
}
