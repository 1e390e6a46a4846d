//! `schema-violation`.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::compare::{SECRET, has_placeholder, show};
use crate::config::TeamSchema;
use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::{Value, load};
use crate::rules::schema::{fault, team};
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::schema::{Fault, Problem, RepositorySchema};
use crate::syntax::Document;
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, RepoPath};

/// Longest text of a schema that a help repeats, in characters.
const NOTE: usize = 160;

rule! {
    /// Reports a value that a schema of the team refuses, and a schema that cannot be used
    ///
    /// `[[schema]]` in the configuration names YAML, JSON and TOML files and the JSON schema that
    /// they must follow; see docs/schemas.md. A `files` that matches nothing is a note.
    ///
    /// ## Why
    /// What programs read from their own files no API server checks: a key with a typing mistake is
    /// a setting that nobody runs, and it shows only where that file is used.
    ///
    /// ## Fix
    /// Correct the value: the finding names what the schema asks for, and where it does.
    pub struct SchemaViolation {}
    id: "schema-violation", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for SchemaViolation {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        if cx.config.schemas.is_empty() {
            return;
        }
        let covered = team::covered(cx);
        report_idle(cx, findings);
        let schemas = read(cx, findings);
        let found: Vec<Vec<Finding>> = covered
            .into_par_iter()
            .map(|(file, entries)| {
                let mut seen = BTreeSet::new();
                let paths = entries.into_iter().map(|entry| &entry.schema.value);
                paths
                    .filter(|path| seen.insert(*path))
                    .filter_map(|path| Some((path, schemas.get(path)?)))
                    .flat_map(|(path, schema)| in_file(cx, file, path, schema))
                    .collect()
            })
            .collect();
        found.into_iter().flatten().for_each(|finding| findings.push(finding));
    }
}

/// Notes the globs that match no file.
fn report_idle(cx: &Context<'_>, findings: &mut Findings) {
    for entry in &cx.config.schemas {
        for glob in &entry.files {
            if !cx.snapshot.files().any(|(_, path)| glob.value.matches(path.as_str())) {
                let message = format!("`{}` matches no file: the schema does nothing", glob.value);
                let finding = Finding::at(glob.span, message)
                    .label("no such file")
                    .help("globs begin at the root; `**` stands for directories, `*` for one name")
                    .known_by([entry.schema.value.as_str(), glob.value.as_str()]);
                findings.push_at(findings.level().min(Level::Note), finding);
            }
        }
    }
}

/// The schemas that can be used; what is wrong with the others is reported.
fn read<'a>(cx: &Context<'a>, findings: &mut Findings) -> BTreeMap<&'a RepoPath, RepositorySchema> {
    let mut entries: BTreeMap<&RepoPath, &TeamSchema> = BTreeMap::new();
    for entry in &cx.config.schemas {
        entries.entry(&entry.schema.value).or_insert(entry);
    }
    let read: Vec<_> = entries
        .into_par_iter()
        .filter_map(|(path, entry)| {
            Some((path, entry, RepositorySchema::read(cx.store, cx.snapshot.find(path)?)))
        })
        .collect();
    let mut schemas = BTreeMap::new();
    for (path, entry, schema) in read {
        match schema {
            Ok(schema) => drop(schemas.insert(path, schema)),
            Err(flaws) => {
                for flaw in flaws {
                    let name = cx.snapshot.path(flaw.span.file).file_name();
                    let finding = Finding::at(flaw.span, &*flaw.message)
                        .label("so the schema cannot be used")
                        .place(Role::Related, entry.schema.span, "asked for here")
                        .help(&*flaw.help)
                        .known_by([path.file_name(), name, &flaw.message]);
                    findings.push(finding);
                }
            }
        }
    }
    schemas
}

fn in_file(
    cx: &Context<'_>,
    file: FileId,
    path: &RepoPath,
    schema: &RepositorySchema,
) -> Vec<Finding> {
    let parsed = cx.store.tree(file);
    // What cannot be read is told by `invalid-syntax`.
    if parsed.template.is_some() || parsed.is_broken() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for root in parsed.documents.iter().map(Document::root) {
        if root.is_null() && root.span().start == root.span().end {
            continue;
        }
        let value = match load(root, Dialect::Plain) {
            Ok(value) => value,
            Err(error) => {
                let message = format!("this cannot be held against `{path}`: {error}");
                let finding = Finding::at(error.span, &*message).help(error.kind.help());
                found.push(finding.key([message]).key(locality(cx, error.span)));
                continue;
            }
        };
        let problems = schema.check(&value);
        let told = problems.iter().filter(|problem| !is_meant(&value, problem));
        found.extend(told.map(|problem| finding(cx, path, schema, problem)));
    }
    found
}

/// Whether a problem is none: what an editor or SOPS adds to any document, and what will be another
/// value once it is decrypted or filled in.
fn is_meant(root: &Value, problem: &Problem<'_>) -> bool {
    match &problem.fault {
        Fault::Unknown { field, .. } if problem.path.steps().is_empty() => match field.as_str() {
            "$schema" => true,
            "sops" => root.at(&["sops", "mac"]).is_some(),
            _ => false,
        },
        Fault::Unknown { .. } | Fault::Missing { .. } => false,
        _ => problem
            .value
            .as_str()
            .is_some_and(|text| has_placeholder(text) || text.starts_with("ENC[")),
    }
}

fn finding(
    cx: &Context<'_>,
    path: &RepoPath,
    schema: &RepositorySchema,
    problem: &Problem<'_>,
) -> Finding {
    let (place, note) = schema.place(&problem.location);
    let at = fault::path(problem);
    let shown = show("", problem.path.steps(), problem.value);
    let subject = Subject {
        value: (shown == SECRET).then_some(shown),
        path: Some(at.clone()).filter(|path| !path.is_empty()),
        ..Subject::default()
    };
    let around = problem.path.to_string();
    let whole = if around.is_empty() { "this document".to_owned() } else { format!("`{around}`") };
    let message = fault::message(problem, &whole, "");
    let mut finding = Finding::at(problem.span, message).label(format!("refused by `{path}`"));
    if let Some(place) = place {
        finding = finding.place(Role::Related, place, "asked for here");
    }
    // What stands around a key says nothing about the key.
    let about_key = matches!(problem.fault, Fault::Unknown { .. } | Fault::Missing { .. });
    let note = note.map(|note| note.lines().next().unwrap_or("").trim()).filter(|_| !about_key);
    let note = note.filter(|note| !note.is_empty() && note.chars().count() <= NOTE);
    let help = match (fault::help(problem), note) {
        (Some(help), Some(note)) => Some(format!("{help}; the schema says: {note}")),
        (None, Some(note)) => Some(format!("the schema says: {note}")),
        (help, None) => help,
    };
    finding.help = help.or_else(|| Some("correct the value, or the schema".to_owned()));
    let [overlay, object] = locality(cx, problem.span);
    let identity = [overlay, object, at, path.file_name().to_owned()];
    finding.about(subject).known_by(identity)
}
