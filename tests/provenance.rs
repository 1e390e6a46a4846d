//! Who set a value: a contract that holds for every value of every tree.
//!
//! Every leaf has a step; the bytes of its last step explain the value; without those bytes the
//! rendering is another. Runs on trees of our own, and on the conformance suite where it is there.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test reads its own files, and may stop and say why"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use paritylint::kube::{Action, Kind, Resource, Value};
use paritylint::render::output::write;
use paritylint::render::{Options, Rendered, Renderer};
use paritylint::source::Snapshot;
use paritylint::syntax::Store;
use paritylint::text::RepoPath;
use serde_yaml::Value as Yaml;

type Files = BTreeMap<String, Vec<u8>>;

/// Leaves of one tree whose bytes are taken away.
const SAMPLE: usize = 4;

/// Trees of our own: every way in which a value can be set.
const TREES: &[&[(&str, &str)]] = &[
    &[
        (
            "kustomization.yaml",
            "resources: [base]\nnamespace: prod\nnamePrefix: p-\nnameSuffix: -s\ncommonLabels: {team: red}\ncommonAnnotations: {note: \"yes\"}\nimages: [{name: api, newTag: v2}]\nreplicas: [{name: api, count: 3}]\n",
        ),
        (
            "base/kustomization.yaml",
            "resources: [d.yaml]\nconfigMapGenerator:\n- name: c\n  literals: [MODE=live]\n  files: [motd.txt]\n  envs: [x.env]\n",
        ),
        ("base/motd.txt", "hello\n"),
        ("base/x.env", "# level\nLEVEL=info\n"),
        (
            "base/d.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}\n    spec:\n      containers:\n      - name: api\n        image: api:1\n        envFrom: [{configMapRef: {name: c}}]\n        args: [\"a\\tb\", 'it''s']\n",
        ),
    ],
    &[
        (
            "kustomization.yaml",
            "resources: [base.yaml]\npatches:\n- path: merge.yaml\n- target: {kind: Service}\n  patch: |-\n    - op: replace\n      path: /spec/ports/0/port\n      value: 81\n    - {op: add, path: /metadata/labels, value: {a: b}}\nreplacements:\n- source: {kind: Service, fieldPath: spec.ports.0.port}\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths: [data.port]\n",
        ),
        (
            "base.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports: &ports\n  - {port: 80, name: http}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {port: \"80\", keep: kept, gone: g}\n",
        ),
        (
            "merge.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {gone: null, more: \"1\"}\n",
        ),
    ],
    &[
        (
            "kustomization.yaml",
            "resources: [d.yaml]\ncomponents: [c]\nsecretGenerator: [{name: s, literals: [a=b]}]\n",
        ),
        (
            "c/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {x: z}, includeSelectors: true}]\n",
        ),
        (
            "d.yaml",
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, labels: {<<: {m: n}}}\nspec: {template: {spec: {volumes: [{name: v, secret: {secretName: s}}]}}}\n",
        ),
    ],
];

fn suite() -> Option<Vec<PathBuf>> {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/kustomize/suite");
    let Ok(cases) = suite.read_dir() else {
        eprintln!("SKIPPED: there is no conformance suite at {}", suite.display());
        return None;
    };
    let mut cases: Vec<PathBuf> = cases.map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("expected.yaml").exists());
    cases.sort();
    Some(cases)
}

fn collect(directory: &Path, prefix: &str, files: &mut Files) {
    for entry in directory.read_dir().into_iter().flatten().map(Result::unwrap) {
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// The files and the root of a case.
fn case(directory: &Path) -> (Files, String, Options) {
    let mut files = Files::new();
    collect(&directory.join("input"), "", &mut files);
    let root = std::fs::read_to_string(directory.join("root")).unwrap().trim().to_owned();
    let restricted = !directory.join("flags").exists();
    (files, root, Options { restricted, partial: false })
}

fn render<T>(
    files: &Files,
    root: &str,
    options: Options,
    look: impl FnOnce(&Rendered, &Snapshot) -> T,
) -> Option<T> {
    let snapshot = Snapshot::from_memory(files.iter().map(|(path, text)| (path, text.clone())));
    let store = Store::new(&snapshot);
    let rendered = Renderer::new(&store, options).render(&RepoPath::new(root).unwrap()).ok()?;
    Some(look(&rendered, &snapshot))
}

fn text(rendered: &Rendered) -> Option<String> {
    write(&rendered.resources, None).ok()
}

/// Calls `look` with every leaf and where it stands.
fn leaves<'v>(value: &'v Value, path: &str, look: &mut dyn FnMut(String, &'v Value)) {
    match &value.kind {
        Kind::Scalar(_) => look(path.to_owned(), value),
        Kind::List(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}/{at}"), look);
            }
        }
        Kind::Map(map) => {
            for entry in map.iter() {
                leaves(&entry.value, &format!("{path}/{}", entry.key), look);
            }
        }
    }
}

/// What remains of a text when notation is taken away.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"\\'\">|+-".contains(*c)).collect()
}

/// Whether the bytes of the last step say the value.
fn explains(slice: &str, value: &Value) -> bool {
    let scalar = value.as_scalar().unwrap();
    let verbatim = matches!(value.provenance.last().action, Action::Declared | Action::Patched);
    let escaped = slice.contains('\\') || slice.starts_with('*');
    if value.as_str().is_some() && verbatim && !escaped {
        return bare(slice).contains(&bare(&scalar.text));
    }
    !slice.is_empty() || value.is_null()
}

/// Checks a whole tree; the complaints.
fn check(name: &str, files: &Files, root: &str, options: Options) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut sample = Vec::new();
    let before = render(files, root, options, |rendered, snapshot| {
        for Resource { id, body, .. } in &rendered.resources {
            leaves(body, "", &mut |path, value| {
                let span = value.span();
                let slice = snapshot.slice(span);
                let file = snapshot.path(span.file).as_str().to_owned();
                if !rendered.inputs.contains(&span.file) {
                    complaints.push(format!("{name}: {id} {path}: {file} is no input"));
                }
                let binary = snapshot.file(span.file).is_err();
                if !binary && !explains(slice, value) {
                    complaints.push(format!("{name}: {id} {path}: {value:?} from {slice:?}"));
                }
                let history = value.provenance.steps();
                // A null or a default is there without being written.
                let needed = !value.is_null() && value.text() != Some("Opaque");
                if needed && !slice.trim().is_empty() && history.len() == 1 {
                    sample.push((format!("{id} {path}"), file, span.range()));
                }
            });
        }
        text(rendered)
    });
    let Some(Some(before)) = before else { return complaints };
    let every = (sample.len() / SAMPLE).max(1);
    for (place, file, range) in sample.into_iter().step_by(every) {
        let mut changed = files.clone();
        changed.get_mut(&file).unwrap().drain(range);
        let after = render(&changed, root, options, |rendered, _| text(rendered)).flatten();
        if after.as_ref() == Some(&before) {
            complaints.push(format!("{name}: {place} does not need its bytes in {file}"));
        }
    }
    complaints
}

#[test]
fn values_of_our_own_trees_know_who_set_them() {
    for (at, tree) in TREES.iter().enumerate() {
        let files: Files = tree
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect();
        let rendered =
            render(&files, "", Options::default(), |rendered, _| rendered.resources.len());
        assert!(rendered.is_some_and(|count| count > 0), "tree {at} does not render");
        let complaints = check(&format!("tree {at}"), &files, "", Options::default());
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}

#[test]
fn values_of_the_suite_know_who_set_them() {
    let Some(cases) = suite() else { return };
    let mut complaints = Vec::new();
    for directory in cases {
        let (files, root, options) = case(&directory);
        let name = directory.file_name().unwrap().to_str().unwrap();
        complaints.extend(check(name, &files, &root, options));
    }
    assert!(complaints.is_empty(), "{}:\n{}", complaints.len(), complaints.join("\n"));
}

/// The file that an object comes from.
///
/// Where a patch has removed the annotation, kustomize takes the patch for the origin.
fn origin(note: &Yaml, root: &str) -> Option<RepoPath> {
    let kind = note.get("configuredBy").and_then(|by| by["kind"].as_str()).unwrap_or("");
    if kind.ends_with("Transformer") { None } else { named(note, root) }
}

/// The file that a note names, from the root of the tree.
fn named(note: &Yaml, root: &str) -> Option<RepoPath> {
    let file = note.get("path").or_else(|| note.get("configuredIn"))?;
    RepoPath::new(root).unwrap().join(file.as_str().unwrap()).ok()
}

#[test]
fn kustomize_names_the_same_files() {
    use serde::Deserialize as _;
    let Some(cases) = suite() else { return };
    let mut compared = 0;
    for directory in cases {
        let Ok(expected) = std::fs::read_to_string(directory.join("expected-origin.yaml")) else {
            continue;
        };
        let name = directory.file_name().unwrap().to_str().unwrap();
        let (files, root, options) = case(&directory);
        let notes: Vec<(Yaml, Yaml)> = serde_yaml::Deserializer::from_str(&expected)
            .map(|document| Yaml::deserialize(document).unwrap())
            .filter(|document| !document.is_null())
            .map(|document| {
                let annotations = &document["metadata"]["annotations"];
                let read = |key: &str| {
                    let text = annotations.get(key).and_then(Yaml::as_str).unwrap_or("");
                    serde_yaml::from_str(text).unwrap()
                };
                let origin = read("config.kubernetes.io/origin");
                (origin, read("alpha.config.kubernetes.io/transformations"))
            })
            .collect();
        render(&files, &root, options, |rendered, snapshot| {
            assert_eq!(rendered.resources.len(), notes.len(), "{name}");
            let inputs: BTreeSet<&RepoPath> =
                rendered.inputs.iter().map(|&file| snapshot.path(file)).collect();
            for (resource, (origin, transformations)) in rendered.resources.iter().zip(&notes) {
                if let Some(file) = self::origin(origin, &root) {
                    assert_eq!(
                        snapshot.path(resource.origin.file),
                        &file,
                        "{name} {}",
                        resource.id
                    );
                    compared += 1;
                }
                for step in transformations.as_sequence().into_iter().flatten() {
                    let file = named(step, &root).unwrap();
                    assert!(inputs.contains(&file), "{name} {}: {file}", resource.id);
                }
            }
        });
    }
    assert!(compared > 500, "only {compared} objects name their file");
}
