//! Effective values held against the schemas of their charts, and what of it is certain.
//!
//! Helm refuses values after all layers are laid over each other; what else a pipeline may add
//! (`--set`, a file that is not known here) cannot be seen. So a value is only called wrong where
//! somebody wrote it, and only called missing where the other environments have it in their files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::kube::{Kind, Map, Path, PathStep, Value};
use crate::render::Gap;
use crate::render::helm::{Part, Release, may_be_filled_in};
use crate::schema::{Fault, Problem, Schema};
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, Span};

/// Something that a chart's schema refuses in the values of a release.
#[derive(Debug)]
pub struct Refused<'r> {
    /// The release.
    pub release: &'r Release<'r>,
    /// The chart whose schema it is.
    pub part: &'r Part,
    /// What is wrong, at a path of the release's values.
    pub problem: Problem<'r>,
    /// Whether it is missing because a null deletes the default.
    pub deleted: bool,
    /// The schema's words about it.
    pub said: Option<Span>,
}

/// What came out of it.
#[derive(Debug, Default)]
pub struct Verdict<'r> {
    /// What is refused, in the order of the releases.
    pub refused: Vec<Refused<'r>>,
    /// What could not be judged.
    pub gaps: Vec<Gap>,
}

/// Holds the values of every release against the schemas of its charts.
pub fn validate<'r>(store: &Store<'_>, releases: &'r [Release<'r>]) -> Verdict<'r> {
    let parts = releases.iter().flat_map(|release| &release.effective.parts);
    let files: BTreeSet<FileId> = parts.map(|part| part.schema).collect();
    let schemas: BTreeMap<FileId, Result<Schema, Gap>> =
        files.into_par_iter().map(|file| (file, compile(store, file))).collect();
    let siblings = Siblings::of(releases);
    let found: Vec<Verdict<'r>> = releases
        .par_iter()
        .filter(|release| !release.effective.parts.is_empty())
        .map(|release| {
            let mut defaults = BTreeSet::new();
            release.chart.defaults(&mut defaults);
            let (schemas, siblings) = (&schemas, &siblings);
            Judge { store, schemas, siblings, release, defaults }.judge()
        })
        .collect();
    let mut verdict = Verdict::default();
    verdict.gaps.extend(schemas.values().filter_map(|schema| schema.as_ref().err()).cloned());
    for Verdict { refused, gaps } in found {
        verdict.refused.extend(refused);
        verdict.gaps.extend(gaps);
    }
    verdict.gaps.sort();
    verdict.gaps.dedup();
    verdict
}

/// The schema in a file. What its references ask for outside of the file is not fetched.
fn compile(store: &Store<'_>, file: FileId) -> Result<Schema, Gap> {
    let span = Span::file_start(file);
    let gap = |detail| Gap { span, what: "schema", detail, objects: false };
    let source = store.snapshot().file(file).map_err(|error| gap(error.to_string()))?;
    let document = serde_json::from_str(&source.text).map_err(|error| gap(error.to_string()))?;
    Schema::alone(document).map_err(|error| gap(error.message))
}

/// What the releases of each chart are told in their files.
struct Siblings<'r>(BTreeMap<&'r RepoPath, Vec<&'r Map>>);

impl<'r> Siblings<'r> {
    fn of(releases: &'r [Release<'r>]) -> Self {
        let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for release in releases {
            told.entry(&release.chart.root).or_default().push(&release.told);
        }
        Self(told)
    }

    /// Whether the others are told a value at the path.
    fn have(&self, chart: &RepoPath, path: &[Arc<str>]) -> bool {
        let has = |told: &&&Map| find(told, path).is_some_and(|value| !value.is_null());
        self.0.get(chart).is_some_and(|told| told.iter().any(|told| has(&told)))
    }
}

fn find<'m>(map: &'m Map, path: &[Arc<str>]) -> Option<&'m Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(map.get(first)?, |value, key| value.get(key))
}

/// The keys of a path; `None` if it leads through a list.
fn keys(path: &Path) -> Option<Vec<Arc<str>>> {
    let key = |step: &PathStep| match step {
        PathStep::Key(key) => Some(key.as_ref().into()),
        PathStep::Index(_) | PathStep::Element { .. } => None,
    };
    path.steps().iter().map(key).collect()
}

struct Judge<'j, 'r> {
    store: &'j Store<'j>,
    schemas: &'j BTreeMap<FileId, Result<Schema, Gap>>,
    siblings: &'j Siblings<'r>,
    release: &'r Release<'r>,
    /// The files with the defaults of the charts.
    defaults: BTreeSet<FileId>,
}

impl<'r> Judge<'_, 'r> {
    fn judge(&self) -> Verdict<'r> {
        let release = self.release;
        let mut verdict = Verdict { refused: Vec::new(), gaps: release.gaps.clone() };
        for part in &release.effective.parts {
            let keys = part.path.iter();
            let value = keys.fold(Some(&release.effective.values), |value, key| value?.get(key));
            let Some((value, Ok(schema))) = value.zip(self.schemas.get(&part.schema)) else {
                continue;
            };
            for problem in schema.check(value) {
                match self.certain(part, problem) {
                    Ok(problem) => {
                        let said = said(self.store, part.schema, &problem.location);
                        let mut nulls = release.effective.deleted.iter();
                        let deleted = nulls.any(|null| null.span == problem.span);
                        verdict.refused.push(Refused { release, part, problem, deleted, said });
                    }
                    Err(gap) => verdict.gaps.extend(gap),
                }
            }
        }
        verdict
    }

    /// The problem, at the path from the outermost values on, if helm is sure to find it too.
    fn certain(&self, part: &Part, mut problem: Problem<'r>) -> Result<Problem<'r>, Option<Gap>> {
        let inner = std::mem::take(&mut problem.path.0);
        let outer = part.path.iter().map(|key| PathStep::Key(key.as_ref().into()));
        problem.path.0 = outer.chain(inner).collect();
        let sure = match &problem.fault {
            Fault::Unknown { field, .. } => {
                // Helm itself hands globals down, and adds an empty map for every chart inside.
                let given = field == "global" && !part.path.is_empty();
                !given && !may_be_filled_in(field) && self.is_written(problem.span)
            }
            Fault::Missing { fields } => match (fields.as_slice(), keys(&problem.path)) {
                ([field], Some(path)) => match self.lacks(path, field) {
                    Some(span) => {
                        problem.span = span;
                        true
                    }
                    None => false,
                },
                _ => false,
            },
            _ => {
                if let Some(open) = filled_in(problem.value) {
                    let detail = problem.path.to_string();
                    return Err(Some(Gap {
                        span: open,
                        what: "placeholder",
                        detail,
                        objects: false,
                    }));
                }
                self.release.gaps.is_empty() && self.is_meant(&problem)
            }
        };
        if sure { Ok(problem) } else { Err(None) }
    }

    /// Whether the bytes were written as a value and are not an entry that asks for a chart.
    fn is_written(&self, span: Span) -> bool {
        span.file != self.release.chart.file && span.start != span.end
    }

    /// Whether a value of the wrong kind is there on purpose: not a null, not an empty default
    /// that waits for somebody to fill it in.
    fn is_meant(&self, problem: &Problem<'_>) -> bool {
        let value = problem.value;
        let default = self.defaults.contains(&value.span().file);
        let empty = match &value.kind {
            Kind::Scalar(scalar) => scalar.text.is_empty(),
            Kind::List(items) => items.is_empty(),
            Kind::Map(map) => map.is_empty(),
        };
        // What a map as a whole lacks may be filled in; formats are judged differently by libraries.
        let whole = value.as_map().is_some() && !matches!(problem.fault, Fault::Type { .. });
        let format = problem.location.ends_with("/format");
        !(value.is_null() || empty && default || whole || format)
    }

    /// Where a field is missing that nobody will add: a null deletes it, or the other
    /// environments have it in their files and this one has no other.
    fn lacks(&self, mut path: Vec<Arc<str>>, field: &str) -> Option<Span> {
        let release = self.release;
        let open = release.effective.open.iter().any(|open| path.starts_with(open));
        let place = self.nearest(&path);
        path.push(field.into());
        let is_it = |open: &Vec<Arc<str>>| *open == path;
        if open || release.effective.open.iter().any(is_it) || !release.gaps.is_empty() {
            return None;
        }
        let mut deleted = release.effective.deleted.iter();
        let null = deleted.find(|it| it.path == path && !self.defaults.contains(&it.span.file));
        null.map(|it| it.span).or_else(|| {
            let expected = release.closed && self.siblings.have(&release.chart.root, &path);
            place.filter(|_| expected)
        })
    }

    /// The innermost key on the way to a place that the overlay itself writes, or its file.
    fn nearest(&self, path: &[Arc<str>]) -> Option<Span> {
        let mut map = Some(&self.release.told);
        let mut place = self.release.told.iter().map(|entry| entry.key_span).min();
        for key in path {
            let Some(entry) = map.and_then(|map| map.entry(key)) else { break };
            place = Some(entry.key_span);
            map = entry.value.as_map();
        }
        place
    }
}

/// The first text in a value that something fills in later.
fn filled_in(value: &Value) -> Option<Span> {
    match &value.kind {
        Kind::Scalar(scalar) => may_be_filled_in(&scalar.text).then(|| value.span()),
        Kind::List(items) => items.iter().find_map(filled_in),
        Kind::Map(map) => map.iter().find_map(|entry| filled_in(&entry.value)),
    }
}

/// The keyword of a schema at a location: address, `#`, JSON pointer.
fn said(store: &Store<'_>, file: FileId, location: &str) -> Option<Span> {
    let (_, pointer) = location.split_once('#')?;
    let mut node = store.yaml(file).documents.first()?.root();
    let mut key = None;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        (key, node) = match node.entry(&step) {
            Some((key, value)) => (Some(key.span()), value),
            None => (key, node.items().nth(step.parse().ok()?)?),
        };
    }
    key
}
