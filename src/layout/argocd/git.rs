//! The git generator: directories of this repository, and files that hold parameters.

use globset::{GlobBuilder, GlobMatcher};

use crate::kube::{Entry, Map, Provenance, Value, load};
use crate::layout::argocd::expression::normalized;
use crate::layout::argocd::generators::{Expansion, World, add_values, of_tree};
use crate::layout::argocd::params::{Params, told};
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, RepoPath, Span};

/// Most patterns of one generator.
const MOST_PATTERNS: usize = 200;
/// Longer patterns are not looked at.
const LONGEST: usize = 1_024;

/// A pattern of a generator.
struct Pattern {
    glob: GlobMatcher,
    exclude: bool,
    span: Span,
}

/// What the generator yields; nothing is known of other repositories.
pub(super) fn expand(world: &World<'_>, generator: &Value, go: bool) -> Expansion {
    let unknown =
        || Expansion { sets: vec![Params { open: true, ..Params::default() }], open: true };
    let url = generator.get("repoURL").and_then(Value::text);
    if !url.is_none_or(|url| world.home.is(url)) {
        return unknown();
    }
    let prefix = generator.get("pathParamPrefix").and_then(Value::text);
    let naming = Naming { prefix: prefix.filter(|prefix| !prefix.is_empty()), go };
    let found = match (patterns(generator, "directories"), patterns(generator, "files")) {
        (Some(patterns), _) if !patterns.is_empty() => directories(world, &patterns, naming),
        (_, Some(patterns)) => files(world, &patterns, naming),
        _ => None,
    };
    let Some(mut found) = found else { return unknown() };
    for set in &mut found.sets {
        add_values(set, generator, go);
    }
    found
}

/// The patterns below a key; nothing if one of them cannot be read.
fn patterns(generator: &Value, key: &str) -> Option<Vec<Pattern>> {
    let entries = generator.get(key).and_then(Value::as_list).unwrap_or_default();
    if entries.len() > MOST_PATTERNS {
        return None;
    }
    let read = entries.iter().map(|entry| {
        let path = entry.get("path")?;
        let text = path.text()?.trim_start_matches("./").trim_end_matches('/');
        if text.len() > LONGEST || text.contains("{{") {
            return None;
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build().ok()?;
        let exclude = entry.get("exclude").and_then(Value::as_bool).unwrap_or(false);
        Some(Pattern { glob: glob.compile_matcher(), exclude, span: path.span() })
    });
    read.collect()
}

/// The first pattern that takes a path which no other one excludes.
fn taken(patterns: &[Pattern], path: &RepoPath) -> Option<Span> {
    let matching = || patterns.iter().filter(|pattern| pattern.glob.is_match(path.as_str()));
    if matching().any(|pattern| pattern.exclude) {
        return None;
    }
    matching().next().map(|pattern| pattern.span)
}

/// Whether one pattern takes a path and another one excludes it.
fn is_excluded(patterns: &[Pattern], path: &RepoPath) -> bool {
    let matching = |exclude: bool| {
        let mut all = patterns.iter().filter(|pattern| pattern.exclude == exclude);
        all.any(|pattern| pattern.glob.is_match(path.as_str()))
    };
    matching(true) && matching(false)
}

fn directories(world: &World<'_>, patterns: &[Pattern], naming: Naming<'_>) -> Option<Expansion> {
    let snapshot = world.store.snapshot();
    let mut found = Expansion::default();
    for directory in snapshot.directories() {
        if !world.may(patterns.len()) {
            return None;
        }
        let hidden = directory.segments().any(|name| name.starts_with('.'));
        if directory.is_root() || hidden {
            continue;
        }
        if is_excluded(patterns, directory) {
            world.excluded.borrow_mut().insert(directory.clone());
        }
        if let Some(span) = taken(patterns, directory) {
            let mut params = Params::default();
            naming.name(&mut params, directory, None, span);
            found.sets.push(params);
        }
    }
    Some(found)
}

fn files(world: &World<'_>, patterns: &[Pattern], naming: Naming<'_>) -> Option<Expansion> {
    let snapshot = world.store.snapshot();
    let mut found = Expansion::default();
    for (file, path) in snapshot.files() {
        if !world.may(patterns.len()) {
            return None;
        }
        let Some(span) = taken(patterns, path) else { continue };
        if !(path.is_yaml() || path.extension() == "json") {
            continue;
        }
        world.read.borrow_mut().insert(path.clone());
        let Some(trees) = trees(world, file) else {
            found.open = true;
            continue;
        };
        for tree in trees {
            let mut params = of_tree(&tree, naming.go);
            let directory = path.parent().unwrap_or_else(RepoPath::root);
            naming.name(&mut params, &directory, Some(path.file_name()), span);
            found.sets.push(params);
        }
    }
    Some(found)
}

/// The map of a file, or the maps of its list.
fn trees(world: &World<'_>, file: FileId) -> Option<Vec<Value>> {
    let parsed = world.store.yaml(file);
    if parsed.template.is_some() || parsed.is_broken() {
        return None;
    }
    let tree = load(parsed.documents.first()?.root(), Dialect::Config).ok()?;
    match tree.as_list() {
        Some(items) => Some(items.to_vec()),
        None => Some(vec![tree]),
    }
}

/// How the parameters of a path are called.
#[derive(Clone, Copy)]
struct Naming<'g> {
    prefix: Option<&'g str>,
    go: bool,
}

impl Naming<'_> {
    /// `path`, `path.basename`, `path[0]` and the like, or the tree of them.
    fn name(self, params: &mut Params, directory: &RepoPath, file: Option<&str>, span: Span) {
        let base = directory.file_name();
        let mut texts =
            vec![("basename", base.to_owned()), ("basenameNormalized", normalized(base))];
        if let Some(file) = file {
            texts.push(("filename", file.to_owned()));
            texts.push(("filenameNormalized", normalized(file)));
        }
        if self.go {
            let mut tree = Map::default();
            let mut put = |key: &str, value: Value| {
                tree.insert(Entry { key: key.into(), key_span: span, value });
            };
            put("path", told(directory.as_str(), span));
            for (key, text) in &texts {
                put(key, told(text, span));
            }
            let segments = directory.segments().map(|name| told(name, span)).collect();
            put("segments", Value::list(segments, Provenance::declared(span)));
            let tree = Value::map(tree, Provenance::declared(span));
            match self.prefix {
                Some(prefix) => {
                    let entry = Entry { key: "path".into(), key_span: span, value: tree };
                    let outer = Value::map(Map::from_iter([entry]), Provenance::declared(span));
                    params.values.insert(prefix.into(), outer);
                }
                None => {
                    params.values.insert("path".into(), tree);
                }
            }
            return;
        }
        let name = self.prefix.map_or_else(|| "path".to_owned(), |p| format!("{p}.path"));
        params.set(&name, directory.as_str(), span);
        for (key, text) in texts {
            params.set(&format!("{name}.{key}"), &text, span);
        }
        for (at, segment) in directory.segments().enumerate() {
            params.set(&format!("{name}[{at}]"), segment, span);
        }
    }
}
