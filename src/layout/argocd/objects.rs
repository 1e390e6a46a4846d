//! The objects that Argo CD reads, wherever in the repository they are written.

use globset::GlobSet;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::kube::{Value, load};
use crate::layout::candidates::DEEPEST;
use crate::layout::kustomizations::Kustomizations;
use crate::layout::words;
use crate::syntax::scalar::Dialect;
use crate::syntax::{NodeRef, Store};
use crate::text::{FileId, RepoPath};

/// The API group of Argo CD, also the end of the names of its labels.
pub(super) const GROUP: &str = "argoproj.io";
/// The label of the Secrets in which Argo CD keeps the clusters that it deploys to.
const SECRET_TYPE: &str = "argocd.argoproj.io/secret-type";
/// Most objects that are read.
const MOST_OBJECTS: usize = 20_000;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// An Application.
    Application,
    /// An `ApplicationSet`.
    Set,
    /// A cluster, as a Secret.
    Cluster,
}

/// One object.
#[derive(Debug)]
pub(super) struct Object {
    /// What it is.
    pub what: What,
    /// The file.
    pub file: FileId,
    /// Its content.
    pub body: Value,
    /// A kustomization changes it before it is applied: what stands here is not what counts.
    pub rewritten: bool,
}

/// A file that speaks of Applications and cannot be read before something has filled it in.
#[derive(Debug)]
pub(super) struct Unread {
    /// The texts that stand where a source has its path, as they are written.
    pub paths: Vec<String>,
}

/// Everything that was found, in the order of the files.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// The objects.
    pub read: Vec<Object>,
    /// The files that are templates.
    pub unread: Vec<Unread>,
}

impl Objects {
    /// Reads all files but excluded ones and those of examples, tests and archives.
    pub(super) fn of(store: &Store<'_>, known: &Kustomizations, excludes: &GlobSet) -> Self {
        let files: Vec<(FileId, &RepoPath)> = store
            .snapshot()
            .files()
            .filter(|(_, path)| path.is_yaml() && !is_aside(path))
            .filter(|(_, path)| !excludes.is_match(path.as_str()))
            .collect();
        let found: Vec<Self> =
            files.par_iter().filter_map(|&(file, path)| read(store, known, file, path)).collect();
        let mut all = Self::default();
        for part in found {
            all.unread.extend(part.unread);
            let room = MOST_OBJECTS.saturating_sub(all.read.len());
            all.read.extend(part.read.into_iter().take(room));
        }
        all
    }
}

/// Whether nothing in the file is deployed. Hidden directories and templates may hold Applications.
fn is_aside(path: &RepoPath) -> bool {
    let aside = |name: &str| {
        let harmless = name.starts_with('.') || name.eq_ignore_ascii_case("templates");
        !harmless && words::aside(name).is_some()
    };
    let directory = path.parent().unwrap_or_else(RepoPath::root);
    path.segments().nth(DEEPEST).is_some() || directory.segments().any(aside)
}

/// Whether a file may declare something that Argo CD reads.
pub(in crate::layout) fn may_speak(store: &Store<'_>, file: FileId) -> bool {
    let Ok(source) = store.snapshot().file(file) else { return false };
    let has = |word: &str| source.text.contains(word);
    has(GROUP) && (has("Application") || has(SECRET_TYPE))
}

fn read(
    store: &Store<'_>,
    known: &Kustomizations,
    file: FileId,
    path: &RepoPath,
) -> Option<Objects> {
    if !may_speak(store, file) {
        return None;
    }
    let text = &store.snapshot().file(file).ok()?.text;
    let parsed = store.yaml(file);
    let mut found = Objects::default();
    if parsed.template.is_some() || parsed.is_broken() {
        let declares = text.lines().any(|line| line.trim_end().starts_with("kind: Application"));
        if declares {
            found.unread.push(Unread { paths: paths(text) });
        }
        return Some(found);
    }
    let rewritten = known.rewrites(path);
    for document in &parsed.documents {
        let root = document.root();
        let text = |key: &str| root.get(key).and_then(NodeRef::text);
        let what = match (text("apiVersion"), text("kind")) {
            (Some(version), Some("Application")) if is_argo(version) => What::Application,
            (Some(version), Some("ApplicationSet")) if is_argo(version) => What::Set,
            (Some("v1"), Some("Secret")) => What::Cluster,
            _ => continue,
        };
        let Ok(body) = load(root, Dialect::Resource) else { continue };
        let kind = body.at(&["metadata", "labels", SECRET_TYPE]).and_then(Value::text);
        if what == What::Cluster && kind != Some("cluster") {
            continue;
        }
        // A patch of an Application is none.
        let whole = |path: &[&str]| body.at(path).is_some();
        let sources = |spec: &[&str]| {
            let at = |key: &str| whole(&[spec, &[key]].concat());
            at("source") || at("sources")
        };
        let complete = match what {
            What::Application => sources(&["spec"]),
            What::Set => whole(&["spec", "generators"]) && sources(&["spec", "template", "spec"]),
            What::Cluster => true,
        };
        if complete {
            found.read.push(Object { what, file, body, rewritten });
        }
    }
    Some(found)
}

fn is_argo(version: &str) -> bool {
    version.strip_prefix(GROUP).is_some_and(|rest| rest.starts_with('/'))
}

/// What a template writes after the keys that hold paths of the repository.
fn paths(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches("- ");
        let value = line.strip_prefix("path:")?.trim();
        Some(value.trim_matches(['"', '\'']).to_owned())
    });
    lines.collect()
}
