//! A schema that lies in the repository, with the files that it refers to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::config::nearest;
use crate::kube::{Value, load};
use crate::schema::compiled::{Documents, Schema, unescaped};
use crate::schema::effort::{References, is_bearable};
use crate::schema::instance::json;
use crate::schema::problem::Problem;
use crate::schema::references::{
    Reference, SCHEME, all, escaped, has_scheme, is_known, own_address, resolve,
};
use crate::syntax::scalar::Dialect;
use crate::syntax::{ProblemKind, Store};
use crate::text::{FileId, RepoPath, Span};

/// Most files that one schema may be made of, and most bytes of them together.
const FILES: usize = 256;
const BYTES: usize = 24 << 20;
/// Extensions of files that may hold a schema.
const EXTENSIONS: &[&str] = &["json", "toml", "yaml", "yml"];
/// Most flaws of one schema that are told.
const FLAWS: usize = 20;

/// Why a schema of the repository cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where, in one of its files.
    pub span: Span,
    /// What is wrong: lower-case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Flaw {
    fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }
}

/// A schema of the repository that can be held against values.
#[derive(Debug)]
pub struct RepositorySchema {
    schema: Schema,
    sources: Sources,
    address: String,
    documents: Arc<Documents>,
    references: References,
}

/// The documents that a schema is made of, by address, with the bytes of everything in them.
#[derive(Debug, Default)]
struct Sources {
    values: BTreeMap<String, Arc<Value>>,
    files: BTreeSet<FileId>,
    flaws: Vec<Flaw>,
}

impl RepositorySchema {
    /// Reads the file and what it refers to inside of the repository, and compiles it.
    pub fn read(store: &Store<'_>, file: FileId) -> Result<Self, Vec<Flaw>> {
        let mut sources = Sources::of(store, file);
        if !sources.flaws.is_empty() {
            sources.flaws.truncate(FLAWS);
            return Err(sources.flaws);
        }
        let address = address(store.snapshot().path(file));
        let documents: Documents =
            sources.values.iter().map(|(at, value)| (at.clone(), json(value))).collect();
        let documents = Arc::new(documents);
        match Schema::compile(&address, Arc::clone(&documents)) {
            Ok(schema) => {
                let references = References::of(&documents);
                Ok(Self { schema, sources, address, documents, references })
            }
            Err(error) => {
                let span = sources.place(&address, &error.pointer);
                let message =
                    format!("this is not a JSON schema: {}", error.message.replace('"', "`"));
                let help = "correct it; `$schema` says which version of the language it is in";
                Err(vec![Flaw::new(span.unwrap_or(Span::file_start(file)), message, help)])
            }
        }
    }

    /// The files that a schema is made of, whatever is wrong with it.
    pub fn files(store: &Store<'_>, file: FileId) -> BTreeSet<FileId> {
        Sources::of(store, file).files
    }

    /// What is wrong with a value, see [`Schema::check`]; nothing at all where the schema refers to
    /// itself in such a way that to find out would take for ever.
    pub fn check<'v>(&self, value: &'v Value) -> Option<Vec<Problem<'v>>> {
        is_bearable(&self.documents, &self.references, &self.address, value)
            .then(|| self.schema.check(value))
    }

    /// Where the schema asks for what a problem is about, and the short text that explains it there.
    pub fn place(&self, location: &str) -> (Option<Span>, Option<&str>) {
        let (address, pointer) = location.split_once('#').unwrap_or((location, ""));
        let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
        let value = self.sources.value(address, around);
        let text = |key: &str| value?.get(key)?.as_str();
        let note = ["description", "$comment", "title"].into_iter().find_map(text);
        (self.sources.place(address, pointer), note)
    }
}

/// The address of a file of the repository.
fn address(path: &RepoPath) -> String {
    format!("{SCHEME}{}", escaped(path.as_str()))
}

impl Sources {
    fn of(store: &Store<'_>, first: FileId) -> Self {
        let mut sources = Self::default();
        let mut bytes = 0;
        let start = address(store.snapshot().path(first));
        let mut queue = VecDeque::from([(first, start, Span::file_start(first))]);
        while let Some((file, address, asked_at)) = queue.pop_front() {
            if sources.values.contains_key(&address) {
                continue;
            }
            bytes += store.snapshot().bytes(file).map_or(0, |bytes| bytes.len());
            if sources.values.len() >= FILES || bytes > BYTES {
                let message = "the schema is made of too many files, or of too large ones";
                let help = format!("at most {FILES} files and {} MiB are read", BYTES >> 20);
                sources.flaws.push(Flaw::new(asked_at, message, help));
                return sources;
            }
            sources.files.insert(file);
            let value = match tree(store, file) {
                Ok(value) => Arc::new(value),
                Err(flaw) => {
                    sources.flaws.push(flaw);
                    continue;
                }
            };
            sources.values.insert(address.clone(), Arc::clone(&value));
            let own = own_address(&value, &address);
            if let Some(own) = &own {
                sources.values.entry(own.clone()).or_insert_with(|| Arc::clone(&value));
            }
            for reference in all(&value, &address) {
                match follow(store, file, &reference) {
                    Ok(Some((next, address))) => queue.push_back((next, address, reference.span)),
                    Ok(None) => {}
                    Err(flaw) => sources.flaws.push(flaw),
                }
            }
        }
        // A document may refer to another one by the address that this one gives itself.
        let values = &sources.values;
        sources.flaws.retain(|flaw| {
            let text = store.snapshot().slice(flaw.span).trim_matches(['"', '\'']);
            !values.contains_key(text.split('#').next().unwrap_or(text))
        });
        sources.check_pointers();
        sources
    }

    /// Finds references to parts that are not there.
    fn check_pointers(&mut self) {
        let mut flaws = BTreeMap::new();
        for (address, root) in &self.values {
            for reference in all(root, address) {
                let Some((_, pointer)) = reference.text.split_once('#') else { continue };
                let target = resolve(&reference.base, reference.text);
                let target = target.unwrap_or_else(|| reference.base.clone());
                if !pointer.starts_with('/') || !self.values.contains_key(&target) {
                    continue;
                }
                if let Some(flaw) = self.missing(&target, pointer, &reference) {
                    flaws.insert(reference.span, flaw);
                }
            }
        }
        self.flaws.extend(flaws.into_values());
    }

    fn missing(&self, target: &str, pointer: &str, reference: &Reference<'_>) -> Option<Flaw> {
        if self.value(target, pointer).is_some() {
            return None;
        }
        let (around, name) = pointer.rsplit_once('/')?;
        let map = self.value(target, around).and_then(Value::as_map);
        let meant = map.and_then(|map| nearest(name, map.iter().map(|entry| &*entry.key)));
        let message = format!("`{}` leads to nothing", reference.text);
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "correct the part behind `#`, or add what it names".to_owned(),
        };
        Some(Flaw::new(reference.span, message, help))
    }

    fn value(&self, address: &str, pointer: &str) -> Option<&Value> {
        let pointer = unescaped(pointer)?;
        let mut value = &**self.values.get(address)?;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            value = match value.as_list() {
                Some(items) => items.get(step.parse::<usize>().ok()?)?,
                None => value.get(&step)?,
            };
        }
        Some(value)
    }

    /// The bytes of what a pointer leads to, its key where it has one.
    fn place(&self, address: &str, pointer: &str) -> Option<Span> {
        let value = self.value(address, pointer)?;
        let (around, name) = pointer.rsplit_once('/').unwrap_or_default();
        let name = unescaped(name)?.replace("~1", "/").replace("~0", "~");
        let entry = self.value(address, around)?.as_map().and_then(|map| map.entry(&name));
        Some(match entry {
            Some(entry) if value.as_scalar().is_some() => entry.key_span.to(value.span()),
            Some(entry) => entry.key_span,
            None => value.span(),
        })
    }
}

/// The document of a file.
fn tree(store: &Store<'_>, file: FileId) -> Result<Value, Flaw> {
    let path = store.snapshot().path(file);
    if !EXTENSIONS.contains(&path.extension().as_str()) {
        let message = format!("`{path}` is neither JSON nor YAML nor TOML by its name");
        let help = "name a file that ends in .json, .yaml or .toml";
        return Err(Flaw::new(Span::file_start(file), message, help));
    }
    for problem in store.flaws(file) {
        let notation = match path.extension().as_str() {
            "json" => "JSON",
            "toml" => "TOML",
            _ => "YAML",
        };
        let message = match &problem.kind {
            ProblemKind::Syntax(reason) => format!("this is not {notation}: {reason}"),
            other => other.to_string(),
        };
        return Err(Flaw::new(problem.span, message, problem.kind.help()));
    }
    let Some(document) = store.tree(file).documents.first() else {
        let message = format!("there is no schema in `{path}`");
        return Err(Flaw::new(Span::file_start(file), message, "write one, or drop the entry"));
    };
    load(document.root(), Dialect::Plain)
        .map_err(|error| Flaw::new(error.span, error.to_string(), error.kind.help()))
}

/// The file that a reference leads to, and its address; nothing where there is nothing to read.
fn follow(
    store: &Store<'_>,
    file: FileId,
    reference: &Reference<'_>,
) -> Result<Option<(FileId, String)>, Flaw> {
    let Some(address) = resolve(&reference.base, reference.text) else { return Ok(None) };
    if is_known(&address) {
        return Ok(None);
    }
    let text = reference.text.split('#').next().unwrap_or("");
    if has_scheme(text) || text.starts_with("//") {
        let message = format!("`{text}` is not fetched: nothing is read but the repository");
        let help = "copy that schema into the repository, and refer to the copy by its path";
        return Err(Flaw::new(reference.span, message, help));
    }
    let directory = match text.strip_prefix('/') {
        Some(_) => Some(RepoPath::root()),
        None => store.snapshot().path(file).parent(),
    };
    let relative = unescaped(text.trim_start_matches('/'));
    let path = directory.zip(relative).map(|(directory, text)| directory.join(&text));
    let Some(Ok(path)) = path else {
        let message = format!("`{text}` leads out of the repository");
        let help = "copy that schema into the repository, and refer to the copy by its path";
        return Err(Flaw::new(reference.span, message, help));
    };
    let found = store.snapshot().find(&path).ok_or_else(|| {
        let help = "paths begin at the schema's own directory; links that lead out of the \
                    repository and ignored files are not read";
        Flaw::new(reference.span, format!("there is no file `{path}`"), help)
    })?;
    Ok(Some((found, address)))
}
