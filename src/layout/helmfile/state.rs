//! What a helmfile says in one of its environments, its bases laid under it.

use std::collections::BTreeSet;

use crate::kube::{Value, load};
use crate::layout::helmfile::text::{Masked, masked, unmasked};
use crate::syntax::scalar::Dialect;
use crate::syntax::{Store, parse_yaml};
use crate::text::{FileId, RepoPath, Span};

/// Larger helmfiles are not read, their bases counted with them.
const LARGEST: usize = 1 << 20;
/// Deepest chain of bases.
const DEPTH: usize = 8;
/// Most files that one helmfile consists of.
const FILES: usize = 50;

/// What a helmfile says in one environment. Texts may hold actions still.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Where the environment is declared.
    pub declared: Option<Span>,
    /// The values of the environment: maps, and paths of files; the lowest first.
    pub values: Vec<Value>,
    /// The releases, each with the templates that it inherits from, the lowest first.
    pub releases: Vec<Vec<Value>>,
    /// The files that it consists of.
    pub files: BTreeSet<FileId>,
    /// What may be there or not.
    pub open: Vec<Span>,
    /// The bases that cannot be read.
    pub lost: Vec<Span>,
}

/// The documents of a helmfile and its bases, the lowest first.
#[derive(Debug, Default)]
pub(super) struct Documents {
    bodies: Vec<Value>,
    files: BTreeSet<FileId>,
    open: Vec<Span>,
    lost: Vec<Span>,
    /// How many bytes there are.
    pub(super) size: usize,
}

impl Documents {
    /// Reads a helmfile for an environment, or for all together; nothing where it is no YAML.
    pub(super) fn read(store: &Store<'_>, file: FileId, environment: Option<&str>) -> Option<Self> {
        let mut all = Self::default();
        let home = store.snapshot().path(file).parent()?;
        all.add(store, (file, &home), environment, 0).then_some(all)
    }

    fn add(
        &mut self,
        store: &Store<'_>,
        (file, home): (FileId, &RepoPath),
        environment: Option<&str>,
        depth: usize,
    ) -> bool {
        let snapshot = store.snapshot();
        let Ok(source) = snapshot.file(file) else { return false };
        self.size = self.size.saturating_add(source.text.len());
        if self.size > LARGEST || depth > DEPTH || self.files.len() >= FILES {
            return false;
        }
        let Some(Masked { text, open }) = masked(&source.text, environment) else { return false };
        let parsed = parse_yaml(file, &text);
        if parsed.is_broken() || !self.files.insert(file) {
            return false;
        }
        self.open.extend(open.into_iter().map(|range| Span::new(file, range.start, range.end)));
        for document in &parsed.documents {
            let Ok(body) = load(document.root(), Dialect::Config) else { return false };
            let body = unmasked(snapshot, body);
            for base in items(body.get("bases")) {
                let name = base.text().and_then(|text| filled(text, environment.unwrap_or(""), ""));
                let found = name.and_then(|name| find(store, (home, file), &name));
                if !found
                    .is_some_and(|found| self.add(store, (found, home), environment, depth + 1))
                {
                    self.lost.push(base.span());
                }
            }
            self.bodies.push(body);
        }
        true
    }

    /// The environments that are declared.
    pub(super) fn environments(&self) -> impl Iterator<Item = &str> {
        let maps = self.bodies.iter().filter_map(|body| body.get("environments")?.as_map());
        maps.flatten().map(|entry| &*entry.key)
    }

    /// The paths of the helmfiles that it leads to.
    pub(super) fn helmfiles(&self) -> impl Iterator<Item = &str> {
        let entries = self.bodies.iter().flat_map(|body| items(body.get("helmfiles")));
        entries.filter_map(|entry| entry.text().or_else(|| entry.get("path")?.text()))
    }

    /// What is said of one environment.
    pub(super) fn state(self, environment: &str) -> State {
        let Self { bodies, files, open, lost, .. } = self;
        let mut state = State { files, open, lost, ..State::default() };
        // What the helmfile says without an environment lies below all that it says with one.
        for body in &bodies {
            state.values.extend(items(body.get("values")).iter().cloned());
        }
        for body in &bodies {
            let all = body.get("environments").and_then(Value::as_map);
            let Some(own) = all.and_then(|all| all.entry(environment)) else { continue };
            let whole = own.value.span();
            let span = if own.value.is_null() { own.key_span } else { whole };
            state.declared = state.declared.or(Some(span));
            state.values.extend(items(own.value.get("values")).iter().cloned());
        }
        let template = |name: &str| bodies.iter().rev().find_map(|it| it.at(&["templates", name]));
        for release in bodies.iter().flat_map(|body| items(body.get("releases"))) {
            let inherited = items(release.get("inherit"));
            let above = inherited.iter().filter_map(|it| template(it.get("template")?.text()?));
            state.releases.push(above.chain([release]).cloned().collect());
        }
        state
    }
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_list).unwrap_or_default()
}

/// A file that a helmfile names: its paths begin where the helmfile is that is run, or where they stand.
pub(crate) fn find(
    store: &Store<'_>,
    (home, file): (&RepoPath, FileId),
    name: &str,
) -> Option<FileId> {
    let snapshot = store.snapshot();
    let beside = snapshot.path(file).parent();
    let homes = [Some(home.clone()), beside].into_iter().flatten();
    let mut paths = homes.filter_map(|home| home.join(name).ok());
    paths.find_map(|path| snapshot.find(&path))
}

/// A text with the names of an environment and of a release; `None` where it asks for more.
pub(crate) fn filled(text: &str, environment: &str, release: &str) -> Option<String> {
    filled_with(text, environment, release, &|_| None)
}

/// The same with what is `known` of other actions.
pub(crate) fn filled_with(
    text: &str,
    environment: &str,
    release: &str,
    known: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let text = text.replace("{{`", "").replace("`}}", "");
    let mut result = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("{{") {
        let (action, after) = behind.split_once("}}")?;
        result.push_str(before);
        match action.trim_matches(['-', ' ']) {
            ".Environment.Name" => result.push_str(environment),
            ".Release.Name" => result.push_str(release),
            action => result.push_str(&known(action)?),
        }
        rest = after;
    }
    result.push_str(rest);
    Some(result)
}
